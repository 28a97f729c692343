"""Graphs of a run, made once and kept in its folder: with them a command answers without starting TensorFlow."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.runs.folder import RunFolder

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data.batching.batches import Batch
    from zoo.runtime.bundle_inference import BundleInference
    from zoo.settings import Settings
    from zoo.task import Task

STRATEGIES = ("greedy", "sample", "beam")
"""Strategies that run on NumPy arrays; those of plugins run on tensors."""


EVALUATION = "evaluation"
"""The folder of the graphs of an evaluation, in that of the graphs that answer."""


class FastAnswers:
    """The graphs of one run, under the checksum of its weights and settings.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._tried = False
        self._made: tempfile.TemporaryDirectory[str] | None = None

    @staticmethod
    def can_answer(settings: Settings, strategy: str = "") -> bool:
        """Whether graphs give the answers of a run.

        Args:
            settings: of the run.
            strategy: of the search, where it is not that of the settings.
        """
        return settings.device.precision == "float32" and (strategy or settings.search.strategy) in STRATEGIES

    def find(self, codecs: Mapping[str, Codec], part: str = "") -> BundleInference | None:
        """Give the graphs, where they were made for these weights and are whole.

        Args:
            codecs: fitted, by role.
            part: the folder beside them, where others are wanted.
        """
        from zoo.runtime.bundle_inference import BundleInference
        from zoo.runtime.manifest import read_bundle_manifest

        try:
            place = self._place() / part
            manifest = read_bundle_manifest(place)
            found = BundleInference(place, manifest, codecs)
            for name in manifest.graphs:  # a graph that is not what the manifest says is made anew
                found.graph(name)
            return found if manifest.graphs else None
        except (ZooError, OSError):
            return None

    def make(
        self, task: Task, name: str, codecs: Mapping[str, Codec], inputs: Sequence[RawValue]
    ) -> BundleInference | None:
        """Make the graphs, in a folder that goes with this object (see `keep`); TensorFlow has to run.

        Args:
            task: of the run.
            name: of the task.
            codecs: fitted, by role.
            inputs: some raw inputs.

        Returns:
            The graphs; None where the model has none: then the model itself answers.
        """
        import keras

        if self._tried or not inputs or keras.backend.backend() != "tensorflow":
            return None
        self._tried = True
        from zoo.export.bundle_writer import write_bundle
        from zoo.runs.exporting import exported_run
        from zoo.runtime.bundle_inference import BundleInference

        with suppress(ZooError, OSError):
            self._made = tempfile.TemporaryDirectory(prefix="zoo-graphs-", ignore_cleanup_errors=True)
            weakref.finalize(self, self._made.cleanup)
            folder = Path(self._made.name)
            return BundleInference(
                folder, write_bundle(exported_run(task, name, codecs, self._folder), inputs[:1], folder), codecs
            )
        return None

    def keep(self) -> bool:
        """Copy the graphs that were made into the run's folder, where it can be written to; whether it was done."""
        if self._made is None:
            return False
        with suppress(ZooError, OSError):
            place = self._place()
            place.parent.mkdir(exist_ok=True)
            if place.parent.is_symlink():  # nothing outside the run is written or removed
                return False
            with tempfile.TemporaryDirectory(dir=place.parent) as temporary:
                copied = Path(temporary) / "graphs"
                shutil.copytree(self._made.name, copied)
                if place.exists():  # damaged, or somebody else was faster
                    shutil.rmtree(place)
                os.replace(copied, place)
            for other in place.parent.iterdir():
                if other != place and len(other.name) == len(place.name):  # of earlier weights
                    shutil.rmtree(other, ignore_errors=True)
            return True
        return False

    def find_evaluation(self, codecs: Mapping[str, Codec]) -> BundleInference | None:
        """Give the graphs of an evaluation, where they were made for these weights and are whole."""
        return self.find(codecs, EVALUATION)

    def make_evaluation(self, task: Task, name: str, codecs: Mapping[str, Codec], batch: Batch) -> None:
        """Make the graphs of an evaluation, beside those that answer; TensorFlow has to run.

        Args:
            task: of the run.
            name: of the task.
            codecs: fitted, by role.
            batch: one that is evaluated.
        """
        import keras

        place = self._place()
        if keras.backend.backend() != "tensorflow" or not place.is_dir() or place.parent.is_symlink():
            return
        from zoo.export.bundle_writer import write_evaluation
        from zoo.runs.exporting import exported_run

        with suppress(ZooError, OSError), tempfile.TemporaryDirectory(dir=place.parent) as temporary:
            made = Path(temporary) / EVALUATION
            made.mkdir()
            write_evaluation(exported_run(task, name, codecs, self._folder), batch, made)
            shutil.rmtree(place / EVALUATION, ignore_errors=True)
            os.replace(made, place / EVALUATION)

    def _place(self) -> Path:
        """The folder of the graphs; another for other weights or settings."""
        weights = self._folder.best if self._folder.best.exists() else self._folder.last
        digest = hashlib.sha256(self._folder.settings.read_bytes())
        with weights.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
        return self._folder.path / "runtime" / digest.hexdigest()[:16]
