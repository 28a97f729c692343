"""The folder of a run as a worker sees it that is not the chief."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.runs.folder import RunFolder
from zoo.runs.manifest import Manifest
from zoo.training.engines.cluster import find_cluster

if TYPE_CHECKING:
    import keras
    import numpy as np

    from zoo.settings import DeviceSettings
    from zoo.training.progress import Evaluation


class ReadOnlyRunFolder(RunFolder):
    """Reads what the chief has written, and writes nothing but encoded data, elsewhere.

    Args:
        path: of the chief's folder, where the run goes on; an empty one for a run that begins.
        scratch: a folder of this worker's own.
    """

    def __init__(self, path: Path, scratch: Path) -> None:
        super().__init__(path)
        self._scratch = scratch

    def begin(self, manifest: Manifest, settings: str) -> None:
        """Write nothing."""

    def discard(self) -> None:
        """Take nothing back."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold nothing: the chief has the lock."""
        yield

    @contextmanager
    def unchanged_on_error(self) -> Iterator[None]:
        """Remove nothing."""
        yield

    def record_data(self, fingerprints: Mapping[str, str], columns: Mapping[str, str]) -> None:
        """Keep nothing."""

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Save nothing."""

    def save_best(self, model: keras.Model) -> None:
        """Save nothing."""

    def save_last(self, model: keras.Model) -> None:
        """Save nothing."""

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Save nothing."""

    def rewind(self, step: int) -> None:
        """Forget nothing."""

    @contextmanager
    def cache(self) -> Iterator[Path]:
        """Give the worker's own folder for encoded data."""
        yield self._scratch


def as_worker(folder: RunFolder | None, device: DeviceSettings, stack: ExitStack) -> RunFolder | None:
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
