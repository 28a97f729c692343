"""Runs the application with Uvicorn; at SIGTERM every accepted request is answered before the process ends."""

from __future__ import annotations

import asyncio
import signal
import socket
import warnings
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from zoo.errors import ZooError
from zoo.topology.unknown import UnknownWarning

if TYPE_CHECKING:
    from starlette.applications import Starlette

GRACE = 0.5
"""Seconds for which a stopping server still takes requests, while load balancers see that it is not ready."""
LINGER = 0.2
"""Seconds in which connections that are open, but idle, may still send a request."""
BACKLOG = 2048


class Server(uvicorn.Server):
    """A server that ends quietly.

    Args:
        app: the application.
        started: is called once requests are taken.
    """

    def __init__(self, app: Starlette, started: Callable[[], None] = lambda: None) -> None:
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="on")
        super().__init__(config)
        self._app, self._started = app, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take requests."""
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what still comes for a moment, then what was accepted, then stop."""
        service = self._app.state.service
        service.draining = True
        await asyncio.sleep(GRACE)
        # Connections end with their next response, once there can be no new ones: else clients would open others, some
        # of which would wait to be accepted while the socket is closed.
        service.closing = True
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        await asyncio.sleep(LINGER)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at SIGTERM or SIGINT; at a second SIGINT at once."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """Bind an address, before models are loaded.

    Args:
        host: a name or address of this machine.
        port: 0 for any that is free.

    Raises:
        ZooError: it is taken, or not an address of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it. Otherwise the body of an answer waits for the client to acknowledge its head: 40 ms.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        raise ZooError(f"cannot listen on {host}, port {port}: {getattr(error, 'strerror', None) or error}") from error
    return made


def run_server(app: Starlette, listening: socket.socket, started: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal ends it.

    Args:
        app: the application.
        listening: the bound socket.
        started: is called once requests are taken.
    """
    warnings.simplefilter("ignore", UnknownWarning)  # answers say it, in `unknown`
    Server(app, started).run(sockets=[listening])
