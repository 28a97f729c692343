"""A run that answers with graphs in place of its model, where it can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from zoo.runs.fast_answers import FastAnswers
from zoo.runs.folder import RunFolder
from zoo.runs.run import Run

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data import Batches
    from zoo.data.batching.batches import Batch
    from zoo.runtime.bundle_inference import BundleInference
    from zoo.task import Task
    from zoo.topology import Inference


class FastRun(Run):
    """Answers with the graphs that its folder keeps; makes them at the first answer, and keeps them when asked to.

    Args:
        task: an instance of the task.
        name: the task's name.
        folder: where the run is stored.
        codecs: fitted, by role.
        answers: finds and makes the graphs.
        graphs: those found; None to make them.
        evaluation: those of an evaluation; None where there are none.
    """

    def __init__(
        self,
        task: Task,
        name: str,
        folder: RunFolder,
        codecs: dict[str, Codec],
        answers: FastAnswers,
        graphs: BundleInference | None,
        evaluation: BundleInference | None = None,
    ) -> None:
        super().__init__(task, name, folder, codecs)
        self._answers, self._graphs, self._evaluation = answers, graphs, evaluation
        self._evaluated: Batch | None = None

    @property
    def inference(self) -> Inference:
        """The graphs, or the model, ready for predictions."""
        return super().inference if self._graphs is None else self._graphs

    def keep_graphs(self) -> bool:
        """Keep the graphs that an answer made in the run's folder (see `Predictor.keep_graphs`)."""
        return self._answers.keep()

    def stream(
        self, prime: object = "", *, seed: int = 0, count: int = 1, **search: object
    ) -> Iterator[tuple[int, str]]:
        """Generate text piece by piece (see `Run.stream`)."""
        self._make([prime])
        yield from super().stream(prime, seed=seed, count=count, **search)

    def keep_evaluation(self) -> None:
        """Keep the graphs of an evaluation that the model has made, for the next; a failure changes nothing."""
        if self._evaluation is None and self._evaluated is not None:
            with suppress(Exception):
                if self._answers.find(self.codecs) is None:
                    self._make(self.topology.inputs(self.splits.train, 1))
                    self._answers.keep()
                self._answers.make_evaluation(self.task, self.name, self.codecs, self._evaluated)

    def _measure(self, batches: Batches) -> dict[str, float]:
        if self._evaluation is None:
            self._evaluated = next(batches.epoch(0))
            return super()._measure(batches)
        from zoo.runtime.evaluation import evaluate

        return evaluate(self._evaluation, self.topology, batches)

    def _listed(self, inputs: RawValue) -> list[RawValue]:
        listed = super()._listed(inputs)
        self._make(listed)
        return listed

    def _make(self, inputs: list[RawValue]) -> None:
        if self._graphs is None:
            self._graphs = self._answers.make(self.task, self.name, self.codecs, inputs)


def keep_graphs(run: Run) -> None:
    """Make the graphs of a run that was trained, so that its first answer need not; a failure changes nothing.

    Args:
        run: with its best weights.
    """
    if run.settings.device.kind == "workers" or not FastAnswers.can_answer(run.settings):
        return
    with suppress(Exception):
        inputs = run.topology.inputs(run.splits.train, 1)
        answers = FastAnswers(run.folder)
        answers.make(run.task, run.name, run.codecs, inputs)
        answers.keep()
