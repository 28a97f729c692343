"""In a real Jupyter kernel: progress is shown, an interrupt saves and raises, and the next cell continues."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

pytest.importorskip("ipykernel", reason="needs pip install ipykernel")
jupyter_client = pytest.importorskip("jupyter_client", reason="needs pip install ipykernel")

from tests.conftest import RHYME  # noqa: E402
from zoo.files import read_text  # noqa: E402

SETTINGS = """
TINY = dict(model={"units": 8, "layers": 1}, batch={"size": 8, "length": 8}, search={"length": 5},
            data="rhyme.txt", train={"steps": 6, "evaluate_every": 3})
"""
WAITING = """
import keras, pathlib
class Waiting(keras.callbacks.Callback):
    steps = 0
    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps == 2:
            print("waiting", flush=True)
            while not pathlib.Path("interrupted").exists():
                pass
"""
LONGEST = 240


class Cell:
    """What a cell has shown.

    Attributes:
        displayed: texts of its outputs; an update is one more.
        html: the same as HTML.
        stdout: what it printed.
        stderr: what it printed there.
        error: name and value of the exception that ended it.
    """

    def __init__(self) -> None:
        self.displayed: list[str] = []
        self.html: list[str] = []
        self.stdout = self.stderr = ""
        self.error: tuple[str, str] | None = None


class Notebook:
    """A notebook with a kernel of its own in a folder."""

    def __init__(self, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self.kernel = jupyter_client.KernelManager(kernel_name="python3")
        self.kernel.start_kernel(cwd=str(folder), env=environment)
        self.client = self.kernel.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LONGEST)

    def run(self, code: str, interrupt_at: str = "", marker: Path | None = None) -> Cell:
        """Run a cell to its end.

        Args:
            code: of the cell.
            interrupt_at: what it prints when it is to be interrupted.
            marker: is made after the interrupt.
        """
        cell, asked = Cell(), self.client.execute(code)
        until = time.monotonic() + LONGEST
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=until - time.monotonic())
            except queue.Empty:
                raise AssertionError(f"the cell does not end: {code}") from None
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return cell
            self._note(cell, kind, content)
            if interrupt_at and interrupt_at in cell.stdout:
                interrupt_at = ""
                self.kernel.interrupt_kernel()
                assert marker is not None
                marker.touch()

    @staticmethod
    def _note(cell: Cell, kind: str, content: Mapping[str, Any]) -> None:
        if kind in ("display_data", "update_display_data", "execute_result"):
            cell.displayed.append(content["data"].get("text/plain", ""))
            cell.html.append(content["data"].get("text/html", ""))
        elif kind == "stream" and content["name"] == "stdout":
            cell.stdout += content["text"]
        elif kind == "stream":
            cell.stderr += content["text"]
        elif kind == "error":
            cell.error = (content["ename"], content["evalue"])

    def close(self) -> None:
        self.client.stop_channels()
        self.kernel.shutdown_kernel(now=True)


# Of this process, not of a user's: with the first of them a kernel does not show what is written below Python.
OURS = ("PYTEST_CURRENT_TEST", "TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND")


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Notebook, Path]]:
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "rhyme.txt").write_text(RHYME * 10, encoding="utf-8")
    opened = Notebook(folder)
    try:
        yield opened, folder
    finally:
        opened.close()


@pytest.mark.slow
def test_a_training_in_a_notebook(notebook: tuple[Notebook, Path]) -> None:
    kernel, folder = notebook
    first = kernel.run(f"import zoo\n{SETTINGS}\nrun = zoo.run('charlm', out='whole', **TINY)")
    assert first.error is None
    assert any("<progress" in shown for shown in first.html), "no progress"
    assert "6 steps done; the run is in whole" in first.displayed[-1] and "step 3" in first.displayed[-1]
    assert (first.stdout, first.stderr) == ("", "")

    assert kernel.run("print(run.folder)").stdout == "whole\n"
    finished = kernel.run("run = run.resume()")
    assert finished.error is None and "zoo resume whole train.steps=12" in finished.stderr + finished.displayed[-1]

    # The run is saved when the exception arrives, and a later cell brings it to the same end.
    stopped = kernel.run(
        f"{WAITING}\nzoo.run('charlm', out='parts', callbacks=[Waiting()], **TINY)", "waiting", folder / "interrupted"
    )
    assert stopped.error is not None
    name, message = stopped.error
    assert name.endswith(("KeyboardInterrupt", "TrainingInterrupt")) and "is saved in parts" in message
    assert kernel.run("caught = __import__('sys').last_value; isinstance(caught, KeyboardInterrupt)").displayed == [
        "True"
    ]
    resumed = kernel.run("run = zoo.load('parts').resume()\nprint(run.reason)")
    assert resumed.error is None and resumed.stdout == "6 steps done\n" and resumed.stderr == ""
    for name in ("weights/last.safetensors", "weights/best.safetensors"):
        parts, whole = (load_file(folder / run / name) for run in ("parts", "whole"))
        assert parts.keys() == whole.keys() and all((parts[key] == whole[key]).all() for key in parts)
    assert read_text(folder / "parts" / "metrics.jsonl").count("\n") == 2

    answered = kernel.run("run.sample('one ', length=5, seed=1)")
    assert answered.error is None and (answered.stdout, answered.stderr) == ("", "")
    wrong = kernel.run("zoo.run('charlm', data='rhyme.txt', model={'cell': 'lstmm'})")
    assert wrong.error == ("UsageError", wrong.error[1] if wrong.error else "") and "did you mean" in wrong.error[1]
