"""Keras callbacks, called as Keras calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


class Callbacks:
    """Passes the loop's events on to Keras callbacks.

    As with Keras, the training metrics of an epoch's end are means over the epoch; its validation metrics are those of
    the last evaluation within it. The learning rate is the schedule's: callbacks read it from
    `logs["learning_rate"]`; what they assign to the optimizer has no effect.

    Args:
        callbacks: instances of `keras.callbacks.Callback`.
        model: which they see as `self.model`.
    """

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback], model: keras.Model) -> None:
        import keras

        self._model = model
        self._logs: dict[str, float] = {}
        self._validation: dict[str, float] = {}
        self.failed = False
        """Whether a callback has raised an error."""
        # Without callbacks nothing is called: each call would cost time at every step.
        self._list = keras.callbacks.CallbackList(list(callbacks), model=model) if callbacks else None

    @property
    def any(self) -> bool:
        """Whether there are callbacks at all."""
        return self._list is not None

    @property
    def stop(self) -> bool:
        """Whether a callback has set `model.stop_training`."""
        return self._list is not None and bool(self._model.stop_training)

    def train_begin(self) -> None:
        """The training begins."""
        if self._list:
            self._model.stop_training = False
            self._call("on_train_begin")

    def train_end(self) -> None:
        """The training ended."""
        if self._list:
            self._call("on_train_end", self._logs)

    def epoch_begin(self, epoch: int) -> None:
        """A pass over the data begins, or continues after a resume."""
        if self._list:
            # An epoch without an evaluation has no validation metrics, as with Keras' validation_freq: a value that is
            # reported twice would look like a lack of progress.
            self._validation = {}
            self._call("on_epoch_begin", epoch)

    def epoch_end(self, epoch: int, metrics: Mapping[str, float], rate: float) -> None:
        """A pass over the data ended, or the training did in the middle of it.

        Args:
            epoch: its number, from 0.
            metrics: over the training batches of the epoch.
            rate: learning rate.
        """
        if self._list:
            self._logs = {**metrics, **self._validation, "learning_rate": rate}
            self._call("on_epoch_end", epoch, dict(self._logs))

    def batch_begin(self, batch: int) -> None:
        """A step begins."""
        if self._list:
            self._call("on_train_batch_begin", batch)

    def batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        """A step was taken."""
        if self._list:
            self._call("on_train_batch_end", batch, dict(logs))

    def test_begin(self) -> None:
        """An evaluation begins."""
        if self._list:
            self._call("on_test_begin")

    def test_batch_begin(self, batch: int) -> None:
        """A batch of an evaluation begins."""
        if self._list:
            self._call("on_test_batch_begin", batch)

    def test_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        """A batch of an evaluation was evaluated."""
        if self._list:
            self._call("on_test_batch_end", batch, dict(logs))

    def test_end(self, metrics: Mapping[str, float]) -> None:
        """An evaluation ended."""
        if self._list:
            self._call("on_test_end", dict(metrics))

    def evaluated(self, validation: Mapping[str, float]) -> None:
        """Keep the validation metrics for the epoch's end, named as Keras names them."""
        self._validation = {f"val_{name}": value for name, value in validation.items()}

    def _call(self, event: str, *arguments: object) -> None:
        try:
            getattr(self._list, event)(*arguments)
        except Exception:
            self.failed = True
            raise
