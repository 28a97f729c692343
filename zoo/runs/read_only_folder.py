"""A run's folder for workers other than the chief: read-only."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.runs.folder import RunFolder
from zoo.runs.manifest import Manifest
from zoo.training.engines.cluster import find_cluster

if TYPE_CHECKING:
    import keras
    import numpy as np

    from zoo.settings import DeviceSettings
    from zoo.training.progress import Evaluation


class ReadOnlyRunFolder(RunFolder):
    """Reads the chief's files, and writes only encoded data, to a scratch folder.

    Args:
        path: the chief's folder if the run is resumed; an empty folder for a new run.
        scratch: this worker's own folder.
    """

    def __init__(self, path: Path, scratch: Path) -> None:
        super().__init__(path)
        self._scratch = scratch

    def begin(self, manifest: Manifest, settings: str) -> None:
        """Write nothing."""

    def discard(self) -> None:
        """Discard nothing."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Do nothing: the chief holds the lock."""
        yield

    @contextmanager
    def unchanged_on_error(self) -> Iterator[None]:
        """Remove nothing."""
        yield

    def record_data(
        self, fingerprints: Mapping[str, str], columns: Mapping[str, str], start: Mapping[str, str] | None = None
    ) -> None:
        """Save nothing."""

    def record_end(self, reason: str) -> None:
        """Save nothing."""

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, object]) -> None:
        """Save nothing."""

    def save_best(self, model: keras.Model) -> None:
        """Save nothing."""

    def save_last(self, model: keras.Model) -> None:
        """Save nothing."""

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Save nothing."""

    def rewind(self, step: int) -> None:
        """Remove nothing."""

    @contextmanager
    def cache(self) -> Iterator[Path]:
        """Return the worker's own folder for encoded data."""
        yield self._scratch


def as_worker(folder: RunFolder | None, device: DeviceSettings, stack: ExitStack) -> RunFolder | None:
    """Return the folder that this process uses.

    Args:
        folder: of the run; None if it does not exist yet.
        device: the settings of the device.
        stack: closed when the training is over.

    Returns:
        The same folder, or a read-only one for a worker that is not the chief.
    """
    # If this process starts local workers, it is the chief.
    if device.local_workers or find_cluster(device.kind).is_chief:
        return folder
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zoo-worker-")))
    return ReadOnlyRunFolder(folder.path if folder else scratch, scratch)
