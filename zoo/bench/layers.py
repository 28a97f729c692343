"""Our recurrent layers beside stock Keras and PyTorch: whole training steps and forward passes."""

from __future__ import annotations

import itertools
import os
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec

from zoo.bench.layers_case import Case
from zoo.bench.report import Report, Say
from zoo.bench.turns import AS_IT_COMES, PREFERRED, Contender, wait_until_idle
from zoo.errors import UsageError
from zoo.settings import setting

NAMES = {"ours": "ours", "keras": "Keras", "torch": "PyTorch"}


@dataclass
class Arguments:
    """Time whole training steps: embedding, two recurrent layers, softmax over 96, Adam and clipping.

    Each contender runs in its own process; they take turns. Ratios compare throughput: above 1, the zoo is faster. On a
    machine that is not idle, trust the ratio by CPU time.
    """

    cells: list[str] = setting(["lstm"], "which cells", ("rnn", "lstm", "gru"))
    shapes: list[str] = setting([], "HxBxT, such as 128x50x50,512x64x128, instead of all combinations")
    units: list[int] = setting([128, 256, 512, 1024], "H: sizes of embedding and layers", minimum=1)
    rows: list[int] = setting([16, 64], "B: batch sizes", minimum=1)
    steps: list[int] = setting([32, 128], "T: lengths", minimum=1)
    dtypes: list[str] = setting(["float32", "bfloat16"], "which precisions", ("float32", "bfloat16"))
    kinds: list[str] = setting(["train", "infer"], "which steps", ("train", "infer"))
    against: list[str] = setting(["keras", "torch"], "what to compare with", ("keras", "torch"))
    rounds: int = setting(5, "rounds per contender", minimum=1)
    seconds: float = setting(1.0, "seconds per round", minimum=0)
    patience: float = setting(0.0, "seconds to wait for idle cores before a round", minimum=0)
    cores: int = setting(0, "cores per contender; 0: all", minimum=0)


def run(arguments: Arguments, say: Say) -> Report:
    """Measure all cases.

    Args:
        arguments: what to measure.
        say: receives each line of the table as soon as it is known.

    Returns:
        The table.

    Raises:
        UsageError: a shape that is none, or rows that cannot be shared out.
    """
    cores = arguments.cores or os.cpu_count() or 1
    cases = [
        Case(cell, *shape, dtype, cores)
        for cell, dtype, shape in itertools.product(arguments.cells, arguments.dtypes, _shapes(arguments))
    ]
    for case in cases:
        if case.rows % cores:
            raise UsageError(f"{case.rows} rows cannot be shared out to {cores} cores; say cores= or other rows")
    names = ["ours", *(name for name in NAMES if name in arguments.against)]
    notes = []
    if "torch" in names and find_spec("torch") is None:
        names.remove("torch")
        notes.append("PyTorch is not installed and takes no part: pip install 'seqzoo[bench]' would bring it.")
    report = Report("Recurrent layers", ("tensorflow", "keras", "torch"), columns(names), say, notes)
    for case in cases:
        for row in _measure(case, names, arguments):
            report.add(row)
    return report


def columns(names: list[str]) -> list[str]:
    """Name the columns for some contenders, the first of them ours."""
    peers = [NAMES[name] for name in names[1:]]
    return [
        *("step", "cell", "dtype", "H", "B", "T"),
        *(f"{NAMES[name]} ms" for name in names),
        *(f"ours / {peer}" for peer in peers),
        *(f"{NAMES[name]} CPU ms" for name in names),
        *(f"ours / {peer} by CPU" for peer in peers),
        *(f"{NAMES[name]} peak MB" for name in names),
        *("our first step s", "quiet"),
    ]


def _shapes(arguments: Arguments) -> list[tuple[int, int, int]]:
    """Read the shapes, or combine them of units, rows and steps."""
    if not arguments.shapes:
        return list(itertools.product(arguments.units, arguments.rows, arguments.steps))
    shapes = []
    for shape in arguments.shapes:
        parts = shape.split("x")
        if len(parts) != 3 or not all(part.isdecimal() and int(part) for part in parts):
            raise UsageError(f"shapes: '{shape}' is not HxBxT, as in 128x50x50")
        shapes.append((int(parts[0]), int(parts[1]), int(parts[2])))
    return shapes


def _contender(name: str, case: Case, shared: bool) -> Contender:
    # Where cores are not idle, PyTorch's threads must not burn CPU time while they wait, or they would look slow.
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **({"OMP_WAIT_POLICY": "PASSIVE"} if shared else {})}
    if name == "torch":
        return Contender("zoo.bench.torch_layers", case, environment)
    environment |= {"KERAS_BACKEND": "tensorflow", **(AS_IT_COMES if name == "keras" else PREFERRED)}
    return Contender("zoo.bench.tensorflow_layers", (name, *case), environment)


def _measure(case: Case, names: list[str], arguments: Arguments) -> list[dict[str, object]]:
    """Let the contenders take turns on one case; returns a row for each kind of step."""
    shared = not wait_until_idle(max(arguments.patience, 0.5))
    found = []
    with ExitStack() as stack:
        contenders = {name: stack.enter_context(_contender(name, case, shared)) for name in names}
        for kind in arguments.kinds:
            once = {name: contender.ask(kind, 2)[0][1] for name, contender in contenders.items()}
            times: dict[str, list[float]] = {name: [] for name in names}
            work: dict[str, list[float]] = {name: [] for name in names}
            quiet = 0
            for _ in range(arguments.rounds):
                for name, contender in contenders.items():
                    quiet += wait_until_idle(arguments.patience)
                    some, worked = contender.ask(kind, max(1, int(arguments.seconds * 1000 / once[name])))
                    times[name].append(statistics.median(some))
                    work[name].append(statistics.median(worked))
            found.append((kind, _medians(times), _medians(work), quiet / (arguments.rounds * len(names))))
        memory = {name: contender.memory() for name, contender in contenders.items()}
        first = contenders["ours"].first_step
    return [_row(case, *part, memory, first, waited=arguments.patience > 0) for part in found]


def _medians(values: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(each) for name, each in values.items()}


def _row(
    case: Case,
    kind: str,
    times: Mapping[str, float],
    work: Mapping[str, float],
    quiet: float,
    memory: Mapping[str, float],
    first: float,
    waited: bool,
) -> dict[str, object]:
    """Round what was measured, by column."""
    peers = [name for name in times if name != "ours"]
    row: dict[str, object] = {"step": kind, "cell": case.cell, "dtype": case.dtype}
    row |= {"H": case.units, "B": case.rows, "T": case.steps}
    row |= {f"{NAMES[name]} ms": round(times[name], 1) for name in times}
    row |= {f"{NAMES[name]} CPU ms": round(work[name], 1) for name in times}
    row |= {f"{NAMES[name]} peak MB": round(memory[name]) for name in times}
    row |= {f"ours / {NAMES[name]}": round(times[name] / times["ours"], 2) for name in peers}
    row |= {f"ours / {NAMES[name]} by CPU": round(work[name] / work["ours"], 2) for name in peers}
    return row | {"our first step s": round(first, 1), "quiet": f"{quiet:.0%}" if waited else None}
