"""Several runs that answer as one: `zoo.ensemble`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property

from zoo.errors import UsageError, ZooError
from zoo.runs.averaging import check_alike
from zoo.runs.evaluation_report import EvaluationReport, compare_answers
from zoo.runs.folder import RunFolder
from zoo.runs.latest import find_run
from zoo.runs.loaded_run import open_run
from zoo.runs.predictor import TaskPredictor
from zoo.runs.run import Run
from zoo.topology.ensemble_model import EnsembleModel
from zoo.topology.inference import Inference

ENCODING = ("text.", "picture.")
"""Settings that decide what the numbers that models read and write mean."""


class Ensemble(TaskPredictor):
    """Several runs of a task that answer as one, by the mean of their probabilities.

    Made by `zoo.ensemble`; it predicts, samples and scores like a run.

    Args:
        runs: of the same task, with the same codecs.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        first = runs[0]
        super().__init__(first.task, first.name, first.codecs)
        self.runs = tuple(runs)

    def __repr__(self) -> str:
        return f"<Ensemble of {len(self.runs)} runs of {self.name}>"

    @cached_property
    def inference(self) -> Inference:
        """The models, ready for predictions."""
        model = EnsembleModel([run.model for run in self.runs], self.codecs["target"])
        engine = self.runs[0].engine
        return Inference(model, self.codecs, engine.compile, engine.trace, self.task.components.strategies)

    def evaluation_report(self, split: str = "test", show: int = 3) -> EvaluationReport:
        """Compare the ensemble's answers with the truth, on a split of the first run's data.

        Args:
            split: `train`, `validation` or `test`.
            show: how many answers to show next to the truth, and how many of the worst.

        Raises:
            UsageError: an unknown split.
            ZooError: the data has no such split, or the task does not judge answers.
        """
        if split not in ("train", "validation", "test"):
            raise UsageError(f"unknown split '{split}': expected train, validation or test")
        if not self.topology.judges:
            raise ZooError(f"an ensemble is measured by its answers, and {self.name} compares none with the truth")
        examples = getattr(self.runs[0].splits, split)
        if not len(examples):
            raise ZooError(f"the data of {self.runs[0].folder.path} has no {split} split")
        return compare_answers(self.topology, self.inference, self.settings, examples, split, {}, show)

    def evaluate(self, split: str = "test") -> dict[str, float]:
        """Return the metrics of the ensemble's answers (see `evaluation_report`)."""
        return dict(self.evaluation_report(split, show=0).metrics)


def ensemble(
    runs: Sequence[str | os.PathLike[str] | Run],
    engine: str = "auto",
    trust: bool = False,
    changes: Mapping[str, object] | None = None,
) -> Ensemble:
    """Let several runs answer as one, by the mean of their probabilities.

    Args:
        runs: at least two, of the same task, with the same vocabulary or labels: folders, or runs.
        engine: `tensorflow` or `jax`; `auto` for the one that the first run was trained with.
        trust: run the code of a task file that came with a run.
        changes: settings for predicting, checked before TensorFlow is imported.

    Returns:
        What predicts, samples and scores like a run.

    Raises:
        UsageError: fewer than two runs.
        ZooError: a run cannot be loaded, or the runs differ in what their answers mean.
    """
    if isinstance(runs, (str, os.PathLike)) or len(runs) < 2:
        raise UsageError("give at least two runs, as in zoo.ensemble([one, other])")
    folders = [run.folder if isinstance(run, Run) else RunFolder(find_run(os.fspath(run))) for run in runs]
    for other in folders[1:]:
        check_alike(folders[0], other, "combine", ENCODING)
    return Ensemble(
        [
            run if isinstance(run, Run) else open_run(folder.path, engine=engine, trust=trust, changes=changes)
            for run, folder in zip(runs, folders, strict=True)
        ]
    )
