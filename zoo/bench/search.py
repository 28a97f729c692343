"""Our search beside loops as users write them: sampling characters, and beam search for translations."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from zoo.bench.report import Report, Say
from zoo.bench.search_case import BeamCase, SampleCase
from zoo.bench.turns import AS_IT_COMES, PREFERRED, Contender, wait_until_idle
from zoo.settings import setting

NAMES = {"ours": "ours", "keras": "Keras predict", "torch": "PyTorch", "joeynmt": "JoeyNMT's way"}
SEARCHES = {"sample": ("ours", "keras", "torch"), "beam": ("ours", "torch", "joeynmt")}


@dataclass
class Arguments:
    """Time sampling (two LSTM layers, softmax over 96) and beam search (an attending LSTM).

    Sampling is measured in characters per second over all texts, against a loop in PyTorch and a loop around Keras'
    `predict`. Beam search is measured in sentences per second, against a beam search in PyTorch written as well as we
    can, and the same one written as in JoeyNMT, which projects the keys and gathers the memory at every step. All have
    the same weights and make the same steps; `same texts` counts the best answers that are equal to the zoo's.

    Each contender runs in its own process; they take turns. Ratios compare throughput: above 1, the zoo is faster. On a
    machine that is not idle, trust the ratio by CPU time.
    """

    searches: list[str] = setting(["sample", "beam"], "which searches", tuple(SEARCHES))
    units: list[int] = setting([128, 512], "H: sizes of the layers to sample from", minimum=1)
    rows: list[int] = setting([1, 64], "B: texts sampled at a time", minimum=1)
    characters: int = setting(512, "characters per sampled text", minimum=1)
    calls: int = setting(16, "calls of predict per round for Keras, which is slow", minimum=1)
    decoder: int = setting(512, "H: size of the attending LSTM; the encoder has half of that per direction", minimum=2)
    vocabulary: int = setting(8000, "vocabulary size of both languages", minimum=8)
    sentences: int = setting(200, "sentences translated per round", minimum=1)
    places: int = setting(20, "tokens per sentence", minimum=1)
    length: int = setting(30, "tokens per translation", minimum=1)
    beam: int = setting(5, "beam size", minimum=1)
    batch: int = setting(64, "B: sentences translated at a time", minimum=1)
    against: list[str] = setting(["keras", "torch", "joeynmt"], "what to compare with", ("keras", "torch", "joeynmt"))
    rounds: int = setting(5, "rounds per contender", minimum=1)
    patience: float = setting(0.0, "seconds to wait for idle cores before a round", minimum=0)
    cores: int = setting(0, "cores per contender; 0: all", minimum=0)


def run(arguments: Arguments, say: Say) -> Report:
    """Measure all cases.

    Args:
        arguments: what to measure.
        say: receives each line of the table as soon as it is known.

    Returns:
        The table.
    """
    cores = arguments.cores or os.cpu_count() or 1
    names = ["ours", *(name for name in NAMES if name in arguments.against)]
    notes = []
    if {"torch", "joeynmt"} & set(names) and find_spec("torch") is None:
        names = [name for name in names if name in ("ours", "keras")]
        notes.append("PyTorch is not installed and takes no part: pip install 'seqzoo[bench]' would bring it.")
    cases: list[SampleCase | BeamCase] = []
    if "sample" in arguments.searches:
        cases += [
            SampleCase(units, rows, arguments.characters, cores) for units in arguments.units for rows in arguments.rows
        ]
    if "beam" in arguments.searches:
        sizes = (
            arguments.decoder // 2 * 2,
            arguments.vocabulary,
            arguments.sentences,
            arguments.places,
            arguments.length,
        )
        cases.append(BeamCase(*sizes, arguments.beam, arguments.batch, cores))
    report = Report("Search", ("tensorflow", "keras", "torch"), columns(names), say, notes)
    for case in cases:
        report.add(_measure(case, names, arguments))
    return report


def columns(names: list[str]) -> list[str]:
    """Name the columns for some contenders, the first of them ours."""
    peers = [NAMES[name] for name in names[1:]]
    return [
        *("search", "counted", "H", "B", "length"),
        *(f"{NAMES[name]} a second" for name in names),
        *(f"ours / {peer}" for peer in peers),
        *(f"ours / {peer} by CPU" for peer in peers),
        *("same texts", "our first call s", "our next calls s", "quiet"),
    ]


def _measure(case: SampleCase | BeamCase, all_names: list[str], arguments: Arguments) -> dict[str, object]:
    """Let the contenders take turns on one case; returns its row."""
    kind = "beam" if isinstance(case, BeamCase) else "sample"
    names = [name for name in all_names if name in SEARCHES[kind]]
    # What a turn comes to, in characters or sentences.
    counts = {name: _count(name, case, arguments) for name in names}
    shared = not wait_until_idle(max(arguments.patience, 0.5))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        contenders = {
            name: stack.enter_context(_contender(name, case, folder / f"{name}.npy", arguments, shared))
            for name in names
        }
        times: dict[str, list[float]] = {name: [] for name in names}
        work: dict[str, list[float]] = {name: [] for name in names}
        quiet = 0
        for _ in range(arguments.rounds):
            for name, contender in contenders.items():
                quiet += wait_until_idle(arguments.patience)
                (some,), (worked,) = contender.ask(kind)
                times[name].append(some / 1000)
                work[name].append(worked / 1000)
        same = _same_texts(contenders, folder) if kind == "beam" else None
        first = contenders["ours"].first_step
    speed = {name: counts[name] / statistics.median(times[name]) for name in names}
    thrift = {name: counts[name] / statistics.median(work[name]) for name in names}
    row: dict[str, object] = dict.fromkeys(columns(all_names))
    if isinstance(case, BeamCase):
        row |= {"search": f"beam {case.beam}", "counted": "sentences", "B": case.batch, "length": case.length}
    else:
        row |= {"search": "sample", "counted": "characters", "B": case.rows, "length": case.steps}
    row |= {f"{NAMES[name]} a second": _rounded(speed[name]) for name in names}
    row |= {f"ours / {NAMES[name]}": _rounded(speed["ours"] / speed[name]) for name in names[1:]}
    row |= {f"ours / {NAMES[name]} by CPU": _rounded(thrift["ours"] / thrift[name]) for name in names[1:]}
    row |= {"H": case.units, "same texts": same, "quiet": None}
    row |= {"our first call s": round(first, 1), "our next calls s": round(statistics.median(times["ours"]), 3)}
    if arguments.patience > 0:
        row["quiet"] = f"{quiet / (arguments.rounds * len(names)):.0%}"
    return row


def _count(name: str, case: SampleCase | BeamCase, arguments: Arguments) -> int:
    if isinstance(case, BeamCase):
        return case.sentences
    return case.rows * (arguments.calls if name == "keras" else case.steps)


def _contender(name: str, case: SampleCase | BeamCase, answers: Path, arguments: Arguments, shared: bool) -> Contender:
    # Where cores are not idle, PyTorch's threads must not burn CPU time while they wait, or they would look slow.
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **({"OMP_WAIT_POLICY": "PASSIVE"} if shared else {})}
    kind = "beam" if isinstance(case, BeamCase) else "sample"
    if name in ("torch", "joeynmt"):
        return Contender("zoo.bench.torch_search", (name, answers, kind, *case), environment)
    if name == "keras" and isinstance(case, SampleCase):
        case = case._replace(steps=arguments.calls)
    environment |= {"KERAS_BACKEND": "tensorflow", **(AS_IT_COMES if name == "keras" else PREFERRED)}
    return Contender("zoo.bench.tensorflow_search", (name, answers, kind, *case), environment)


def _same_texts(contenders: Mapping[str, Contender], folder: Path) -> str | None:
    """Compare the best answers of all contenders with ours."""
    if len(contenders) == 1:
        return None
    for contender in contenders.values():
        contender.ask("write")
    found = {name: np.load(folder / f"{name}.npy") for name in contenders}
    same = [np.all(found["ours"] == found[name], axis=1) for name in contenders if name != "ours"]
    return f"{int(np.sum(np.all(same, axis=0)))} of {len(found['ours'])}"


def _rounded(number: float) -> float | int:
    """Keep three digits, more of large numbers."""
    return round(number) if number >= 100 else round(number, 1 if number >= 10 else 2)
