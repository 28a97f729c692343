"""The Hugging Face hub's HTTP interface for models, as far as storing and fetching files goes, in this process."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

TOKEN = "hf_right"


class FakeHub:
    """What the hub stores.

    Attributes:
        models: name -> path -> content.
        asked: method and path of each request.
        address: where it serves.
    """

    def __init__(self) -> None:
        self.models: dict[str, dict[str, bytes]] = {}
        self.asked: list[str] = []
        self.address = ""


@contextmanager
def serving() -> Iterator[tuple[FakeHub, str]]:
    """Serve a hub; gives it and its address."""
    hub = FakeHub()

    class Handler(_Handler):
        store = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub, hub.address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    store: FakeHub
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        path = self._path()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._json({"error": "Invalid credentials in Authorization header"}, 401)
        if path == "/api/repos/create":
            given = json.loads(body)
            name = f"{given.get('organization') or 'me'}/{given['name'].split('/')[-1]}"
            self.store.models.setdefault(name, {})
            return self._json({"url": f"{self.store.address}/{name}", "id": "1", "name": name})
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        name, _, rest = path.removeprefix("/api/models/").partition("/preupload/")
        if rest:
            files = [file["path"] for file in json.loads(body)["files"]]
            return self._json(
                {"files": [{"path": file, "uploadMode": "regular", "shouldIgnore": False} for file in files]}
            )
        name, _, rest = path.removeprefix("/api/models/").partition("/commit/")
        for line in body.splitlines():
            entry = json.loads(line)
            if entry["key"] == "file":
                self.store.models[name][entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
        url = f"{self.store.address}/{name}/commit/{'0' * 40}"
        return self._json({"success": True, "commitOid": "0" * 40, "commitUrl": url})

    def do_HEAD(self) -> None:
        self._file()

    def do_GET(self) -> None:
        self._file()

    def _file(self) -> None:
        name, _, rest = self._path().strip("/").partition("/resolve/")
        file = rest.partition("/")[2]
        if name not in self.store.models:
            return self._json({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
        content = self.store.models[name].get(file)
        if content is None:
            return self._json({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
        digest = hashlib.sha1(content).hexdigest()
        return self._send(content, 200, {"ETag": f'"{digest}"', "X-Repo-Commit": "0" * 40})

    def _path(self) -> str:
        self.store.asked.append(f"{self.command} {self.path}")
        return unquote(urlsplit(self.path).path)

    def _json(self, value: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send(json.dumps(value).encode(), status, {"Content-Type": "application/json", **(headers or {})})

    def _send(self, content: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""
