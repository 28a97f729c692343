"""The evaluations of a training: `metrics.jsonl`, one line each, and `samples/`, one text each."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.files import open_file, reason, write_atomic
from zoo.training.progress import Evaluation

LONGEST_LINE = 1 << 20
"""Longest line, in bytes, that can be an evaluation."""


class History:
    """Appends and reads evaluations, and removes those that will be repeated.

    Args:
        metrics: the file of the metrics.
        samples: the folder of the samples.
    """

    def __init__(self, metrics: Path, samples: Path) -> None:
        self.metrics, self.samples = metrics, samples

    def append(self, evaluation: Evaluation) -> None:
        """Append a line with the metrics, and save the sample in a separate file.

        Raises:
            ZooError: they cannot be written.
        """
        status = evaluation.status
        record = {
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
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        try:
            with os.fdopen(os.open(self.metrics, flags, 0o666), "wb") as stream:
                stream.write(json.dumps(record).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise ZooError(f"cannot write {self.metrics}: {reason(error)}") from error
        if evaluation.example:
            write_atomic(self.samples / f"{status.step:08d}.txt", evaluation.example)

    def read(self) -> list[dict[str, Any]]:
        """Read the evaluations so far, up to the first damaged line.

        Raises:
            ZooError: the file cannot be read.
        """
        records: list[dict[str, Any]] = []
        try:
            with open_file(self.metrics) as stream:
                while line := stream.readline(LONGEST_LINE):
                    try:
                        record = json.loads(line.decode("utf-8", errors="replace"))
                    except Exception:  # whatever a damaged line makes of it
                        break
                    if not isinstance(record, dict) or not isinstance(record.get("step"), int):
                        break
                    records.append(record)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise ZooError(f"cannot read {self.metrics}: {reason(error)}") from error
        return records

    def rewind(self, step: int) -> None:
        """Remove the evaluations after a step.

        Args:
            step: where training resumes; later evaluations will be repeated.
        """
        if self.metrics.exists():
            records = [record for record in self.read() if record["step"] <= step]
            write_atomic(self.metrics, "".join(json.dumps(record) + "\n" for record in records))
        # A link might lead to a folder that is not the run's own.
        if self.samples.is_dir() and not self.samples.is_symlink():
            for sample in self.samples.glob("*.txt"):
                if re.fullmatch(r"[0-9]+", sample.stem) and int(sample.stem) > step:
                    sample.unlink()
