"""The road of an example is walked once: how often a run opens its files, and reads and parses its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.long_run import first
from zoo.codecs import ByteCodec, LabelCodec, WordCodec
from zoo.codecs.fitting import fit_codecs
from zoo.data.storage import kept_examples
from zoo.data.tables.delimited_table import DelimitedTable

ROWS = 60
TINY = {"preset": "tiny", "train": {"steps": 2, "evaluate_every": 2}, "device": {"kind": "cpu", "replicas": 1}}


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a table is indexed, and its rows are parsed, and read by their place."""
    found: Counter[str] = Counter()

    def counted(owner: type, name: str) -> None:
        original = getattr(owner, name)

        def wrapper(self: object, *arguments: object) -> object:
            found[name] += 1
            return original(self, *arguments)

        monkeypatch.setattr(owner, name, wrapper)

    counted(DelimitedTable, "_example")
    counted(DelimitedTable, "_example_of")
    counted(DelimitedTable, "__init__")
    return found


@pytest.mark.parametrize("kept", first(1, [False, True]))
def test_a_run_indexes_its_table_once(
    kept: bool, counts: Counter[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        monkeypatch.setattr(kept_examples, "LIMIT", 0)
    path = tmp_path / "pairs.tsv"
    path.write_text("source\ttarget\n" + "".join(f"number {n} is here\tnumero {n} est ici\n" for n in range(ROWS)))
    run = zoo.run("translation", data=str(path), out=str(tmp_path / "run"), **TINY)
    assert counts["_example"] - counts["_example_of"] == ROWS  # checked once
    # Large tables, of which nothing is kept: once for all codecs together, and once to be encoded. A sample, which here
    # is all of them, is read for the defaults and for advice.
    assert counts["_example_of"] <= (0 if kept else 4 * ROWS)
    run.evaluate("test")
    run.evaluate("validation")
    assert counts["__init__"] == 1
    assert counts["_example"] - counts["_example_of"] == ROWS


class _Once:
    """Examples that may be read one time."""

    def __init__(self, examples: list[dict[str, str]]) -> None:
        self.examples, self.reads = examples, 0

    def __iter__(self) -> Iterator[dict[str, str]]:
        assert not self.reads
        self.reads = 1
        return iter(self.examples)


def test_codecs_are_fitted_in_one_pass() -> None:
    examples = [{"source": f"a b{n % 9}", "target": f"c{n % 5}", "mark": "x"} for n in range(1000)]
    together = {"source": WordCodec(), "target": LabelCodec(), "mark": ByteCodec()}
    fit_codecs(together, _Once(examples))
    alone = WordCodec()
    alone.fit(example["source"] for example in examples)
    assert together["source"].words == alone.words
    assert together["target"].labels == ("c0", "c1", "c2", "c3", "c4")


def test_a_shared_codec_learns_from_both_roles() -> None:
    shared = WordCodec()
    fit_codecs(
        {"source": shared, "target": shared, "more": LabelCodec(["m"])},
        _Once([{"source": "a", "target": "b", "more": "m"}]),
    )
    assert shared.words == [" a", " b"]


def test_what_a_codec_refuses_is_raised_at_once() -> None:
    class Endless:
        def __iter__(self) -> Iterator[dict[str, str]]:
            while True:
                yield {"source": "a", "target": "only"}

    class Refusing(LabelCodec):
        def fit(self, values: Iterable[object]) -> None:
            for _ in values:
                raise zoo.ZooError("none of these")

    with pytest.raises(zoo.ZooError, match="none of these"):
        fit_codecs({"source": WordCodec(), "target": Refusing()}, Endless())
    with pytest.raises(zoo.ZooError, match="an example has no 'target'; it has source"):
        fit_codecs({"source": WordCodec(), "target": LabelCodec()}, [{"source": "a"}])


def test_an_example_that_cannot_be_read_ends_the_fitting() -> None:
    def examples() -> Iterator[dict[str, object]]:
        yield {"source": "a", "target": np.zeros(3_000_000)}
        raise zoo.ZooError("row 2: damaged")

    with pytest.raises(zoo.ZooError, match="row 2: damaged"):
        fit_codecs({"source": WordCodec(), "target": ByteCodec()}, examples())
