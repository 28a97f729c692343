"""A run's model on its engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.runs.weights import load_weights
from zoo.topology.inference import Inference

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Tensor
    from zoo.codecs import Codec
    from zoo.runs.folder import RunFolder
    from zoo.settings import Settings
    from zoo.task import Task
    from zoo.training.engines.engine import Engine
    from zoo.training.engines.types import Carry, Sums


class RunModel:
    """The model of a run and its engine, each created on first use.

    Args:
        task: builds the model.
        name: of the task.
        settings: of the run.
        codecs: fitted, by role.
        rows: of a batch.
        training: whether to use all devices in the settings; for predictions, one process uses this machine's devices.
    """

    def __init__(
        self,
        task: Task,
        name: str,
        settings: Settings,
        codecs: Mapping[str, Codec],
        rows: int = 0,
        training: bool = False,
    ) -> None:
        self._task, self._name, self._settings, self._codecs = task, name, settings, codecs
        self._rows, self._training = rows or settings.batch.size, training
        self._engine: Engine | None = None
        self._built: keras.Model | None = None
        self._inference: Inference | None = None

    @property
    def engine(self) -> Engine:
        """The engine that the model computes on."""
        if self._engine is None:
            from zoo.training.engines import make_engine

            device = self._settings.device
            elsewhere = device.kind in ("gpu", "tpu", "workers") and not self._training
            kind = "auto" if elsewhere else device.kind
            self._engine = make_engine(device, self._rows, kind, self._task.components.devices.get(kind))
        return self._engine

    def build(self) -> keras.Model:
        """Build the model with new weights.

        Raises:
            ZooError: the task does not return a built model.
        """
        engine, task = self.engine, self._task
        model = engine.build(lambda: task.model(self._codecs), self._settings.seed)
        if not model.built:
            raise ZooError(
                f"task {self._name}: model() returned a model that is not built; call it once, or call build()"
            )
        self._built = model
        self._inference = Inference(model, self._codecs, engine.compile, engine.trace, task.components.strategies)
        return model

    def load(self, folder: RunFolder) -> keras.Model:
        """Return the model with a folder's best weights, unless it has already been built or loaded.

        Raises:
            ZooError: the weights are missing or damaged.
        """
        if self._built is None:
            model = self.build()
            try:
                load_weights(folder.best if folder.best.exists() else folder.last, model)
            except ZooError:
                # The next caller must not mistake a model with random weights for the run's.
                self._built = self._inference = None
                raise
        return self._built

    @property
    def inference(self) -> Inference:
        """The built or loaded model, ready for predictions."""
        assert self._inference is not None, "build or load the model first"
        return self._inference

    def prepare(self, optimizer: object = None, clip: float = 0.0, average: float = 0.0) -> None:
        """Prepare the engine for steps of training and evaluation.

        Args:
            optimizer: a Keras optimizer; None for evaluation alone.
            clip: largest global norm of the gradient; 0 for no clipping.
            average: decay of the moving average of the weights; 0 for none.
        """
        model, topology = self._built, self._task.topology

        def forward(batch: Mapping[str, Tensor], carry: Carry, training: bool) -> tuple[Sums, Carry]:
            assert model is not None
            return topology.forward(model, batch, carry, training)

        self.engine.prepare(model, forward, optimizer, clip, average)
