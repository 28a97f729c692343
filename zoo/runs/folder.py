"""A run's folder: what is in it, and how it is written and read without ever meeting half a file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.files import write_atomic
from zoo.runs.weights import save_weights
from zoo.training.checkpoint import save_checkpoint
from zoo.training.progress import Evaluation

FORMAT = 1


class RunFolder:
    """The files of one run.

    | file | what |
    |---|---|
    | `run.json` | the task and the versions it was made with |
    | `settings.yaml` | every setting, resolved |
    | `codecs/` | how values become tensors, fitted |
    | `weights/best.safetensors`, `weights/last.safetensors` | the model's weights |
    | `checkpoint.safetensors` | all that training needs to go on |
    | `metrics.jsonl` | one line an evaluation |
    | `samples/` | one text an evaluation |
    | `cache/` | encoded data while the run lasts |

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
        self.cache = path / "cache"
        self._about = path / "run.json"

    @classmethod
    def create(cls, out: str, task: str) -> RunFolder:
        """Make a new folder.

        Args:
            out: where; empty for `runs/<task>/<time>`.
            task: the task's name.

        Raises:
            UsageError: there is a run in it already, or something else.
            ZooError: it cannot be written to.
        """
        if out:
            folder = cls(Path(out).expanduser())
            if folder._about.exists():
                raise UsageError(f"{out} holds a run already; go on with `zoo resume {out}`, or choose another out=")
            if folder.path.is_dir() and any(folder.path.iterdir()):
                raise UsageError(f"{out} is not empty; choose another out=, which may be a folder that does not exist")
        else:
            stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
            base = Path("runs") / task
            names = (stamp if attempt == 0 else f"{stamp}-{attempt}" for attempt in range(1000))
            folder = cls(next(base / name for name in names if not (base / name).exists()))
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ZooError(f"cannot make the run's folder {folder.path}: {error.strerror}") from error
        if not os.access(folder.path, os.W_OK):
            raise ZooError(f"cannot write to the run's folder {folder.path}; choose another with out=")
        return folder

    @classmethod
    def find(cls, name: str) -> RunFolder:
        """Find a run by its folder, or by its task's name: the latest under `runs/`.

        Raises:
            ZooError: there is none.
        """
        given = Path(name).expanduser()
        if (given / "run.json").is_file():
            return cls(given.resolve() if given.is_symlink() else given)
        base = Path("runs") / name
        latest = base / "latest"
        if latest.exists():
            return cls(latest.resolve())
        if given.is_dir():
            raise ZooError(f"{name} is a folder, but no run: it has no run.json")
        known = (
            sorted(entry.name for entry in Path("runs").iterdir() if entry.is_dir()) if Path("runs").is_dir() else []
        )
        hint = did_you_mean(name, known) or "; there are no runs here yet: zoo run task=charlm"
        raise ZooError(f"there is no run '{name}'{hint}")

    def begin(self, about: Mapping[str, Any], settings: str) -> None:
        """Write what the run is, and point the task's `latest` to it.

        Args:
            about: task and versions.
            settings: as YAML.
        """
        write_atomic(self.settings, settings)
        about = {"format": FORMAT, **about, "settings": _checksum(settings)}
        write_atomic(self._about, json.dumps(about, indent=2) + "\n")
        if self.path.parent.parent.name == "runs":
            self._point_latest()

    def discard(self) -> None:
        """Take back `begin` where nothing was kept yet, so that a run that could not start leaves nothing behind."""
        if self.checkpoint.exists() or self.best.exists() or self.metrics.exists():
            return
        for part in (self.codecs, self.cache):
            shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            self.settings.unlink(missing_ok=True)
            self._about.unlink(missing_ok=True)
            self.path.rmdir()
        base = self.path.parent
        if base.parent.name == "runs":
            link = base / "latest"
            others = [path.parent for path in base.glob("*/run.json") if path.parent != link]
            with suppress(OSError):
                if link.is_symlink() and not link.exists():
                    link.unlink()
                if others:
                    RunFolder(max(others, key=lambda path: (path / "run.json").stat().st_mtime))._point_latest()
                else:
                    base.rmdir()
                    base.parent.rmdir()

    def about(self) -> dict[str, Any]:
        """Read what the run is.

        Raises:
            ZooError: the file is missing or damaged, or was written by a newer version.
        """
        try:
            about = json.loads(self._about.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ZooError(f"{self.path} is no run: it has no run.json") from error
        except (ValueError, OSError) as error:
            raise ZooError(f"{self._about} is damaged: {error}") from error
        if not isinstance(about, dict) or not isinstance(about.get("task"), str):
            raise ZooError(f"{self._about} is damaged: it names no task")
        if not isinstance(about.get("format"), int):
            raise ZooError(f"{self._about} is damaged: it has no format")
        if about["format"] > FORMAT:
            raise ZooError(f"{self.path} was written by a newer version of the zoo; install that one")
        return about

    def read_settings(self) -> str:
        """Read the settings, as YAML.

        Raises:
            ZooError: the file is missing or damaged, or not what the run wrote.
        """
        try:
            text = self.settings.read_text(encoding="utf-8")
        except OSError as error:
            raise ZooError(f"cannot read {self.settings}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ZooError(f"{self.settings} is damaged: byte {error.start} is not valid UTF-8") from error
        # Cut off at a line's end it would still be YAML, and load with defaults.
        if self.about().get("settings", _checksum(text)) != _checksum(text):
            raise ZooError(
                f"{self.settings} is damaged, or was edited; settings are changed by: zoo resume {self.path} key=value"
            )
        return text

    def _point_latest(self) -> None:
        link = self.path.parent / "latest"
        temporary = self.path.parent / f".latest-{os.getpid()}"
        try:
            temporary.symlink_to(self.path.name)
            os.replace(temporary, link)
        except OSError:
            # A file system without links: runs are then named by their folder.
            temporary.unlink(missing_ok=True)

    # What the trainer hands over

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Keep all that is needed to go on."""
        self._still_there()
        save_checkpoint(self.checkpoint, arrays, state)

    def save_best(self, model: Any) -> None:
        """Keep the model's present weights as the best."""
        self._still_there()
        save_weights(self.best, model)

    def save_last(self, model: Any) -> None:
        """Keep the model's present weights as the last."""
        self._still_there()
        save_weights(self.last, model)

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Append the metrics' line, and keep the example in a file of its own."""
        self._still_there()
        status = evaluation.status
        line = {
            "step": status.step,
            "epoch": round(status.epoch, 4),
            "seconds": round(status.elapsed, 3),
            "learning_rate": status.learning_rate,
            "tokens_per_second": round(status.tokens_per_second, 1),
            "padding": round(status.padding, 4),
            "waiting": round(status.waiting, 4),
            "best": evaluation.best,
            "train": evaluation.train,
            "validation": evaluation.validation,
        }
        try:
            with open(self.metrics, "a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise ZooError(f"cannot write {self.metrics}: {error.strerror}") from error
        if evaluation.example:
            write_atomic(self.samples / f"{status.step:08d}.txt", evaluation.example)

    def _still_there(self) -> None:
        # Writing would make the folder again, without the settings and codecs that nothing can be loaded without.
        if not self._about.exists():
            raise ZooError(f"the run's folder {self.path} was moved or removed while the run was going on")

    # Going on and going back

    def read_metrics(self) -> list[dict[str, Any]]:
        """Read the evaluations so far; what stands from a damaged line on is left out."""
        try:
            lines = self.metrics.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        records = []
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                break
            if not isinstance(record, dict) or not isinstance(record.get("step"), int):
                break
            records.append(record)
        return records

    def rewind(self, step: int) -> None:
        """Forget evaluations after a step, which a run that is resumed will make again."""
        records = [record for record in self.read_metrics() if record["step"] <= step]
        if self.metrics.exists():
            write_atomic(self.metrics, "".join(json.dumps(record) + "\n" for record in records))
        for sample in self.samples.glob("*.txt") if self.samples.is_dir() else ():
            if re.fullmatch(r"\d+", sample.stem) and int(sample.stem) > step:
                sample.unlink()
        for leftover in self.path.rglob(".*.part"):
            leftover.unlink()

    def clear_cache(self) -> None:
        """Remove the encoded data, which can be made again."""
        shutil.rmtree(self.cache, ignore_errors=True)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
