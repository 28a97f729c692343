"""A misspelt name is refused, with the nearest one, before TensorFlow is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import REPOSITORY
from tests.plugins.fake import write_plugin

PLUGIN = '''
    """Own parts."""
    import keras
    import zoo

    CELLS = {"swish": keras.layers.GRUCell}

    @zoo.hookimpl
    def zoo_cells():
        return CELLS

    @zoo.hookimpl
    def zoo_attentions():
        return {"nearest": keras.layers.Attention}

    @zoo.hookimpl
    def zoo_strategies():
        return {"second_best": object}

    @zoo.hookimpl
    def zoo_callbacks():
        return {"mailing": lambda folder: keras.callbacks.Callback()}

    @zoo.hookimpl
    def zoo_devices():
        return {"quarter": print}
'''
SECRETIVE = '''
    """Parts that only an import tells."""
    import keras
    import zoo

    @zoo.hookimpl
    def zoo_cells():
        return {f"cell_{number}": keras.layers.GRUCell for number in range(3)}
'''
# arguments -> what the message has to say
MISSPELT = {
    ("run", "charlm", "model.cell=lsmt"): "model.cell: unknown cell 'lsmt'; did you mean 'lstm'?",
    ("run", "charlm", "model.cell=swihs"): "did you mean 'swish'?",
    ("run", "translation", "model.attention=aditive"): "unknown attention 'aditive'; did you mean 'additive'?",
    ("run", "translation", "model.attention=neares"): "did you mean 'nearest'?",
    ("run", "charlm", "search.strategy=gredy"): "search.strategy: unknown strategy 'gredy'; did you mean 'greedy'?",
    ("run", "charlm", "search.strategy=second"): "did you mean 'second_best'?",
    ("run", "charlm", "train.callbacks=csv,mailling"): "unknown callback 'mailling'; did you mean 'mailing'?",
    ("run", "charlm", "train.optimizer=adan"): "did you mean 'adam'?",
    ("run", "charlm", "device=quater"): "device.kind: unknown device 'quater'; did you mean 'quarter'?",
    ("run", "charlmm"): "unknown task 'charlmm'; did you mean 'charlm'?",
    ("resume", "RUN", "train.callbacks=cvs"): "did you mean 'csv'?",
    ("resume", "RUN", "search.strategy=secnd_best"): "did you mean 'second_best'?",
    ("predict", "RUN", "x", "search.strategy=gredy"): "did you mean 'greedy'?",
    ("sample", "RUN", "strategy=samplee"): "did you mean 'sample'?",
}


def commands(*commands: list[str], path: list[Path]) -> list[tuple[int, bool, str]]:
    """Run commands in one process that starts from nothing.

    Returns:
        For each its exit status, whether TensorFlow or Keras was imported, and what it wrote to standard error.
    """
    code = (
        "import contextlib, io, json, sys\nfrom zoo.cli import main\n"
        "for words in json.load(sys.stdin):\n"
        "    with contextlib.redirect_stderr(io.StringIO()) as err:\n"
        "        status = main(words)\n"
        "    heavy = bool({'tensorflow', 'keras'} & set(sys.modules))\n"
        "    print(json.dumps([status, heavy, err.getvalue()]))\n"
    )
    python_path = os.pathsep.join(map(str, [*path, REPOSITORY, REPOSITORY / "tasks"]))
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": python_path},
        timeout=120,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_the_nearest_name_is_suggested_and_tensorflow_is_not_imported(trained, tmp_path):
    plugin = write_plugin(tmp_path, "own-dist", {"own_parts.py": PLUGIN}, plugins="own = own_parts")
    words = [[str(trained) if word == "RUN" else word for word in row] for row in MISSPELT]
    answers = commands(*words, path=[plugin])
    assert len(answers) == len(MISSPELT)
    for row, wanted, (status, heavy, err) in zip(words, MISSPELT.values(), answers, strict=True):
        assert (status, heavy, err.count("\n")) == (2, False, 1), (row, err)
        assert wanted in err, row


def test_a_plugin_that_has_to_be_asked_is_asked(tmp_path, monkeypatch):
    import zoo

    plugin = write_plugin(tmp_path, "secretive", {"secretive_parts.py": SECRETIVE}, plugins="s = secretive_parts")
    monkeypatch.syspath_prepend(str(plugin))
    try:
        zoo.run("charlm", model={"cell": "cell_3"})
    except zoo.UsageError as error:
        assert "unknown cell 'cell_3'; did you mean 'cell_" in str(error)
    else:
        raise AssertionError


def test_a_cell_of_a_broken_plugin_names_the_plugin(tmp_path, monkeypatch):
    import zoo

    source = PLUGIN.replace("import keras", "import keras, missing_library", 1)
    plugin = write_plugin(tmp_path, "own-dist", {"own_broken_parts.py": source}, plugins="own = own_broken_parts")
    monkeypatch.syspath_prepend(str(plugin))
    try:
        with monkeypatch.context() as patch:
            patch.setattr("warnings.warn", lambda *words, **more: None)
            zoo.run("charlm", model={"cell": "swish"})
    except zoo.ZooError as error:
        assert "model.cell: the cell 'swish' comes from own-dist 1.0, which is broken: " in str(error)
        assert "missing_library" in str(error)
    else:
        raise AssertionError
