"""The folder of a run as a worker sees it that is not the chief."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from zoo.runs.folder import RunFolder
from zoo.training.engines.cluster import find_cluster
from zoo.training.progress import Evaluation


class ReadOnlyRunFolder(RunFolder):
    """Reads what the chief has written, and writes nothing but encoded data, elsewhere.

    Args:
        path: of the chief's folder, where the run goes on; an empty one for a run that begins.
        scratch: a folder of this worker's own.
    """

    def __init__(self, path: Path, scratch: Path) -> None:
        super().__init__(path)
        self.cache = scratch / "cache"

    def begin(self, about: Mapping[str, Any], settings: str) -> None:
        """Write nothing."""

    def discard(self) -> None:
        """Take nothing back."""

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Keep nothing."""

    def save_best(self, model: Any) -> None:
        """Keep nothing."""

    def save_last(self, model: Any) -> None:
        """Keep nothing."""

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Keep nothing."""

    def rewind(self, step: int) -> None:
        """Forget nothing."""


def as_worker(folder: RunFolder | None, device: Any, stack: ExitStack) -> RunFolder | None:
    """Give the folder that this process works with.

    Args:
        folder: of the run; None where it is not made yet.
        device: the settings of the device.
        stack: closed when the training is over.

    Returns:
        The same; of a worker that is not the chief one that writes nothing.
    """
    # With workers to be started this process will be the chief.
    if device.local_workers or find_cluster(device.kind).is_chief:
        return folder
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zoo-worker-")))
    return ReadOnlyRunFolder(folder.path if folder else scratch, scratch)
