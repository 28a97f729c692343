"""Counts what a server does, in the text format of Prometheus."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)

Labels = tuple[tuple[str, str], ...]


class Histogram:
    """A histogram with cumulative buckets.

    Args:
        name: of the metric.
        help: one line.
        bounds: upper bounds of the buckets.
    """

    def __init__(self, name: str, help: str, bounds: Sequence[float]) -> None:
        self.name, self.help, self._bounds = name, help, bounds
        self._counts: dict[Labels, list[int]] = defaultdict(lambda: [0] * (len(bounds) + 1))
        self._sums: dict[Labels, float] = defaultdict(float)

    def observe(self, labels: Labels, value: float) -> None:
        """Add a value."""
        place = next((place for place, bound in enumerate(self._bounds) if value <= bound), len(self._bounds))
        self._counts[labels][place] += 1
        self._sums[labels] += value

    def lines(self) -> list[str]:
        """The metric in Prometheus' format."""
        found = [f"# HELP {self.name} {self.help}", f"# TYPE {self.name} histogram"]
        for labels, counts in sorted(self._counts.items()):
            total = 0
            for bound, count in zip([*self._bounds, "+Inf"], counts, strict=True):
                total += count
                found.append(f"{self.name}_bucket{_braces((*labels, ('le', str(bound))))} {total}")
            found.append(f"{self.name}_sum{_braces(labels)} {self._sums[labels]:.6f}")
            found.append(f"{self.name}_count{_braces(labels)} {total}")
        return found


class ServerMetrics:
    """The metrics of a server; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[Labels, int] = defaultdict(int)
        self._tokens: dict[Labels, int] = defaultdict(int)
        self._seconds = Histogram("zoo_request_seconds", "Time from a request to the end of its response.", SECONDS)
        self._batches = Histogram("zoo_batch_size", "Inputs answered together.", SIZES)
        self._compute = Histogram("zoo_batch_seconds", "Time to answer a batch.", SECONDS)

    def request(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a response.

        Args:
            endpoint: its name, such as `predict`: never what a client wrote.
            status: of HTTP.
            seconds: until its end.
        """
        with self._lock:
            self._requests[(("endpoint", endpoint), ("status", str(status)))] += 1
            self._seconds.observe((("endpoint", endpoint),), seconds)

    def batch(self, model: str, size: int, seconds: float) -> None:
        """Count a batch."""
        with self._lock:
            self._batches.observe((("model", model),), size)
            self._compute.observe((("model", model),), seconds)

    def tokens(self, model: str, count: int) -> None:
        """Count tokens that were generated."""
        with self._lock:
            self._tokens[(("model", model),)] += count

    def text(self, pending: Mapping[str, int]) -> str:
        """All metrics in Prometheus' format.

        Args:
            pending: requests that wait or run, by model.
        """
        with self._lock:
            lines = [
                *_simple("zoo_requests_total", "counter", "Responses.", self._requests),
                *_simple("zoo_tokens_total", "counter", "Tokens generated for streams.", self._tokens),
                *_simple("zoo_pending", "gauge", "Inputs that wait or run.", _by_model(pending)),
                *self._seconds.lines(),
                *self._batches.lines(),
                *self._compute.lines(),
            ]
        memory = resident_bytes()
        if memory:
            lines += _simple("process_resident_memory_bytes", "gauge", "Memory of the process.", {(): memory})
        return "\n".join(lines) + "\n"


def _by_model(values: Mapping[str, int]) -> dict[Labels, int]:
    return {(("model", name),): value for name, value in values.items()}


def _simple(name: str, kind: str, help: str, values: Mapping[Labels, int]) -> list[str]:
    lines = [f"{name}{_braces(labels)} {value}" for labels, value in sorted(values.items())]
    return [f"# HELP {name} {help}", f"# TYPE {name} {kind}", *lines]


def _braces(labels: Labels) -> str:
    # Values are names of models and endpoints, which need no escapes.
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}" if labels else ""


def resident_bytes() -> int:
    """Memory of this process; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            pages = int(stream.read().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    import resource

    return pages * resource.getpagesize()
