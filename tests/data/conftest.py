"""A server of files in this process, and a cache of the test's own."""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class FileServer(ThreadingHTTPServer):
    """Serves what is in `files`, and a folder; keeps a log of what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.folder: Path | None = None
        self.cuts: list[int] = []  # the next answers end after so many bytes of their body
        self.ranges = True
        self.tags = True
        self.packs = False  # whether answers are packed on the way, asked or not
        self.log: list[tuple[str, str]] = []  # path and range of each request

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def content(self, path: str) -> bytes | None:
        if path in self.files:
            return self.files[path]
        file = self.folder / path.lstrip("/") if self.folder else None
        return file.read_bytes() if file and file.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.log.append((self.path, wanted))
        content = self.server.content(self.path)
        if content is None:
            self.send_error(404)
            return
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        start = 0
        if wanted and self.server.ranges and self.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        if self.server.tags:
            self.send_header("ETag", tag)
        body = gzip.compress(content[start:], 1) if self.server.packs else content[start:]
        if self.server.packs:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cuts.pop(0)] if self.server.cuts else body)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server on a free port, with nothing in it."""
    with FileServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no mirror."""
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ZOO_MIRROR", raising=False)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return tmp_path / "cache"


@pytest.fixture
def shared() -> Path:
    """The folder of real data, which `ZOO_SHARED_DATA` names."""
    folder = Path(os.environ.get("ZOO_SHARED_DATA", "nowhere"))
    if not folder.is_dir():
        pytest.skip("ZOO_SHARED_DATA names no folder of real data")
    return folder
