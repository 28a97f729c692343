"""The address of a server."""

from __future__ import annotations

import socket

import pytest

from zoo.errors import ZooError

pytest.importorskip("uvicorn", reason="needs pip install 'seqzoo[serve]'")

from zoo.serve.server import bind


def test_answers_do_not_wait_for_the_clients_acknowledgement():
    with bind("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()[:2]):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_that_is_taken_is_one_line():
    with bind("127.0.0.1", 0) as listening, pytest.raises(ZooError, match="cannot listen on 127.0.0.1"):
        bind("127.0.0.1", listening.getsockname()[1])
