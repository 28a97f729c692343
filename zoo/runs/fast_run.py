"""A run that answers with graphs in place of its model, where it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from zoo.runs.fast_answers import FastAnswers
from zoo.runs.folder import RunFolder
from zoo.runs.run import Run

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data import Batches
    from zoo.data.batching.batches import Batch
    from zoo.runs.run_model import RunModel
    from zoo.runtime.bundle_inference import BundleInference
    from zoo.task import Task
    from zoo.topology import Inference


class LateRun(Run):
    """A run whose engine starts when its model is first asked for.

    Args:
        task: an instance of the task.
        name: the task's name.
        folder: where the run is stored.
        codecs: fitted, by role.
        complete: starts the engine, and makes the task with the components of all plugins; None where both were done.
    """

    def __init__(
        self, task: Task, name: str, folder: RunFolder, codecs: dict[str, Codec], complete: Callable[[], Task] | None
    ) -> None:
        super().__init__(task, name, folder, codecs)
        self._complete = complete

    @property
    def _run_model(self) -> RunModel:
        if self._complete is not None:
            self.task, self._complete = self._complete(), None
        return super()._run_model


class FastRun(LateRun):
    """Answers with the graphs that its folder keeps; makes them at the first answer, and keeps them when asked to.

    Args:
        task: an instance of the task.
        name: the task's name.
        folder: where the run is stored.
        codecs: fitted, by role.
        answers: finds and makes the graphs.
        graphs: those found; None to make them.
        evaluation: those of an evaluation; None where there are none.
        complete: as of `LateRun`.
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
        complete: Callable[[], Task] | None = None,
    ) -> None:
        super().__init__(task, name, folder, codecs, complete)
        self._answers, self._graphs, self._evaluation = answers, graphs, evaluation
        self._evaluated: Batch | None = None

    @property
    def inference(self) -> Inference:
        """The graphs, or the model, ready for predictions."""
        return super().inference if self._graphs is None else self._graphs

    @cached_property
    def without_graphs(self) -> Run:
        """The same run, answered by its model, which is built on first use."""
        run = LateRun(self.task, self.name, self.folder, self.codecs, self._complete)
        run._splits = self._splits
        return run

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


def with_model(run: Run) -> Run:
    """Return a run whose model and inference are those of Keras, not graphs."""
    return run.without_graphs if isinstance(run, FastRun) else run


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
