"""Answers of bundles beside those of runs: time to the first word, speed, beam search, and what exports keep.

    python benchmarks/runtime.py
    python benchmarks/runtime.py parts=cold,speed
    python benchmarks/runtime.py parts=multi30k,beam data=../shared/data minutes=10

| part | what it does |
|---|---|
| `runs` | trains the five tasks for `cold` and `table`: a translator fully, the others for some steps |
| `cold` | seconds from the prompt to the first word of `zoo predict` and `zoo sample`, medians of `repeats=7` |
| `speed` | sequences and steps of an LSTM: ours on Keras, as graphs in float32 and int8, PyTorch eager and compiled |
| `table` | every task exported in every format and precision, compared with its run |
| `kinds` | cells, attentions and the tasks of the repository's plugins, exported and compared |
| `multi30k` | trains a translator of 8,000 pieces on Multi30k below `data=`, for `minutes=` |
| `beam` | translates the test split, beam 5: graphs beside the same weights in PyTorch, searched as JoeyNMT does |

Runs are kept in `work=`, so that parts can follow one another; tables go to `results/runtime-PART.md`. The parts
`multi30k` and `beam` are not among those made by default.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import numpy as np

from zoo.bench.report import Report
from zoo.bench.turns import Contender, wait_until_idle

HERE = Path(__file__).resolve().parent
RATIOS = ("float32 / PyTorch", "int8 / PyTorch", "int8 / float32")
DEFAULT = ("runs", "cold", "speed", "table", "kinds")
PACKAGES = ("tensorflow", "keras", "onnxruntime", "torch")
RUNS: dict[str, list[str]] = {
    "charlm": ["train.steps=200"],
    "sentiment": ["train.steps=60"],
    "translation": [],  # fully: what 8 bits lose of a BLEU near 0 says nothing
    "captioning": ["train.steps=60"],
    "frames": ["train.steps=60", "model.causal=yes"],
}
SENTENCE = "The teacher did not find her green umbrella last Sunday."
EXAMPLES, ROWWISE = 500, 100
"""Examples that are compared, and those where a row is answered at a time."""
SMALL = ["train.steps=40", "model.units=64", "model.embedding=32"]
CELLS = ("rnn", "gru", "lstm", "lngru", "lnlstm", "ntm")
ATTENTIONS = (
    *("none", "dot", "general", "concat", "location", "multihead", "coverage", "monotonic", "hard"),
    "sparse",  # of zoo-sparse
)
KINDS: dict[str, list[str]] = {
    **{f"cell {cell}": ["translation", *SMALL, f"model.cell={cell}"] for cell in CELLS},
    **{f"attention {name}": ["translation", *SMALL, f"model.attention={name}"] for name in ATTENTIONS},
    "input feeding, attend after": ["translation", *SMALL, "model.input_feeding=yes", "model.attend=after"],
    "plugin zoo-reverse": ["reverse", "train.steps=40", "examples=400"],
    "plugin zoo-memory, ntm": ["memory", "train.steps=10", "data.examples=200", "data.tested=40"],
    "plugin zoo-glimpse": ["glimpse", "train.steps=10"],
}


def make_runs(work: Path, options: dict[str, str]) -> None:
    """Train what the other parts measure."""
    for task, words in RUNS.items():
        train(work / task, task, *words)


def train(out: Path, *words: str) -> None:
    """Train by the command, unless the run is there."""
    from zoo.cli import main as zoo_command

    if not (out / "weights").exists():
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as errors:
            status = zoo_command(["run", *words, f"out={out}"])
        if status:
            raise SystemExit(f"zoo run {' '.join(words)}: {errors.getvalue().strip().splitlines()[-1]}")


def cold(work: Path, options: dict[str, str]) -> None:
    """Time commands from the prompt to the first word."""
    repeats, off = int(options.get("repeats", 7)), int(options.get("off", 7))
    columns = ("command", "seconds", "processor seconds", "runtime=off, seconds", "runtime=off, processor seconds")
    report = Report("Time to the first word", PACKAGES, columns, print)
    image, clip = write_inputs(work)
    for name, task, word in (
        ("predict", "sentiment", "A fine film."),
        ("predict", "translation", SENTENCE),
        ("predict", "captioning", image),
        ("predict", "frames", clip),
        ("sample", "charlm", "length=40"),
        ("sample", "translation", f"prime={SENTENCE}"),
    ):
        command = [name, str(work / task), word]
        first_word(command)  # makes the graphs, where the training did not
        fast = [first_word(command) for _ in range(repeats)]
        slow = [first_word([*command, "runtime=off"]) for _ in range(off)]
        row = [f"zoo {name} {task}"]
        row += [f"{statistics.median(times):.2f}" for times in (*zip(*fast, strict=True), *zip(*slow, strict=True))]
        report.add(dict(zip(columns, row, strict=False)))
    for words in (["devices"], ["plugins"], ["list"]):
        first_word(words)
        fast = [first_word(words) for _ in range(repeats)]
        row = [f"zoo {words[0]}", *(f"{statistics.median(times):.2f}" for times in zip(*fast, strict=True))]
        report.add(dict(zip(columns, row, strict=False)))
    report.write(HERE / "results" / "runtime-cold.md")


def write_inputs(work: Path) -> tuple[str, str]:
    """Write an image, and a clip of eight."""
    from PIL import Image

    image, folder = work / "image.png", work / "clip"
    Image.fromarray(np.full((16, 16, 3), 128, np.uint8)).save(image)
    folder.mkdir(exist_ok=True)
    for number in range(8):
        Image.fromarray(np.full((16, 16), 16 * number, np.uint8)).save(folder / f"{number}.png")
    return str(image), str(folder)


def first_word(words: Sequence[str]) -> tuple[float, float]:
    """Run the command; seconds until its first output, and of processor time until its end."""
    begin, before = time.perf_counter(), os.times()
    process = subprocess.Popen(
        [sys.executable, "-m", "zoo", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    assert process.stdout is not None and process.stderr is not None
    first = process.stdout.read(1)
    seconds = time.perf_counter() - begin
    process.stdout.read()
    errors = process.stderr.read().decode()
    if process.wait() or not first:
        raise SystemExit(f"zoo {' '.join(words)}: {errors.strip().splitlines()[-1:]}")
    after = os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, worked


def speed(work: Path, options: dict[str, str]) -> None:
    """Time sequences of 50 tokens and single steps."""
    rounds, cores = int(options.get("rounds", 7)), int(options.get("cores", os.cpu_count() or 1))
    names = ("Keras", "float32", "int8", "PyTorch", "torch.compile")
    columns = ("what", "H", "B", *(f"{name}, ms" for name in names), *RATIOS)
    note = "Milliseconds, medians; ratios are of speed: above 1, the graph is faster."
    report = Report("Speed of graphs", PACKAGES, columns, print, [note])
    with tempfile.TemporaryDirectory() as temporary:
        for units in (128, 512):
            subprocess.run(contender_command("write", temporary, units), env=environment(), check=True)
            for rows in (1, 32):
                for row in measure_speed(Path(temporary), units, rows, cores, rounds):
                    report.add(dict(zip(columns, row, strict=True)))
    report.write(HERE / "results" / "runtime-speed.md")


def measure_speed(folder: Path, units: int, rows: int, cores: int, rounds: int) -> list[list[str | int | None]]:
    """Let all contenders take turns; a row for sequences and one for steps."""
    case = (units, rows, cores)
    words: dict[str, tuple[object, ...]] = {
        "Keras": ("keras", *case),
        "float32": ("runtime", folder / f"{units}-float32", *case),
        "int8": ("runtime", folder / f"{units}-int8", *case),
        "PyTorch": ("torch", *case),
        "torch.compile": ("compiled", *case),
    }
    times: dict[tuple[str, str], float | None] = {}
    with ExitStack() as stack:
        contenders = {}
        for name, given in words.items():
            with suppress(Exception):  # compilation may fail
                contenders[name] = stack.enter_context(contender(*given))
        for what, count in (("sequence", 3 if units * rows > 4096 else 10), ("step", 30)):
            found: dict[str, list[float]] = {name: [] for name in contenders}
            for number in range(rounds + 1):
                for name, one in contenders.items():
                    wait_until_idle(0.5)
                    taken = one.ask(what, count)[0]
                    found[name] += taken if number else []  # the first round warms up
            times |= {(what, name): statistics.median(found[name]) if name in found else None for name in words}
    table = []
    for what in ("sequence", "step"):
        taken = [times[what, name] for name in words]
        ours, small, torch = (times[what, name] for name in ("float32", "int8", "PyTorch"))
        ratios = [ratio(torch, ours), ratio(torch, small), ratio(ours, small)]
        table.append([what, units, rows, *(None if one is None else f"{one:.3g}" for one in taken), *ratios])
    return table


def ratio(slow: float | None, fast: float | None) -> str | None:
    """How many times as fast."""
    return f"{slow / fast:.2f}" if slow and fast else None


def contender(*words: object) -> Contender:
    """A process that takes turns; threads that wait leave the processor to the others."""
    quiet = {"OMP_WAIT_POLICY": "PASSIVE", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    return Contender("runtime_contenders", words, {**quiet, **path()})


def contender_command(*words: object) -> list[str]:
    return [sys.executable, "-m", "runtime_contenders", *map(str, words)]


def path() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")]))}


def environment() -> dict[str, str]:
    return {**os.environ, **path(), "TF_CPP_MIN_LOG_LEVEL": "3"}


def table(work: Path, options: dict[str, str]) -> None:
    """Export every task in every format and precision."""
    from zoo.export.options import FORMATS, PRECISIONS_OF

    report = export_report("Exports of the tasks")
    examples = {"litert": ROWWISE, "numpy": ROWWISE}
    for task in options.get("tasks", ",".join(RUNS)).split(","):
        formats = options.get("formats", ",".join(FORMATS)).split(",")
        cases = [(kind, precision) for kind in formats for precision in PRECISIONS_OF[kind]]
        add_exports(report, task, work / task, [(*case, examples.get(case[0], EXAMPLES)) for case in cases])
    report.write(HERE / "results" / "runtime-table.md")


def kinds(work: Path, options: dict[str, str]) -> None:
    """Export models of every cell and attention, and those of plugins."""
    report = export_report("Exports of cells, attentions and plugins")
    wanted = options.get("only", "")
    for number, (name, words) in enumerate(KINDS.items()):
        if wanted in name:
            out = work / f"kind-{number}"
            try:
                train(out, *words)
            except SystemExit as error:
                report.add({"what": name, "difference": f"not trained: {error}"})
                continue
            add_exports(report, name, out, [("onnx", "float32", ROWWISE)])
    report.write(HERE / "results" / "runtime-kinds.md")


COLUMNS = (
    "what",
    "format",
    "precision",
    "MB",
    "difference",
    "equal answers",
    "metrics of run and bundle",
)


def export_report(title: str) -> Report:
    notes = [
        "Validation examples, answered by run and bundle. A language model writes 20 texts of 200 characters from the"
        " same seeds, which differ from their first unequal character on.",
        "Difference: the largest of two log-probabilities. A refusal is in the place of the numbers.",
    ]
    return Report(title, PACKAGES, COLUMNS, print, notes)


def add_exports(report: Report, name: str, folder: Path, cases: Iterable[tuple[str, str, int]]) -> None:
    """Export a run by format, precision and number of compared examples, and add what comes of each."""
    from unittest.mock import patch

    import zoo
    from zoo.topology import Answer

    run = zoo.load(folder)
    assert isinstance(run, zoo.Run)
    answer, answers = run.answer, dict[int, list[Answer]]()

    def answer_once(inputs: list[object]) -> list[Answer]:
        """The run's answers to the first examples are the same for every bundle."""
        if len(inputs) not in answers:
            answers[len(inputs)] = answer(inputs)
        return answers[len(inputs)]

    patch.object(run, "answer", answer_once).start()
    for kind, precision, examples in cases:
        row: dict[str, object] = {"what": name, "format": kind, "precision": precision}
        with tempfile.TemporaryDirectory() as temporary:
            try:
                made = run.export(Path(temporary) / "bundle", format=kind, precision=precision, examples=examples)
            except zoo.ZooError as error:
                report.add(row | {"difference": str(error)})
                continue
        parity = made.parity
        assert parity is not None
        metrics = ", ".join(f"{metric} {one:.4g} {other:.4g}" for metric, (one, other) in parity.metrics.items())
        row |= {"MB": f"{made.size / 1e6:.2f}", "metrics of run and bundle": metrics}
        row |= {"difference": f"{parity.difference:.1e}"}
        row |= {"equal answers": f"{round(parity.equal * parity.examples)} of {parity.examples}"}
        report.add(row)


def multi30k(work: Path, options: dict[str, str]) -> None:
    """Train a translator as large as JoeyNMT's."""
    from real_data import DATA_SETS

    source = work / "multi30k-data"
    if not source.exists():
        source.mkdir(parents=True)
        next(one for one in DATA_SETS if one.name == "multi30k").write(Path(options["data"]), source)
    words = ["text.unit=piece", "text.vocabulary=8000", "model.cell=lstm", "model.units=512", "model.embedding=256"]
    words += ["model.attend=after", "model.input_feeding=yes", "search.beam=5", "search.length=60", "batch.size=64"]
    train(work / "multi30k", "translation", f"data={source}", *words, f"train.minutes={options.get('minutes', 6)}")


def beam(work: Path, options: dict[str, str]) -> None:
    """Translate a test split with a beam of 5."""
    import zoo
    import zoo.runtime

    rounds, cores = int(options.get("rounds", 3)), int(options.get("cores", os.cpu_count() or 1))
    run = zoo.load(Path(options.get("run", work / "multi30k")))
    examples = list(run.splits.test)[: int(options.get("sentences", 500))]
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        for precision in ("float32", "int8"):
            run.export(folder / precision, precision=precision, examples=0)
        np.savez(folder / "weights.npz", *run.model.get_weights())
        inputs = [example["source"] for example in examples]
        codec, topology = run.codecs["target"], run.topology
        (folder / "inputs.json").write_text(json.dumps(inputs))
        given = {
            "sources": [run.codecs["source"].encode(text)[: run.settings.batch.length].tolist() for text in inputs],
            "begin": topology.begin(codec),
            "end": topology.end(codec),
            "banned": [topology.begin(codec), *([] if codec.unknown_id is None else [codec.unknown_id])],
        }
        (folder / "sources.json").write_text(json.dumps(given))
        names = {"float32": "graphs, float32", "int8": "graphs, int8", "joeynmt": "PyTorch, JoeyNMT's way"}
        words: dict[str, tuple[object, ...]] = {
            name: ("bundle", folder / name, folder / "inputs.json", folder / f"{name}.json")
            for name in ("float32", "int8")
        }
        files = (folder / "weights.npz", folder / "sources.json", folder / "joeynmt.json")
        words["joeynmt"] = ("joeynmt", *files, run.settings.search.length, cores)
        contenders = {name: stack.enter_context(contender(*one)) for name, one in words.items()}
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, one in contenders.items():
                wait_until_idle(2)
                times[name] += one.ask("beam")[0]
        columns = ("search", "sentences a second", "times JoeyNMT's way", "BLEU")
        report = Report("Beam search of bundles", PACKAGES, columns, print, [f"{len(inputs)} sentences, beam 5."])
        slow = statistics.median(times["joeynmt"])
        for name, one in contenders.items():
            one.ask("write")
            texts = json.loads((folder / f"{name}.json").read_text())
            if name == "joeynmt":
                texts = [codec.decode(np.array(tokens, np.int64)) for tokens in texts]
            answers = [zoo.topology.Answer(text) for text in texts]
            bleu = topology.judge(examples, answers).metrics["bleu"]
            taken = statistics.median(times[name])
            row = (names[name], f"{len(inputs) / taken * 1000:.1f}", f"{slow / taken:.2f}", f"{bleu:.2f}")
            report.add(dict(zip(columns, row, strict=True)))
        report.write(HERE / "results" / "runtime-beam.md")


PARTS: dict[str, Callable[[Path, dict[str, str]], None]] = {
    "runs": make_runs,
    "cold": cold,
    "speed": speed,
    "table": table,
    "kinds": kinds,
    "multi30k": multi30k,
    "beam": beam,
}


def main() -> None:
    options = dict(word.split("=", 1) for word in sys.argv[1:])
    work = Path(options.get("work", Path.home() / ".cache" / "seqzoo-benchmark")).resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.chdir(work)  # runs stay there
    for part in options.get("parts", ",".join(DEFAULT)).split(","):
        PARTS[part](work, options)


if __name__ == "__main__":
    main()
