"""Words, files, presets and mappings become settings, or one line that says what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from zoo.errors import UsageError
from zoo.settings import Settings, override, part, resolve, setting


@dataclass
class Model:
    """A model."""

    cell: str = setting("lstm", "recurrent cell", ("lstm", "gru"))
    layers: int = setting(2, "layers", minimum=1)
    dropout: float = setting(0.0, "share dropped", minimum=0, maximum=0.9)
    tied: bool = setting(False, "ties the embedding")
    widths: list[int] = setting([], "widths of layers")


@dataclass
class MySettings(Settings):
    """Settings of a task."""

    model: Model = part(Model)


PRESETS = {"small": {"model": {"layers": 1}, "model.dropout": 0.1, "data": "small.txt"}, "large": {"model.layers": 4}}


def made(*words, **mapping) -> MySettings:
    return resolve(MySettings, PRESETS, mapping or list(words), task="charlm")


def message(*words, **mapping) -> str:
    with pytest.raises(UsageError) as caught:
        made(*words, **mapping)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_words_are_typed():
    settings = made(
        "model.cell=gru", "model.layers=3", "model.dropout=1e-1", "model.tied=yes", "model.widths=3,4", "seed=7"
    )
    assert settings.model == Model("gru", 3, 0.1, True, [3, 4])
    assert settings.seed == 7
    assert isinstance(settings, MySettings)


@pytest.mark.parametrize(
    "text",
    [
        "1984.txt", "1984", "null", "~", "no", "on", "", "1e5", "0x10", "a: b", "a #b", "C:\\data\\x.txt", "a=b=c",
        "{a}", "[a, b]", "*.txt", "&a", "'x'", '"x"', "${seed}", "\\${seed}", "\\\\${x", "$", " padded ", "- a", "@x",
        "%x", "!x", "12:30:00", "2001-01-01", "a\nb", "ü.txt", "\udce9.txt", "a,b", "<<", "=", "\\", "${oc.env:HOME}",
        "\x1b[0m", "\ufeff",
    ],
)  # fmt: skip
def test_text_arrives_as_typed(text, tmp_path):
    assert made(f"data={text}").data.source == text
    assert made(data=text).data.source == text
    assert made(data={"source": text}).data.source == text


@pytest.mark.parametrize("text", ["1984.txt", "1984", "null", "no", "1e5", "012", "12:30:00", "2001-01-01", "'x y'"])
def test_text_in_a_file_arrives_as_it_stands_there(text, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(f"data: {text}\n")
    assert made(f"config={file}").data.source == text.strip("'")


def test_shorthand_of_parts():
    assert made("data=book.txt").data.source == "book.txt"
    assert made("device=cpu").device.kind == "cpu"
    assert made(device="cpu", data=Path("a/b.txt")).data.source == str(Path("a/b.txt"))


def test_mappings_nested_dotted_and_whole_parts():
    settings = made(model={"cell": "gru"}, **{"train.steps": 5, "model.layers": 3})
    assert (settings.model.cell, settings.model.layers, settings.train.steps) == ("gru", 3, 5)
    assert made(model=Model(layers=5)).model.layers == 5
    assert made(train={"callbacks": ["a,b", "c"]}).train.callbacks == ["a,b", "c"]


def test_order_of_layers(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("model:\n  layers: 7\n  cell: gru\ndata: file.txt\n")
    assert made("preset=small").model == Model(layers=1, dropout=0.1)
    assert made("preset=small").preset == "small"
    both = made("preset=small", f"config={file}", "model.cell=lstm")
    assert both.model == Model("lstm", 7, 0.1)
    assert both.data.source == "file.txt"
    assert made("model.cell=lstm", f"config={file}").model.cell == "lstm"
    assert made("seed=1", "seed=2").seed == 2
    file.write_text("preset: large\n")
    assert made(f"config={file}").model.layers == 4
    assert made(f"config={file}", "preset=small").model.layers == 1
    assert made(preset="large", config=str(file)).model.layers == 4


def test_override_keeps_the_rest():
    before = made("model.layers=3", "data=${x}")
    after = override(before, {"train": {"epochs": 4}}, task="charlm")
    assert (after.model.layers, after.train.epochs, after.data.source) == (3, 4.0, "${x}")
    assert before.train.epochs == 0
    assert override(before, ["seed=9"], task="charlm").seed == 9
    with pytest.raises(UsageError, match="preset= is only for a new run"):
        override(before, ["preset=small"], task="charlm")


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("model.cel=gru", ["unknown setting 'model.cel' of task charlm", "did you mean 'model.cell'?"]),
        ("cell=gru", ["unknown setting 'cell'", "did you mean 'model.cell'?"]),
        ("modle.cell=gru", ["did you mean 'model.cell'?"]),
        ("zzz=1", ["unknown setting 'zzz'", "known: ", "model", "train"]),
        ("model.zzz=1", ["unknown setting", "model.cell"]),
        ("model.cell.x=1", ["unknown setting", "single value"]),
        ("model=gru", ["'model' is a group", "model.cell="]),
        ("model.layers=two", ["model.layers: expected a whole number", "not 'two'"]),
        ("model.layers=2.0", ["expected a whole number", "'2.0'"]),
        ("model.layers=", ["expected a whole number", "not nothing"]),
        ("model.layers=0", ["at least 1"]),
        ("model.dropout=nan", ["expected a number from 0 to 0.9", "'nan'"]),
        ("model.dropout=high", ["expected a number", "'high'"]),
        ("model.tied=perhaps", ["expected a yes or no", "'perhaps'"]),
        ("model.widths=3,x", ["expected a list of whole number", "'3,x'"]),
        ("model.cell=gri", ["expected one of lstm, gru", "did you mean 'gru'?"]),
        ("preset=smal", ["unknown preset 'smal' of task charlm", "did you mean 'small'?"]),
        ("small", ["'small' is not a setting", "key=value"]),
        ("=3", ["is not a setting"]),
        ("a\nb", ["'a\\nb' is not a setting"]),
        ("a\nb=\n", ["unknown setting 'a\\nb'"]),
        ("seed=" + "9" * 500, ["seed: expected a whole number", "..."]),
        ("data=???", ["data.source"]),
        ("config=missing.yaml", ["config=missing.yaml: no such file"]),
        ("config=a\nb", ["config=a b: no such file"]),
        ("config=.", ["config=.: is a directory"]),
    ],
)  # fmt: skip
def test_a_wrong_word_is_one_line(word, parts):
    text = message(word)
    for wanted in parts:
        assert wanted in text, text


def test_wrong_values_from_python():
    assert "did you mean 'model.cell'?" in message(model={"cel": "gru"})
    assert "expected a whole number" in message(model={"layers": "two"})
    assert "expected a whole number" in message(model={"layers": 2.5})
    assert "expected a whole number" in message(model={"layers": True})
    assert "expected a whole number" in message(model={"layers": None})
    assert "expected text" in message(data=None)
    assert "expected text" in message(out=["a"])
    assert "is a group" in message(model="gru")
    assert "unknown preset" in message(preset=["small"])
    assert "list of" in message(train={"callbacks": 3})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("seed: 1\nmodel: [\n", ["mine.yaml:3", "not valid YAML"]),
        ("seed: 1\n  x: 2\n", ["mine.yaml:2", "not valid YAML"]),
        ("seed: 1\nmodel:\n  cel: gru\n", ["mine.yaml:3", "unknown setting 'model.cel'", "did you mean 'model.cell'?"]),
        ("seed: 1\nmodel:\n  layers: two\n", ["mine.yaml:3", "expected a whole number"]),
        ("seed: 1\nseed: 2\n", ["mine.yaml:2", "'seed' is given twice"]),
        ("- seed\n", ["mine.yaml:1", "not settings"]),
        ("seed\n", ["mine.yaml:1", "not settings"]),
        ("model: [[1]]\n", ["mine.yaml:1", "list of plain values"]),
        ("seed: \x00\n", ["mine.yaml:1", "YAML forbids"]),
        ("model: &m\n  model: *m\n", ["mine.yaml:"]),
        ("preset: smal\n", ["mine.yaml:1", "unknown preset"]),
        ("[" * 3000, ["mine.yaml"]),
    ],
)
def test_a_wrong_file_is_one_line_with_name_and_line(text, parts, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    found = message(f"config={file}")
    for wanted in parts:
        assert wanted in found, found


def test_a_file_that_is_not_text(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"seed: \xff\n")
    assert "not UTF-8 text (byte 6)" in message(f"config={file}")


def test_a_file_may_begin_with_a_byte_order_mark_or_be_empty(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xef\xbb\xbfseed: 3\n")
    assert made(f"config={file}").seed == 3
    file.write_text("# nothing\n")
    assert made(f"config={file}").seed == 0


def test_a_check_of_the_task_itself():
    @dataclass
    class Checked(Settings):
        def __post_init__(self):
            if self.seed == 13:
                raise ValueError("seed: 13 brings bad luck")

    with pytest.raises(UsageError, match="13 brings bad luck"):
        resolve(Checked, {}, ["seed=13"], task="any")
