"""An error inside a plugin names the plugin, whatever of the plugin raised it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import zoo
from tests.plugins.fake import write_plugin

__all__ = ["zoo"]

PARTS = '''
    """Parts that fail."""
    import keras
    import zoo

    class Cell(keras.layers.GRUCell):
        def call(self, inputs, states, training=False):
            raise ValueError("no state today")

    class Callback(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            {}["loss"]

    def read(settings):
        raise OSError(5, "Input/output error")

    def refuse(settings):
        raise zoo.ZooError("the sensor is off")

    @zoo.hookimpl
    def zoo_cells():
        return {"failing": Cell}

    @zoo.hookimpl
    def zoo_callbacks():
        return {"failing": lambda folder: Callback()}

    @zoo.hookimpl
    def zoo_data():
        return {"failing": read, "refusing": refuse}
'''
TASK = '''
    """Failing: a task that fails."""
    from dataclasses import dataclass

    import zoo
    from zoo.codecs import LabelCodec, text_codec
    from zoo.data import Splits
    from zoo.settings import TrainSettings
    from zoo.topology import ManyToOne

    class Measured(ManyToOne):
        def summarise(self, totals, batches):
            return {"accuracy": 1 / len(())}

    @dataclass
    class FailingSettings(zoo.Settings):
        place: str = zoo.setting("model", "where it fails")
        train: TrainSettings = zoo.part(TrainSettings, steps=2)

    class Failing(zoo.Task):
        topology = Measured()
        Settings = FailingSettings

        def data(self):
            if self.settings.place == "data":
                return [][0]
            examples = [{"source": word, "target": word[0]} for word in ("aa", "ab", "ba", "bb") * 8]
            return Splits(examples, examples[:8])

        def codecs(self):
            return {"source": text_codec("character"), "target": LabelCodec()}

        def model(self, codecs):
            from zoo.models import Classifier, Encoder

            if self.settings.place == "model":
                return codecs["sauce"]
            model = Classifier(Encoder(codecs["source"].size, units=4, embedding=4), codecs["target"].size)
            model.build()
            return model

    @zoo.hookimpl
    def zoo_tasks():
        return {"failing": Failing}
'''
TINY = ["model.units=4", "model.layers=1", "batch.size=8", "batch.length=8", "train.steps=2", "search.length=5"]
# arguments of `zoo run` -> what the one line has to say
CASES = {
    "charlm model.cell=failing": (
        "ValueError",
        "no state today",
        "plugin failing-dist 1.0, module failing_parts, line 8",
    ),
    "charlm train.callbacks=failing": ("KeyError", "plugin failing-dist 1.0, module failing_parts"),
    "charlm data=failing": ("Input/output error", "plugin failing-dist 1.0"),
    "charlm data=refusing": ("the sensor is off (raised by plugin failing-dist 1.0)",),
    "failing place=data": ("IndexError", "plugin failing-dist 1.0, module failing_task"),
    "failing place=model": ("KeyError", "plugin failing-dist 1.0, module failing_task"),
    "failing place=metric": ("ZeroDivisionError", "plugin failing-dist 1.0, module failing_task, line 13"),
}


@pytest.fixture
def failing(tmp_path):
    """The folder of a plugin all of whose parts fail."""
    modules = {"failing_parts.py": PARTS, "failing_task.py": TASK}
    points = {"tasks": "failing = failing_task", "plugins": "parts = failing_parts"}
    return write_plugin(tmp_path, "failing-dist", modules, **points)


@pytest.mark.parametrize("words", CASES)
def test_the_one_line_names_the_plugin(zoo, failing, rhyme, words):
    more = [f"data={rhyme}", *TINY] if "charlm" in words and "data=" not in words else []
    done = zoo("run", *words.split(), *more, folders=[failing], check=1)
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert all(wanted in line for wanted in CASES[words]), line


def test_python_gets_a_note(failing, monkeypatch):
    import zoo

    monkeypatch.syspath_prepend(str(failing))
    with pytest.raises(IndexError) as caught:
        zoo.run("failing", place="data")
    assert caught.value.__notes__ == ["raised by plugin failing-dist 1.0, module failing_task, line 26"]


def test_an_error_of_the_zoo_itself_blames_nobody(zoo, failing, tmp_path):
    done = zoo("run", "failing", "data=hf:", folders=[failing])
    done = zoo("run", "charlm", "data=nowhere.txt", folders=[failing])
    assert done.returncode and "raised by" not in done.stderr


def test_plugins_names_what_is_added_and_the_module_to_blame(zoo, failing, tmp_path):
    modules = {
        "deep/__init__.py": "from deep.middle import part\n",
        "deep/middle.py": "import deep.bottom\n",
        "deep/bottom.py": "x = 1\n\n1 / 0\n",
        "crooked.py": "import zoo\ndef (\n",
    }
    deep = write_plugin(tmp_path, "deep-dist", modules, plugins="deep = deep;crooked = crooked")
    rows = {row["name"]: row for row in json.loads(zoo("plugins", "--json", folders=[failing, deep]).stdout)}
    assert rows["parts"]["adds"] == {"cells": ["failing"], "data": ["failing", "refusing"], "callbacks": ["failing"]}
    assert rows["failing"]["adds"] == {"tasks": ["failing"]}
    assert rows["deep"]["where"] == "module deep.bottom, line 3"
    assert rows["crooked"]["where"].endswith("crooked.py, line 2")
    lines = {line.split()[0]: line for line in zoo("plugins", folders=[failing, deep]).stdout.splitlines()}
    assert "cells failing; data failing, refusing; callbacks failing" in lines["parts"]
    assert "BROKEN: ZeroDivisionError: division by zero (module deep.bottom, line 3)" in lines["deep"]


def test_the_data_and_components_of_plugins_are_listed_and_shown(zoo, failing):
    listed = zoo("list", "data", folders=[failing], check=0).stdout
    assert [" ".join(line.split()) for line in listed.splitlines() if line.startswith("failing")] == [
        "failing any task (failing-dist 1.0)"
    ]
    named = {row["name"]: row for row in json.loads(zoo("list", "data", "--json", folders=[failing]).stdout)}
    assert named["refusing"]["distribution"] == "failing-dist" and named["multi30k"]["distribution"] == "seqzoo"
    shown = zoo("show", "charlm", folders=[failing], check=0).stdout
    assert "  model.cell=failing (failing-dist 1.0)" in shown and "  data=refusing: (failing-dist 1.0)" in shown
    assert json.loads(zoo("show", "charlm", "--json", folders=[failing]).stdout)["plugins"]["train.callbacks"][
        "failing"
    ].startswith("failing-dist")
    error = zoo("show", "refusing", folders=[failing], check=2).stderr
    assert "'refusing' is not a task; it is the name of a data source of failing-dist 1.0: use data=refusing" in error
