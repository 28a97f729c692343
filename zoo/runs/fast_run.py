"""A run that answers with graphs in place of its model, where it can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from zoo.runs.fast_answers import FastAnswers
from zoo.runs.folder import RunFolder
from zoo.runs.run import Run

if TYPE_CHECKING:
    from zoo.codecs import Codec
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
    """

    def __init__(
        self,
        task: Task,
        name: str,
        folder: RunFolder,
        codecs: dict[str, Codec],
        answers: FastAnswers,
        graphs: BundleInference | None,
    ) -> None:
        super().__init__(task, name, folder, codecs)
        self._answers, self._graphs = answers, graphs

    @property
    def inference(self) -> Inference:
        """The graphs, or the model, ready for predictions."""
        return super().inference if self._graphs is None else self._graphs

    def keep_graphs(self) -> bool:
        """Keep the graphs that an answer made in the run's folder (see `Predictor.keep_graphs`)."""
        return self._answers.keep()

    def stream(self, prime: object = "", **arguments: Any) -> Iterator[tuple[int, str]]:
        """Generate text piece by piece (see `Run.stream`)."""
        self._make([prime])
        yield from super().stream(prime, **arguments)

    def _listed(self, inputs: Any) -> list[Any]:
        listed = super()._listed(inputs)
        self._make(listed)
        return listed

    def _make(self, inputs: list[Any]) -> None:
        if self._graphs is None:
            self._graphs = self._answers.make(self.task, self.name, self.codecs, inputs)
