"""The tests' budget: the processor time of each test is measured, and one that takes more than its share fails.

It is the time of this process and of those that it starts. A test over its share is measured against a fixed piece of
work at the same moment, so a slow machine fails nothing. Nor does a busy one, although a processor works two to three
times slower for each of many that share it (seen at a load of seven on two cores): the share grows with the load. A
fixture of a session, package or module has a share of its own: it does not count for the test that comes first.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Generator, Iterator

import pytest

from tests.launcher import Launcher
from tests.properties import DEFAULT, TRIES

SHARE = 20.0
"""Seconds of the processor for a test, or for a fixture that several tests share."""
WORK = 0.05
"""Seconds of the processor that the fixed piece of work takes on a machine on which the share is what it says."""
SHOWN = 20
PROPERTY = "processor_seconds"

began = pytest.StashKey[float]()
meters = pytest.StashKey["Meter"]()
over = pytest.StashKey[str]()


class Meter:
    """What this process has measured.

    Attributes:
        shared: seconds in fixtures that several tests share.
        fixtures: name of such a fixture -> its seconds; those measured since the last test ended.
    """

    def __init__(self) -> None:
        self.shared = 0.0
        self.fixtures: dict[str, float] = {}
        self.inside = False


def processor_seconds() -> float:
    """What this process has taken of the processor, and those that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + Launcher.processor_seconds


def slowness() -> float:
    """How many times slower than the share supposes this machine is just now; never less than 1."""
    before = time.process_time()
    digest = b""
    for number in range(60_000):
        digest = hashlib.blake2b(digest + number.to_bytes(4, "big"), digest_size=16).digest()
    return max(1.0, (time.process_time() - before) / WORK)


def crowding() -> float:
    """How many times more wants to run than this machine has cores for, beyond these tests; never less than 1."""
    usual = 1.5 * (os.cpu_count() or 1)  # two workers, and the threads of TensorFlow
    return max(1.0, os.getloadavg()[0] / usual)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "budget(reason): may take more than its share of the processor, for a reason")
    config.stash[began] = time.monotonic()
    config.stash[meters] = Meter()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> Iterator[None]:
    meter = request.config.stash[meters]
    if fixturedef.scope == "function" or meter.inside:
        return (yield)
    before, meter.inside = processor_seconds(), True
    try:
        return (yield)
    finally:
        took, meter.inside = processor_seconds() - before, False
        meter.shared += took
        meter.fixtures[f"{fixturedef.baseid}::fixture {fixturedef.argname}"] = took


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    meter = item.config.stash[meters]
    item.stash[began] = processor_seconds() - meter.shared
    meter.fixtures = {}
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    if call.when == "teardown":
        meter = item.config.stash[meters]
        took = processor_seconds() - meter.shared - item.stash[began]
        measured = {item.nodeid: took, **meter.fixtures}
        item.user_properties.append((PROPERTY, measured))
        long = {name: seconds for name, seconds in measured.items() if seconds > SHARE}
        free = item.get_closest_marker("budget") or item.get_closest_marker("slow")
        # In the long run a property tries more inputs than its share allows.
        free = free or (item.get_closest_marker("fuzz") if TRIES > DEFAULT else None)
        # To follow the lines that a test reaches costs time as well.
        followed = 1.5 if item.config.pluginmanager.hasplugin("_cov") else 1.0
        # JAX compiles whole programs, which takes longer than most tests compute.
        compiled = 2.0 if os.environ.get("KERAS_BACKEND") == "jax" else 1.0
        if long and not free and (scale := slowness() * crowding() * followed * compiled) * SHARE < max(long.values()):
            name = max(long, key=lambda name: long[name])
            item.stash[over] = (
                f"{name} took {long[name]:.1f} seconds of the processor; a test may take {SHARE * scale:.0f} here. "
                "Make it smaller, mark it slow (for make nightly), or say @pytest.mark.budget('why it takes so long')."
            )
    report = yield
    if call.when == "teardown" and over in item.stash and report.passed:
        report.outcome, report.longrepr = "failed", item.stash[over]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    measured: dict[str, float] = {}
    clock: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "nodeid"):
                clock[report.nodeid] += getattr(report, "duration", 0.0)
            for name, value in getattr(report, "user_properties", ()):
                if name == PROPERTY:
                    measured.update(value)
    if not measured:
        return
    whole = time.monotonic() - config.stash[began]
    terminalreporter.section("time")
    terminalreporter.line(
        f"{len(measured)} tests and shared fixtures took {sum(measured.values()):.0f} seconds of the processor, "
        f"{whole:.0f} by the clock. The {SHOWN} longest:"
    )
    for name, seconds in sorted(measured.items(), key=lambda row: -row[1])[:SHOWN]:
        terminalreporter.line(f"{seconds:7.1f}  {name}")
    if "slow" in config.option.markexpr.replace("not slow", ""):
        _table(terminalreporter, measured, clock)


def _table(terminalreporter: pytest.TerminalReporter, measured: dict[str, float], clock: dict[str, float]) -> None:
    """What a long run ran, file by file: seconds of the processor, and by the clock."""
    files: dict[str, list[float]] = defaultdict(list)
    for name, seconds in measured.items():
        files[name.split("::")[0]].append(seconds)
    terminalreporter.line("")
    by_clock: dict[str, float] = defaultdict(float)
    for name, seconds in clock.items():
        by_clock[name.split("::")[0]] += seconds
    terminalreporter.line("processor  clock  tests  file")
    for file, times in sorted(files.items(), key=lambda row: -sum(row[1])):
        terminalreporter.line(f"{sum(times):9.0f}  {by_clock[file]:5.0f}  {len(times):5d}  {file}")
