"""The task of an installed plugin, for a bundle whose topology or codecs are the plugin's own."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from zoo.errors import ZooError, one_line
from zoo.files import read_text
from zoo.runtime.manifest import BundleManifest

GROUP = "zoo.tasks"
"""Entry points of tasks."""
SETTINGS = "settings.yaml"
"""The settings of the run, in a bundle that needs the task's code."""


def plugin_task(folder: Path, manifest: BundleManifest) -> Any:
    """Make the task of a bundle; a bundle names it and holds none of its code.

    Args:
        folder: of the bundle.
        manifest: of it.

    Returns:
        An instance of the subclass of `zoo.Task`, with the settings of the run.

    Raises:
        ZooError: no installed plugin has a task of this name, or it fails.
    """
    name = manifest.task
    found = list(entry_points(group=GROUP, name=name))
    if not found or not (folder / SETTINGS).is_file():
        raise ZooError(
            f"this bundle needs the code of the task {name}, which a bundle does not hold; install its plugin, or use "
            "the run"
        )
    from zoo.settings import from_yaml

    try:
        task: Any = found[0].load().zoo_tasks()[name]
        return task(from_yaml(task.Settings, read_text(folder / SETTINGS), str(folder / SETTINGS)))
    except Exception as error:  # a plugin may raise anything
        raise ZooError(
            f"the plugin of the task {name} fails: {type(error).__name__}: {one_line(str(error))}"
        ) from error
