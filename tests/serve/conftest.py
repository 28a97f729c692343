"""A server of tiny models, in a thread, for real clients."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import zoo
from tests.conftest import RHYME, TINY
from tests.settings_by_part import SettingsByPart

if TYPE_CHECKING:
    from zoo.serve import ServeLimits
    from zoo.serve.served_model import ServedModel

for name in ("onnx", "onnxruntime", "starlette", "uvicorn"):
    pytest.importorskip(name, reason="needs pip install 'seqzoo[export,serve]'")

SMALL: SettingsByPart = {"train": {"steps": 2}}
PAIRS = (
    ("the dog runs", "le chien court"),
    ("a cat sleeps here", "un chat dort ici"),
    ("the red house", "la maison rouge"),
    ("we eat bread today", "nous mangeons du pain"),
)


@dataclass(frozen=True)
class Reply:
    """A response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def events(self) -> list[tuple[str, Any]]:
        """The body as server-sent events: name and content."""
        found = []
        for block in self.body.decode().strip().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines())
            found.append(
                (lines.get("event", ""), lines["data"] if lines["data"] == "[DONE]" else json.loads(lines["data"]))
            )
        return found


@dataclass(frozen=True)
class Client:
    """Asks one server."""

    port: int

    @property
    def url(self) -> str:
        """Of the server."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Send a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        """Read an address."""
        return self.ask("GET", path)

    def post(self, path: str, content: object) -> Reply:
        """Send JSON."""
        return self.ask("POST", path, json.dumps(content).encode())


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Bundles of tiny models, by task."""
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("an export is made by TensorFlow")
    folder = tmp_path_factory.mktemp("served")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    rows = [f"{text} {n},{label}" for n in range(20) for text, label in (("good day", "yes"), ("bad night", "no"))]
    (folder / "reviews.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    lines = [f"{one} {n}\t{other} {n}" for n in range(15) for one, other in PAIRS]
    (folder / "pairs.tsv").write_text("\n".join(lines) + "\n")
    (folder / "frames").mkdir()
    draw = np.random.default_rng(0)
    for number in range(6):
        numbers = draw.normal(size=(12, 2))
        lines = [f"{x:.3f},{y:.3f},{'up' if x > 0 else 'down'}" for x, y in numbers]
        (folder / "frames" / f"{number}.csv").write_text("x,y,label\n" + "\n".join(lines) + "\n")
    small = {"units": 8, "layers": 1}
    attending = {"units": 4, "embedding": 4, "pooling": "attention"}
    runs = {
        "charlm": zoo.run("charlm", data=str(folder / "rhyme.txt"), out=str(folder / "charlm"), **TINY),
        "sentiment": zoo.run(
            "sentiment", data=str(folder / "reviews.csv"), out=str(folder / "sentiment"), model=attending, **SMALL
        ),
        "translation": zoo.run(
            "translation", data=str(folder / "pairs.tsv"), out=str(folder / "translation"), model=small, **SMALL
        ),
        "frames": zoo.run(
            "frames", data=str(folder / "frames"), out=str(folder / "frames-run"), model={"units": 4}, **SMALL
        ),
    }
    return {name: run.export(folder / f"{name}.zoo", examples=0).path for name, run in runs.items()}


@pytest.fixture(scope="session")
def models(bundles: dict[str, Path]) -> dict[str, ServedModel]:
    """The tiny models, loaded."""
    from zoo.serve import load_models

    return load_models([f"{name}={path}" for name, path in bundles.items()])


@pytest.fixture(scope="session")
def client(models: dict[str, ServedModel]) -> Iterator[Client]:
    """A client of a server of all models, with small limits."""
    from zoo.serve import ServeLimits

    with served(models, ServeLimits(max_body=100_000, max_characters=500, max_tokens=200, max_inputs=16)) as found:
        yield found


class served:
    """Serves models in a thread, inside a `with`.

    Args:
        models: by name.
        limits: of a request.
    """

    def __init__(self, models: Mapping[str, ServedModel], limits: ServeLimits) -> None:
        from zoo.serve.app import make_app
        from zoo.serve.server import Server, bind

        self._socket = bind("127.0.0.1", 0)
        started = threading.Event()
        self.app = make_app(models, limits)
        self.server = Server(self.app, started.set)
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        started.wait(30)

    def __enter__(self) -> Client:
        return Client(self._socket.getsockname()[1])

    def __exit__(self, *error: object) -> None:
        self.server.should_exit = True
        self._thread.join(30)
