"""Runs and bundles by their paths, ready to be served."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError, ZooError
from zoo.serve.model_card import example_input
from zoo.serve.served_model import ServedModel

if TYPE_CHECKING:
    from zoo.runtime import Predictor

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def load_models(places: Sequence[str], trust: bool = False) -> dict[str, ServedModel]:
    """Load models and let each answer once.

    Args:
        places: bundles, installed models, folders of runs, or names of tasks for their latest runs; `NAME=PLACE` names
            the model.
        trust: run the code of task files that came with runs.

    Returns:
        The models by name; a model without one has that of its task.

    Raises:
        ZooError: a place holds no model, or two have one name.
    """
    models: dict[str, ServedModel] = {}
    for place in places:
        name, equals, path = place.partition("=")
        predictor = load_predictor(path if equals else place, trust)
        name = name if equals else model_name(predictor.name)
        if not NAME.fullmatch(name):
            raise UsageError(f"'{name}' cannot be a model's name: use letters, digits, '.', '_' and '-'")
        if name in models:
            raise UsageError(f"two models are called {name}; name them: first={place} second=...")
        models[name] = ServedModel(name, predictor)
        models[name].warm_up()
    return models


def model_name(task: str) -> str:
    """The name of a model without one: that of its task, with what an address may hold."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", task).strip(".-_")


def load_predictor(place: str, trust: bool = False) -> Predictor:
    """Load a bundle, or a run with the graphs that its folder keeps; they are made first, if there are none.

    Args:
        place: a bundle, an installed model, a run's folder or a task's name.
        trust: run the code of a task file that came with the run.
    """
    from zoo.open_model import open_model
    from zoo.runtime.finding import find_bundle

    if find_bundle(place) is None and find_spec("zoo.runs"):
        from zoo.runs.fast_answers import FastAnswers
        from zoo.runs.folder import RunFolder
        from zoo.runs.latest import find_run

        place = str(find_run(place))
        if FastAnswers(RunFolder(Path(place))).find({}) is None:
            # TensorFlow converts the model in a process of its own, so that the server does not keep its memory.
            command = [sys.executable, "-m", "zoo.serve.prepare", place, *(["trust"] if trust else [])]
            subprocess.run(command, check=False)
    return open_model(place, trust=trust, fast=True)


def prepare(path: str, trust: bool) -> None:
    """Let a run make its graphs, by answering an example, and keep them in its folder.

    Args:
        path: of its folder.
        trust: run the code of a task file that came with it.
    """
    from zoo.runs.loaded_run import open_run

    run = open_run(path, trust=trust, fast=True)
    with suppress(ZooError):  # the server meets the same error, and says so
        run.predict([example_input(run)], length=2, min_length=0)
        run.keep_graphs()
