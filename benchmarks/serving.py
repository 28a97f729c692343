"""`zoo serve` under load: requests a second, latencies and memory; a SIGTERM under load; ten thousand random requests.

    python benchmarks/serving.py [seconds=120] [clients=1,8,64] [fuzz=10000] [keras=yes] RUN...

RUN is a run or a bundle of a task that reads texts; with keras=yes, the first one stands beside a loop that calls
`keras.Model.predict` (`benchmarks/keras_server.py`). Prints Markdown.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

TEXTS = (
    "A dog is running.",
    "The story is slow, but the actors are wonderful.",
    "I did not like the end of this film at all, and I would not see it again.",
    "We are going to the garden with the children tomorrow.",
    "good",
)
HERE = Path(__file__).parent


@dataclass
class Load:
    """What a load came to."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    """Requests that were sent and never answered."""
    unaccepted: int = 0
    """Connections that were refused."""

    def share(self, quantile: float) -> float:
        """A quantile of the latencies, in milliseconds."""
        return 1000 * sorted(self.times)[min(len(self.times) - 1, int(quantile * len(self.times)))]


class Connection:
    """A connection of HTTP/1.1 that is kept alive."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request.

        Raises:
            ConnectionRefusedError: the server does not listen.
            ConnectionError: it closed the connection before it answered.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            writer.write(head.encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            status = int(answer.split(" ", 2)[1])
            content = await self._content(reader, answer)
        except asyncio.IncompleteReadError as error:
            self.close()
            raise ConnectionError("closed") from error
        except ConnectionError:
            self.close()
            raise
        if "connection: close" in answer:
            self.close()
        return status, content

    async def _content(self, reader: asyncio.StreamReader, head: str) -> bytes:
        if found := re.search(r"content-length: (\d+)", head):
            return await reader.readexactly(int(found[1]))
        parts = []
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(parts)

    def close(self) -> None:
        """Close it; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def load(port: int, path: str, clients: int, until: Callable[[Load], bool]) -> Load:
    """Ask with some clients at once, each as soon as its last request is answered."""
    result, began = Load(), time.perf_counter()

    async def client(number: int) -> None:
        connection, draw = Connection(port), random.Random(number)
        while not until(result):
            body = json.dumps({"inputs": [draw.choice(TEXTS)]}).encode()
            start = time.perf_counter()
            try:
                status, _ = await connection.ask("POST", path, body)
            except ConnectionRefusedError:
                result.unaccepted += 1
                return
            except ConnectionError:
                result.lost += 1
                return
            result.times.append(time.perf_counter() - start)
            result.statuses[status] += 1

    await asyncio.gather(*(client(number) for number in range(clients)))
    result.seconds = time.perf_counter() - began
    return result


def resident(process: subprocess.Popen[str]) -> float:
    """Memory of a process in MB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def measured(process: subprocess.Popen[str], port: int, path: str, clients: int, seconds: float) -> str:
    """Load a server for some time; a row of the table."""
    end, memory = time.perf_counter() + seconds, [resident(process)]

    async def watch() -> None:
        while time.perf_counter() < end:
            await asyncio.sleep(1)
            memory.append(resident(process))

    found, _ = await asyncio.gather(load(port, path, clients, lambda _: time.perf_counter() > end), watch())
    half = len(memory) // 2
    wrong = sum(count for status, count in found.statuses.items() if status != 200) + found.lost
    cells = [f"{found.share(quantile):.1f}" for quantile in (0.5, 0.95, 0.99)]
    growth = statistics.median(memory[-3:]) - statistics.median(memory[half : half + 3])
    rate = f"{len(found.times) / found.seconds:,.0f}"
    return f"| {clients} | {rate} | {' | '.join(cells)} | {memory[-1]:,.0f} | {growth:+.1f} | {wrong} |"


def start(command: list[str], ready: str) -> subprocess.Popen[str]:
    """Start a server, and wait for the line that says that it is ready."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if ready in line:
            process.args = line
            return process
    sys.exit(f"{' '.join(command)} did not start")


def start_zoo(models: list[str]) -> tuple[subprocess.Popen[str], int, list[str]]:
    """Start `zoo serve`; gives its port and the names of its models."""
    process = start([sys.executable, "-m", "zoo", "serve", "port=0", *models], "serving ")
    found = re.search(r"serving (.*) at http://127\.0\.0\.1:(\d+)", str(process.args))
    assert found
    return process, int(found[2]), found[1].split(", ")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


HEAD = "| clients | requests/s | p50 ms | p95 ms | p99 ms | memory MB | growth MB | wrong |\n" + "|---:" * 8 + "|"


def measure_server(title: str, process: subprocess.Popen[str], port: int, path: str, given: dict[str, str]) -> None:
    print(f"\n{title}\n\n{HEAD}", flush=True)
    for clients in map(int, given["clients"].split(",")):
        print(asyncio.run(measured(process, port, path, clients, float(given["seconds"]))), flush=True)


def measure_shutdown(models: list[str]) -> None:
    """Send SIGTERM to a server that 64 clients ask."""
    process, port, names = start_zoo(models)

    async def run() -> Load:
        async def kill() -> None:
            await asyncio.sleep(2)
            process.send_signal(signal.SIGTERM)

        found, _ = await asyncio.gather(load(port, f"/v1/models/{names[0]}/predict", 64, lambda _: False), kill())
        return found

    found = asyncio.run(run())
    print(
        f"\nSIGTERM under 64 clients: {len(found.times):,} answered, {found.lost} sent and lost, {found.unaccepted} "
        f"clients refused afterwards, exit status {process.wait(60)}."
    )


PIECES = ["good", "\x00", "\u202e", "<script>", "../../etc/passwd", "%2e%2e", "\u05e9", "e\u0301", "\U0001f600", " "]
NAMES = [
    "inputs",
    "search",
    "alignment",
    "prime",
    "input",
    "seed",
    "alternatives",
    "stream",
    "prompt",
    "model",
    "n",
    "stop",
]
NAMES += ["max_tokens", "temperature", "logprobs", "echo", "stream_options", "top_p", "frames", "csv", "image", "x"]
SEARCH = ["strategy", "length", "temperature", "top_k", "top_p", "min_p", "typical", "beam", "n_best", "length_penalty"]
SEARCH += ["coverage_penalty", "groups", "diversity", "repetition_penalty", "no_repeat", "banned", "forced", "bias"]
SEARCH += ["copy_unknown", "prefix", "min_length"]


def random_value(draw: random.Random, depth: int = 3) -> object:
    """A value that JSON can hold."""
    kind = draw.randrange(12 if depth else 8)
    if kind < 3:
        return "".join(draw.choice(PIECES) for _ in range(draw.randrange(6)))
    if kind < 8:
        values = [
            None,
            True,
            False,
            draw.randrange(-3, 12),
            draw.random(),
            10**30,
            -1,
            "greedy",
            "sample",
            "beam",
            1e308,
        ]
        return draw.choice(values)
    if kind < 10:
        return [random_value(draw, depth - 1) for _ in range(draw.randrange(4))]
    return {draw.choice(NAMES + SEARCH): random_value(draw, depth - 1) for _ in range(draw.randrange(4))}


def random_request(draw: random.Random, names: list[str]) -> tuple[str, str, bytes]:
    """A request that is nearly right, wrong, or no JSON at all."""
    name = draw.choice([*names, "..", "%00", "x"])
    path = draw.choice([f"/v1/models/{name}/predict", f"/v1/models/{name}/sample", "/v1/completions"])
    content: dict[str, object] = {}
    if path.endswith("predict"):
        content = {"inputs": [draw.choice(TEXTS)]}
    elif path == "/v1/completions":
        content = {"model": name, "prompt": "one ", "max_tokens": 3}
    search = {draw.choice(SEARCH): random_value(draw, 1) for _ in range(draw.randrange(3))}
    if path != "/v1/completions":
        content["search"] = {"length": 3, **search}
    for _ in range(draw.randrange(3)):
        content[draw.choice(NAMES)] = random_value(draw)
    body = json.dumps(content).encode()
    if draw.random() < 0.2:
        place = draw.randrange(len(body))
        body = body[:place] + draw.randbytes(draw.randrange(4)) + body[place + draw.randrange(3) :]
    if draw.random() < 0.1:
        method, path = (
            draw.choice(["GET", "PUT", "DELETE"]),
            draw.choice([path, "/", "/static/%2e%2e/app.py", "/metrics"]),
        )
        return method, path, b""
    return "POST", path, body


def measure_fuzz(models: list[str], count: int) -> None:
    """Send random requests, and count the statuses."""
    process, port, names = start_zoo(models)
    statuses: Counter[int] = Counter()

    async def client(number: int) -> None:
        connection, draw = Connection(port), random.Random(number)
        for _ in range(count // 8):
            method, path, body = random_request(draw, names)
            try:
                status, _ = await connection.ask(method, path, body)
            except ConnectionError:
                status = 0
            statuses[status] += 1

    async def run() -> None:
        await asyncio.gather(*(client(number) for number in range(8)))

    asyncio.run(run())
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    counted = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
    print(f"\n{sum(statuses.values()):,} random requests, by status: {counted}.")


def main() -> None:
    given = {"seconds": "120", "clients": "1,8,64", "fuzz": "10000", "keras": "yes"}
    models = []
    for word in sys.argv[1:]:
        key, equals, value = word.partition("=")
        if equals and key in given:
            given[key] = value
        else:
            models.append(word)
    if not models:
        sys.exit("usage: python benchmarks/serving.py [seconds=120] [clients=1,8,64] [fuzz=10000] [keras=yes] RUN...")
    process, port, names = start_zoo(models)
    for name in names:
        measure_server(
            f"`zoo serve`, {name}, {given['seconds']} s each", process, port, f"/v1/models/{name}/predict", given
        )
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    if given["keras"] == "yes":
        port = free_port()
        process = start([sys.executable, str(HERE / "keras_server.py"), models[0], str(port)], "ready")
        time.sleep(1)
        measure_server(
            f"`keras.Model.predict` in a loop, {names[0]}", process, port, f"/v1/models/{names[0]}/predict", given
        )
        process.terminate()
        process.wait(60)
    measure_shutdown(models)
    measure_fuzz(models, int(given["fuzz"]))


if __name__ == "__main__":
    main()
