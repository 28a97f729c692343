"""A task in a file: the run keeps a copy of it, and code of others is run only with consent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import zoo
from tests.runs.conftest import contents

TASK = '''
"""Says of a word whether it has an a."""
from pathlib import Path
import zoo
from zoo.codecs import CharacterCodec, LabelCodec
from zoo.data import Splits
from zoo.topology import ManyToOne

Path("executed").touch()

class Tagger(zoo.Task):
    topology = ManyToOne()

    def data(self):
        words = ["abc", "bcd", "cab", "dbc"] * 8
        examples = [{"source": word, "target": "yes" if "a" in word else "no"} for word in words]
        return Splits(examples, examples[:4], examples[4:8])

    def codecs(self):
        return {"source": CharacterCodec(), "target": LabelCodec()}

    def model(self, codecs):
        from zoo.models import Classifier, Encoder

        model = Classifier(Encoder(codecs["source"].size, units=4, embedding=4), codecs["target"].size)
        model.build()
        return model
'''


@pytest.fixture
def tagger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run of a task in `tagger.py`."""
    monkeypatch.chdir(tmp_path)
    Path("tagger.py").write_text(TASK)
    run = zoo.run("./tagger.py", out="run", train={"steps": 1})
    Path("executed").unlink()
    return run.folder.path.resolve()


def another_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another-home"))


def test_ones_own_run_needs_no_consent(tagger: Path, tmp_path: Path):
    assert (tagger / "tagger.py").read_text() == TASK
    before = contents(tagger)
    assert zoo.load("run").predict(["abc"])[0] in ("yes", "no")
    assert contents(tagger) == before


def test_a_run_and_its_copy_work_without_the_file(tagger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    expected = zoo.load("run").evaluate()
    moved = shutil.move(tagger, tmp_path / "moved")
    (tmp_path / "tagger.py").unlink()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert zoo.load(moved).evaluate() == expected
    assert zoo.load(moved).resume(train={"steps": 2}).metrics[-1]["step"] == 2


def test_the_copy_finds_what_lies_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    Path("words_of_mine.py").write_text("WORDS = ['abc', 'bcd'] * 16\n")
    code = TASK.replace('["abc", "bcd", "cab", "dbc"] * 8', "__import__('words_of_mine').WORDS")
    Path("tagger.py").write_text(code)
    run = zoo.run("./tagger.py", out=str(tmp_path / "run"), train={"steps": 1})
    monkeypatch.chdir(tmp_path)
    assert zoo.load(run.folder.path).evaluate() == run.evaluate()


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "run", "abc"),
        ("evaluate", "run"),
        pytest.param(("resume", "run", "train.steps=2"), marks=pytest.mark.slow),
    ],
)
def test_a_strangers_code_is_not_run(
    arguments: tuple[str, ...], tagger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Callable
):
    another_user(monkeypatch, tmp_path)
    before = contents(tagger)
    status, out, err = command(*arguments)
    assert status == 1 and out == "" and not Path("executed").exists()
    assert "run/tagger.py" in err and "trust=yes" in err and err.count("\n") == 1
    assert contents(tagger) == before
    status, _, err = command(*arguments, "trust=yes")
    assert status == 0, err
    assert Path("executed").exists()
    # Consent is for that time: the next one asks again.
    assert command(*arguments)[0] == 1


def test_consent_from_python(tagger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    another_user(monkeypatch, tmp_path)
    with pytest.raises(zoo.ZooError, match="trust=True"):
        zoo.load("run")
    assert zoo.load("run", trust=True).predict(["abc"])
    assert zoo.load("run", task="tagger.py").predict(["abc"]), "whoever names a file wants its code"


@pytest.mark.parametrize("key", ["task", "file", "code", "both"])
@pytest.mark.parametrize("form", ["evil.py", "./evil.py", "{}/evil.py", "{}/../{name}/evil.py"])
def test_no_name_in_a_run_executes_a_file(
    key: str, form: str, copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    path = form.format(tmp_path, name=tmp_path.name)
    for folder in (tmp_path, copied):
        (folder / "evil.py").write_text(TASK)
    about = json.loads((copied / "run.json").read_text())
    about |= {"task": path, "file": path} if key == "both" else {key: path}
    (copied / "run.json").write_text(json.dumps(about))
    with pytest.raises(zoo.ZooError):
        zoo.load(copied)
    assert not Path("executed").exists()


def test_code_that_was_altered_is_another_code(tagger: Path):
    with (tagger / "tagger.py").open("a") as stream:
        stream.write("\n# altered\n")
    with pytest.raises(zoo.ZooError, match="trust=yes"):
        zoo.load("run")
    assert not Path("executed").exists()


def test_files_beside_the_copy_are_not_imported(tagger: Path):
    import importlib.util

    zoo.load("run")
    (tagger / "a_module_of_a_stranger.py").write_text("")
    assert importlib.util.find_spec("a_module_of_a_stranger") is None
