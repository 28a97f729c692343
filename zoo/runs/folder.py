"""A run's folder: its files, each written atomically."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError, ZooError
from zoo.files import expanded, read_text, reason, write_atomic
from zoo.runs.history import History
from zoo.runs.latest import is_listed, point_latest, unpoint_latest
from zoo.runs.lock import RunLock
from zoo.runs.manifest import Manifest, read_manifest, write_manifest
from zoo.runs.weights import save_weights
from zoo.runtime.finding import RUNS
from zoo.training.checkpoint import save_checkpoint

if TYPE_CHECKING:
    import keras
    import numpy as np

    from zoo.training.progress import Evaluation


class RunFolder:
    """The files of one run.

    | file | what | |---|---| | `run.json` | the task, and what the run was made of | | `settings.yaml` | every setting,
    resolved | | `codecs/` | fitted codecs: how values become tensors | | `weights/best.safetensors`,
    `weights/last.safetensors` | the model's weights | | `checkpoint.safetensors` | everything needed to resume training
    | | `metrics.jsonl` | one line per evaluation | | `samples/` | one text per evaluation | | `cache-*/` | encoded data
    during the run | | `lock` | the process that is training it |

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = path / "settings.yaml"
        self.codecs = path / "codecs"
        self.best = path / "weights" / "best.safetensors"
        self.last = path / "weights" / "last.safetensors"
        self.checkpoint = path / "checkpoint.safetensors"
        self.metrics = path / "metrics.jsonl"
        self.samples = path / "samples"
        self.history = History(self.metrics, self.samples)
        self.lock = RunLock(path)
        self._manifest = path / "run.json"
        self._made: list[Path] = []  # the folders that `create` made, the outermost first
        self._latest_before: str | None = None
        self._cache: Path | None = None

    def __str__(self) -> str:  # print(run.folder)
        return str(self.path)

    def __fspath__(self) -> str:
        return str(self.path)

    @classmethod
    def create(cls, out: str, task: str) -> RunFolder:
        """Make a new folder and lock it.

        Args:
            out: where; empty for `runs/TASK/TIME`.
            task: the task's name.

        Raises:
            UsageError: it already contains a run or other files.
            ZooError: it cannot be written to.
        """
        try:
            folder = cls._claim(expanded(out)) if out else cls._claim_next(RUNS / task)
        except (OSError, ValueError) as error:
            raise ZooError(f"cannot create the run's folder {out or RUNS / task}: {reason(error)}") from error
        return folder

    @classmethod
    def _claim(cls, path: Path) -> RunFolder:
        folder = cls(path)
        if folder._manifest.exists():
            raise UsageError(
                f"{path} already contains a run; continue it with `zoo resume {path}`, or choose another out="
            )
        folder._make()
        with folder._taken_back_on_error():
            folder.lock.acquire()
            others = [entry for entry in path.iterdir() if entry != folder.lock.path]
            if others:
                raise UsageError(f"{path} is not empty; choose another out= (it need not exist)")
        return folder

    @classmethod
    def _claim_next(cls, base: Path) -> RunFolder:
        """Create a folder named after the current second, which no other process has taken."""
        stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
        attempt = 0
        while True:
            folder = cls(base / (f"{stamp}-{attempt}" if attempt else stamp))
            try:
                folder._make(exist_ok=False)
            except FileExistsError:
                attempt += 1
                continue
            with folder._taken_back_on_error():
                folder.lock.acquire()
            return folder

    def _make(self, exist_ok: bool = True) -> None:
        missing = [self.path, *self.path.parents]
        missing = [path for path in missing if not path.exists()]
        for path in reversed(missing):
            try:
                path.mkdir()
                self._made.append(path)
            except FileExistsError:
                if path == self.path and not exist_ok:
                    raise
        if not exist_ok and not missing:
            raise FileExistsError(0, "it exists", str(self.path))
        if not self.path.is_dir():
            raise ZooError(f"cannot create the run's folder {self.path}: it is not a folder")

    @contextmanager
    def _taken_back_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.lock.release()
            self._remove_made()
            raise

    def _remove_made(self) -> None:
        for path in reversed(self._made):
            with suppress(OSError):
                path.rmdir()

    def begin(self, manifest: Manifest, settings: str) -> None:
        """Write the manifest and settings, and point the task's `latest` to the run.

        Args:
            manifest: the description of the run.
            settings: as YAML.
        """
        write_atomic(self.settings, settings)
        write_manifest(self._manifest, replace(manifest, settings=_checksum(settings)))
        if is_listed(self.path):
            before = point_latest(self.path)
            if self._latest_before is None:
                self._latest_before = before

    def discard(self) -> None:
        """Undo `create` and `begin` if nothing was saved yet: a run that could not start leaves no files."""
        if any(self._saved_at()) or not self.lock.is_held:
            return
        if self._latest_before is not None:
            unpoint_latest(self.path, self._latest_before)
        for entry in self.path.iterdir() if self.path.is_dir() else ():
            if entry != self.lock.path:
                _remove(entry)
        self.lock.release()
        self._remove_made()

    @contextmanager
    def discarded_on_error(self) -> Iterator[None]:
        """Lock the folder inside this context; an error discards it, unless something was saved."""
        try:
            yield
        except Exception:
            self.discard()
            raise
        finally:
            self.lock.release()

    @contextmanager
    def unchanged_on_error(self) -> Iterator[None]:
        """Remove what an error inside this context leaves behind, unless something was saved."""
        before = set(self.path.iterdir())
        saved = self._saved_at()
        try:
            yield
        except BaseException:
            # The folder itself may be gone.
            if self.path.is_dir() and self._saved_at() == saved:
                for entry in set(self.path.iterdir()) - before:
                    if entry != self.lock.path:
                        _remove(entry)
            raise

    def _saved_at(self) -> list[int]:
        paths = (self.checkpoint, self.best, self.metrics)
        return [path.stat().st_mtime_ns if path.exists() else 0 for path in paths]

    def manifest(self) -> Manifest:
        """Read the manifest.

        Raises:
            ZooError: the file is missing or damaged, or was written by a newer version.
        """
        return read_manifest(self._manifest)

    def read_settings(self) -> str:
        """Read the settings, as YAML.

        Raises:
            ZooError: the file is missing, damaged or edited.
        """
        try:
            text = read_text(self.settings)
        except FileNotFoundError as error:
            raise ZooError(f"cannot read {self.settings}: {error.strerror}") from error
        # A file cut off at the end of a line would still be valid YAML, and load with defaults.
        if self.manifest().settings not in ("", _checksum(text)):
            raise ZooError(
                f"{self.settings} is damaged or was edited; to change settings, run: zoo resume {self.path} key=value"
            )
        return text

    def record_data(
        self, fingerprints: Mapping[str, str], columns: Mapping[str, str], start: Mapping[str, str] | None = None
    ) -> None:
        """Save in the manifest what the run learns from.

        Args:
            fingerprints: of the splits.
            columns: that they were read from.
            start: weight -> what it took from the run that this one starts from; None or empty for no change.
        """
        manifest = self.manifest()
        start = start or manifest.start
        if (manifest.data, manifest.columns, manifest.start) != (fingerprints, columns, start):
            changed = replace(manifest, data=dict(fingerprints), columns=dict(columns), start=dict(start))
            write_manifest(self._manifest, changed)

    def record_end(self, reason: str) -> None:
        """Save why the training ended in the manifest; an empty reason while it goes on."""
        manifest = self.manifest()
        if manifest.ended != reason:
            write_manifest(self._manifest, replace(manifest, ended=reason))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock inside this context; keep it afterwards if it was held before.

        Raises:
            ZooError: another process trains this run.
        """
        held = self.lock.is_held
        self.lock.acquire()
        try:
            yield
        finally:
            if not held:
                self.lock.release()

    # Saving

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, object]) -> None:
        """Save everything needed to resume."""
        self._check_present()
        save_checkpoint(self.checkpoint, arrays, state)

    def save_best(self, model: keras.Model) -> None:
        """Save the model's current weights as the best."""
        self._check_present()
        save_weights(self.best, model)

    def save_last(self, model: keras.Model) -> None:
        """Save the model's current weights as the last."""
        self._check_present()
        save_weights(self.last, model)

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Append the metrics' line, and save the example in a file of its own."""
        self._check_present()
        self.history.append(evaluation)

    def _check_present(self) -> None:
        # Writing would create the folder again, but without the settings and codecs that loading needs.
        if not self._manifest.exists():
            raise ZooError(f"the run's folder {self.path} was moved or removed during the run")

    # Resuming

    def read_metrics(self) -> list[dict[str, Any]]:
        """Read the evaluations so far, up to the first damaged line."""
        return self.history.read()

    def rewind(self, step: int) -> None:
        """Remove evaluations after a step, which a resumed run will repeat, and what a killed run left behind."""
        self.history.rewind(step)
        for leftover in [*self.path.glob("cache"), *self.path.glob("cache-*"), *_own_files(self.path, ".*.part")]:
            if leftover != self._cache:
                _remove(leftover)

    @contextmanager
    def cache(self) -> Iterator[Path]:
        """Create a folder for encoded data, and remove it at the end of the context."""
        with tempfile.TemporaryDirectory(prefix="cache-", dir=self.path, ignore_cleanup_errors=True) as folder:
            self._cache = Path(folder)
            yield self._cache


def _own_files(folder: Path, pattern: str) -> Iterator[Path]:
    """Return the files below a folder that match a pattern, without following links."""
    for parent, _, names in os.walk(folder, followlinks=False):
        yield from (Path(parent) / name for name in names if Path(name).match(pattern))


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder, but not the target of a link."""
    with suppress(OSError):
        if path.is_symlink() or not path.is_dir():
            path.unlink()
        else:
            shutil.rmtree(path)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
