"""In a notebook: progress is shown, Ctrl-C saves and raises, and a finished run says how to train on."""

from __future__ import annotations

import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

import zoo
from tests.runs.conftest import TINY
from tests.settings_by_part import SettingsByPart


class Handle:
    """What IPython's `display(..., display_id=True)` gives."""

    def __init__(self, first: object) -> None:
        self.shown = [first]

    def update(self, output: object) -> None:
        self.shown.append(output)


@pytest.fixture
def handles(monkeypatch: pytest.MonkeyPatch) -> list[Handle]:
    """The outputs of a notebook that this process seems to be the kernel of."""
    made: list[Handle] = []

    def display(output: object, display_id: bool = False) -> Handle:
        assert display_id
        made.append(Handle(output))
        return made[-1]

    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    ipython.display = types.ModuleType("IPython.display")  # type: ignore[attr-defined]
    ipython.display.display = display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)  # type: ignore[attr-defined]
    monkeypatch.setattr("zoo.runs.new_run.silence", lambda: None)
    return made


def test_progress_is_one_output_that_is_updated(handles, rhyme, tmp_path, capfd):
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **TINY)
    (handle,) = handles
    assert any("<progress" in output._repr_html_() and "step " in repr(output) for output in handle.shown)
    last = repr(handle.shown[-1])
    assert "step 2" in last and "step 4" in last and " nats" in last
    assert last.splitlines()[-1].endswith(f"4 steps done; the run is in {run.folder}")
    assert "<progress" not in handle.shown[-1]._repr_html_()
    assert capfd.readouterr().out == ""


def test_another_reporter_takes_its_place(handles, rhyme, tmp_path):
    from zoo.training.progress import SilentReporter

    zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), report=SilentReporter(), **TINY)
    assert handles == []


def test_what_the_data_hold_is_not_taken_for_html():
    from zoo.runs.notebook import NotebookReporter

    reporter = NotebookReporter(lambda output, display_id: Handle(output))
    reporter.begin(["<script>alert(1)</script>"])
    assert "<script" not in reporter._handle.shown[-1]._repr_html_()


def test_nothing_is_shown_outside_a_notebook(rhyme, tmp_path, capfd):
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **TINY)
    out, err = capfd.readouterr()
    assert out == "" and "step 4" not in err
    print(run.folder)
    assert capfd.readouterr().out == f"{tmp_path / 'run'}\n"


def interrupting():
    """A callback that presses Ctrl-C in the second step."""
    import keras

    class Interrupting(keras.callbacks.Callback):
        steps = 0

        def on_train_batch_end(self, batch, logs=None):
            self.steps += 1
            if self.steps == 2:
                signal.raise_signal(signal.SIGINT)

    return Interrupting()


def test_an_interrupt_is_raised_when_the_run_is_saved(rhyme, tmp_path):
    settings: SettingsByPart = {**TINY, "train": {"steps": 9}}
    with pytest.raises(KeyboardInterrupt, match=r"is saved in .*run.*resume\(\)") as caught:
        zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), callbacks=[interrupting()], **settings)
    assert caught.value.run.reason == "interrupted"
    with pytest.raises(KeyboardInterrupt):
        zoo.load(tmp_path / "run").resume(callbacks=[interrupting()], train={"steps": 12})
    run = zoo.load(tmp_path / "run")
    assert run.settings.train.steps == 12
    assert run.resume().reason == "12 steps done"
    assert run.metrics[-1]["step"] == 12


@pytest.mark.parametrize(
    ("train", "key", "more"), [({"steps": 2}, "steps=2", "steps=4"), ({"epochs": 0.5}, "epochs=0.5", "epochs=1")]
)
def test_a_finished_run_says_which_limit_to_raise(rhyme, tmp_path, train, key, more):
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **{**TINY, "train": train})
    before = run.metrics
    with pytest.warns(UserWarning, match=rf"already reached train\.{key}, .* zoo resume \S+run train\.{more}$"):
        zoo.load(tmp_path / "run").resume()
    assert zoo.load(tmp_path / "run").metrics == before


def test_tensorflow_writes_nothing_to_standard_output(rhyme, tmp_path):
    code = (
        "import sys, types, zoo\n"
        "ipython = types.ModuleType('IPython')\n"
        "ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())\n"
        "ipython.display = types.ModuleType('IPython.display')\n"
        "ipython.display.display = lambda output, display_id: types.SimpleNamespace(update=lambda output: None)\n"
        "sys.modules.update({'IPython': ipython, 'IPython.display': ipython.display})\n"
        f"zoo.run('charlm', data={str(rhyme)!r}, out='run', model={{'units': 4}}, batch={{'size': 8, 'length': 8}}, "
        "train={'steps': 1})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "") and "tensorflow" not in done.stderr.lower(), done.stderr
    assert Path(tmp_path, "run", "run.json").exists()
