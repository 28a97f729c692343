"""Runs and bundles by their paths, ready to be served."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
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
        places: a bundle, a run's folder or a task's name for its latest run; `NAME=PLACE` names the model.
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
        name = name if equals else re.sub(r"[^A-Za-z0-9._-]", "-", predictor.name).strip(".-_")
        if not NAME.fullmatch(name):
            raise UsageError(f"'{name}' cannot be a model's name: use letters, digits, '.', '_' and '-'")
        if name in models:
            raise UsageError(f"two models are called {name}; name them: first={place} second=...")
        models[name] = ServedModel(name, predictor)
        models[name].warm_up()
    return models


def load_predictor(place: str, trust: bool = False) -> Predictor:
    """Load a bundle, or a run with the graphs that its folder keeps; they are made first, if there are none.

    Args:
        place: a bundle, a run's folder or a task's name.
        trust: run the code of a task file that came with the run.
    """
    from zoo.runtime import is_bundle, load

    if is_bundle(place):
        return load(place)
    from zoo.runs.fast_answers import FastAnswers
    from zoo.runs.folder import RunFolder
    from zoo.runs.latest import find_run
    from zoo.runs.loaded_run import open_run

    folder = RunFolder(find_run(place))
    if FastAnswers(folder).find({}) is None:
        # TensorFlow converts the model in a process of its own: the server needs neither its memory nor its threads.
        command = [sys.executable, "-m", "zoo.serve.prepare", str(folder.path), *(["trust"] if trust else [])]
        subprocess.run(command, check=False)
    return open_run(str(folder.path), trust=trust, fast=True)


def prepare(path: str, trust: bool) -> None:
    """Let a run make its graphs, by answering an example.

    Args:
        path: of its folder.
        trust: run the code of a task file that came with it.
    """
    from zoo.runs.loaded_run import open_run

    run = open_run(path, trust=trust, fast=True)
    with suppress(ZooError):  # the server meets the same error, and says so
        run.predict([example_input(run)], length=2, min_length=0)
