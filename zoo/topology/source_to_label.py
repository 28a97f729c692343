"""The base of topologies with one label per source: loss, metrics, answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from zoo.topology.answer import Answer, Judgement
from zoo.topology.targets import judge_label_sets, judge_numbers, target_losses
from zoo.topology.topology import Topology
from zoo.topology.types import Sums, TensorBatch
from zoo.topology.unseen_classes import as_answered, unseen_note

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Nest, Tensor
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data.splitting.splits import Examples
    from zoo.metrics import ExampleSums
    from zoo.settings import Settings


class SourceToLabel(Topology):
    """One target for a source: a label, several labels at once, or a number.

    The model returns logits `[B, classes]`, or `[B, 1]` for a number. What its layers draw on the way is trained by the
    probability of the right label (see `zoo.layers.Draws`).

    With the setting `data.balanced`, every class has the same weight in the training loss, however rare it is.

    Args:
        number_loss: of numbers: `mse`, `mae` or `huber`.
    """

    number_loss = "mse"
    # Not the accuracy: on a few hundred held-out examples it varies by chance more than by learning.
    monitor = "loss"
    judges = True

    def __init__(self, number_loss: str = "mse") -> None:
        self.number_loss = number_loss

    def logits(self, model: keras.Model, batch: TensorBatch, training: bool) -> Tensor:
        """Call the model on a batch.

        Returns:
            Logits `[B, classes]`.
        """
        raise NotImplementedError

    def forward(self, model: keras.Model, batch: TensorBatch, carry: Nest, training: bool) -> tuple[Sums, Nest]:
        """Loss and metrics of the target (see `Topology.forward` and `zoo.topology.targets`)."""
        from keras import ops

        from zoo.layers import Draws
        from zoo.ops.masking import weighted_sum

        with Draws() as draws:
            outputs = ops.cast(self.logits(model, batch, training), "float32")  # [B, classes]
        weights = batch["weights"]  # [B]
        if "share" in batch:
            weights = weights * batch["share"]
        losses, weights, others = target_losses(outputs, batch["target"], weights, training, self.number_loss)
        loss, weight = weighted_sum(losses, weights), ops.sum(weights)
        sums: Sums = {"loss": (loss, weight), **others}
        if draws:
            sums["objective"] = (loss + draws.loss(losses, weights), weight)
        return sums, carry

    def inputs(self, examples: Examples, count: int) -> list[RawValue]:
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def judge(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> Judgement:
        """Accuracy, macro F1, area under the ROC curve and calibration error (see `zoo.metrics`).

        For numbers and for several labels at once, what `zoo.topology.targets` says.
        """
        from zoo.metrics import confusion_table, label_metrics

        predicted = [answer.value for answer in answers]
        if isinstance(predicted[0], float):
            return judge_numbers(examples, answers)
        if isinstance(predicted[0], list):
            return judge_label_sets([example["target"] for example in examples], answers)
        truth = as_answered([example["target"] for example in examples], answers[0].details.get("probabilities", {}))
        probabilities = [answer.details["probabilities"] for answer in answers]
        wrong = [place for place, label in enumerate(truth) if predicted[place] != label]
        return Judgement(
            metrics=label_metrics(truth, probabilities),
            notes=(confusion_table(truth, predicted), *unseen_note(truth, probabilities[0])),
            worst=tuple(sorted(wrong, key=lambda place: probabilities[place].get(truth[place], 0.0))),
        )

    def example_sums(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
        """Accuracy and loss of labels, F1 of several labels, errors of numbers (see `Topology.example_sums`)."""
        from zoo.topology.example_sums import label_set_sums, label_sums, number_sums

        if isinstance(answers[0].value, float):
            return number_sums(examples, answers)
        if isinstance(answers[0].value, list):
            return label_set_sums(examples, answers)
        known = answers[0].details.get("probabilities", {})
        return label_sums(as_answered([example["target"] for example in examples], known), answers)


def class_shares(examples: Examples, settings: Settings, split: str) -> dict[RawValue, float]:
    """Return the weight of an example of each label in training; empty where all have the same.

    Args:
        examples: raw examples of the split.
        settings: of the run; `data.balanced` decides.
        split: its name.

    Returns:
        Weights with which each class counts the same, and all examples together as many as they are.
    """
    if split != "train" or not getattr(settings.data, "balanced", False):
        return {}
    counts = Counter(example["target"] for example in examples)
    return {label: counts.total() / (len(counts) * count) for label, count in counts.items()}
