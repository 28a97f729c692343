"""Our translation model beside stock Keras and PyTorch: whole training steps, in target tokens a second."""

from __future__ import annotations

import itertools
import os
import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from zoo.bench.report import Report, Say
from zoo.bench.translation_case import Case
from zoo.bench.turns import AS_IT_COMES, PREFERRED, Contender, wait_until_idle
from zoo.errors import UsageError
from zoo.settings import setting

NAMES = {
    "ours": "ours",
    "keras": "Keras",
    "keras-onednn": "Keras with oneDNN",
    "torch": "PyTorch",
    "joeynmt": "JoeyNMT",
}


@dataclass
class Arguments:
    """Time the training of a translation model, a bidirectional LSTM and an attending LSTM, in tokens per second.

    `feeding` has additive attention and input feeding, against PyTorch as JoeyNMT writes it and a custom cell in Keras.
    `at-once` has dot attention over all steps at once, against stock layers. All use Adam, with gradients clipped to 1.
    `keras` runs with TensorFlow's defaults, `keras-onednn` with the oneDNN kernels that the zoo switches on. JoeyNMT
    needs libraries older than the zoo's, so `joeynmt` names a Python that has it.

    Each contender runs in its own process; they take turns. Ratios compare throughput: above 1, the zoo is faster. On a
    machine that is not idle, trust the ratio by CPU time.
    """

    kinds: list[str] = setting(["feeding", "at-once"], "which models", ("feeding", "at-once"))
    dtypes: list[str] = setting(["float32", "bfloat16"], "which precisions", ("float32", "bfloat16"))
    units: int = setting(512, "U: units of the decoder; the encoder has half of that per direction", minimum=2)
    pieces: int = setting(8000, "V: vocabulary size of both languages", minimum=2)
    rows: int = setting(128, "B: sentences per batch", minimum=1)
    length: int = setting(16, "T: tokens per source and per target", minimum=1)
    against: list[str] = setting(["keras", "torch"], "what to compare with", ("keras", "keras-onednn", "torch"))
    joeynmt: str = setting("", "a Python with JoeyNMT (pip install joeynmt==2.3.0), to compare with it")
    rounds: int = setting(5, "rounds per contender", minimum=1)
    seconds: float = setting(2.0, "seconds per round", minimum=0)
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
        UsageError: units that cannot be halved, or fewer rows than cores.
    """
    cores = arguments.cores or os.cpu_count() or 1
    if arguments.units % 2:
        raise UsageError(f"units={arguments.units} is odd: each direction of the encoder has half of them")
    if arguments.rows < cores:
        raise UsageError(f"{arguments.rows} rows are too few for {cores} cores; say cores= or more rows")
    names = ["ours", *(name for name in NAMES if name in arguments.against)]
    notes = []
    if "torch" in names and find_spec("torch") is None:
        names.remove("torch")
        notes.append("PyTorch is not installed and takes no part: pip install 'seqzoo[bench]' would bring it.")
    if arguments.joeynmt:
        names.append("joeynmt")
    report = Report("Training a translation model", ("tensorflow", "keras", "torch"), columns(names), say, notes)
    for kind, dtype in itertools.product(arguments.kinds, arguments.dtypes):
        case = Case(kind, dtype, arguments.units, arguments.pieces, arguments.rows, arguments.length, cores)
        report.add(_measure(case, names, arguments))
    return report


def columns(names: list[str]) -> list[str]:
    """Name the columns for some contenders, the first of them ours."""
    peers = [NAMES[name] for name in names[1:]]
    return [
        *("model", "dtype", "U", "V", "B", "T"),
        *(f"{NAMES[name]} tokens/s" for name in names),
        *(f"ours / {peer}" for peer in peers),
        *(f"{NAMES[name]} tokens/s by CPU" for name in names),
        *(f"ours / {peer} by CPU" for peer in peers),
        *("our first step s", "quiet"),
    ]


def _contender(name: str, case: Case, shared: bool, joeynmt: str) -> Contender:
    # Where cores are not idle, PyTorch's threads must not burn CPU time while they wait, or they would look slow.
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **({"OMP_WAIT_POLICY": "PASSIVE"} if shared else {})}
    if name == "torch":
        return Contender("zoo.bench.torch_translation", case, environment)
    if name == "joeynmt":
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        return Contender("zoo.bench.joeynmt_translation", case, environment, joeynmt)
    environment["KERAS_BACKEND"] = "tensorflow"
    environment |= AS_IT_COMES if name == "keras" else PREFERRED
    if name == "ours":
        return Contender("zoo.bench.tensorflow_translation", case, environment)
    return Contender("zoo.bench.keras_translation", case, environment)


def _measure(case: Case, names: list[str], arguments: Arguments) -> dict[str, object]:
    """Let the contenders take turns on one case; returns its row."""
    shared = not wait_until_idle(max(arguments.patience, 0.5))
    takes_part = [name for name in names if name != "joeynmt" or case.feeding]
    times: dict[str, list[float]] = {name: [] for name in takes_part}
    work: dict[str, list[float]] = {name: [] for name in takes_part}
    quiet = 0
    with ExitStack() as stack:
        contenders = {
            name: stack.enter_context(_contender(name, case, shared, arguments.joeynmt)) for name in takes_part
        }
        once = {name: contender.ask("train", 2)[0][1] for name, contender in contenders.items()}
        for _ in range(arguments.rounds):
            for name, contender in contenders.items():
                quiet += wait_until_idle(arguments.patience)
                some, worked = contender.ask("train", max(1, int(arguments.seconds * 1000 / once[name])))
                times[name].append(statistics.median(some))
                work[name].append(statistics.median(worked))
        first = contenders["ours"].first_step
    tokens = case.rows * case.length
    speed = {name: tokens * 1000 / statistics.median(times[name]) for name in takes_part}
    thrift = {name: tokens * 1000 * case.cores / statistics.median(work[name]) for name in takes_part}
    row: dict[str, object] = {"model": case.kind, "dtype": case.dtype, "U": case.units, "V": case.pieces}
    row |= {"B": case.rows, "T": case.length}
    row |= {f"{NAMES[name]} tokens/s": round(speed[name]) for name in takes_part}
    row |= {f"{NAMES[name]} tokens/s by CPU": round(thrift[name]) for name in takes_part}
    row |= {f"ours / {NAMES[name]}": round(speed["ours"] / speed[name], 2) for name in takes_part[1:]}
    row |= {f"ours / {NAMES[name]} by CPU": round(thrift["ours"] / thrift[name], 2) for name in takes_part[1:]}
    share = f"{quiet / (arguments.rounds * len(takes_part)):.0%}" if arguments.patience else None
    return row | {"our first step s": round(first, 1), "quiet": share}
