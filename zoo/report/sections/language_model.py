"""A language model: samples over training time, neurons over held-out text, gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from zoo.report.neurons.activations import can_look_into, read
from zoo.report.neurons.passages import Passages, cut_passages, token_texts
from zoo.report.neurons.view import neurons, saturation
from zoo.report.rendering import render, shorten
from zoo.report.section import Section
from zoo.runs.fast_run import with_model

if TYPE_CHECKING:
    from zoo.codecs import TextCodec
    from zoo.runs.run import Run

SHOWN_SAMPLES = 8
LONGEST_SAMPLE = 500  # characters


def language_model_sections(run: Run) -> list[Section]:
    """Make the sections of a language model."""
    found = []
    run = with_model(run)
    if shown := _samples(run):
        lead = "A text from an empty prime after each of these steps, drawn with the same random numbers."
        found.append(Section("Learning to write", render("samples.html", samples=shown), lead))
    if not can_look_into(run.model):
        return found
    passages = _held_out(run)
    if passages is None:
        return found
    lead = "What single units do in text that the network was not trained on, as in Karpathy et al. 2015."
    seen = read(run.inference, passages.tokens)
    found.append(Section("Neurons", neurons(run.inference, passages, seen, untrained_weights(run)), lead))
    gates = saturation(seen.gates)
    if gates is not None:
        lead = (
            "Each circle is a unit. To the right: its gate is nearly always open; at the top: nearly always closed. An "
            "LSTM's unit with an open forget gate remembers for long."
        )
        found.append(Section("Saturation of the gates", gates, lead))
    return found


def text_section(run: Run, text: str) -> Section:
    """Show the neurons of a language model over one text.

    Args:
        run: of a language model.
        text: to read.

    Raises:
        ZooError: the run is of another kind, or the text is too short.
    """
    from zoo.errors import ZooError

    run = with_model(run)
    if run.topology.name != "language model" or not can_look_into(run.model):
        raise ZooError(f"{run.name} has no neurons to show: that takes a language model of the zoo's Decoder")
    codec = cast("TextCodec", run.codecs["target"])
    tokens = np.asarray(codec.encode(text), np.int32)
    if len(tokens) < 2:
        raise ZooError("the text is too short: it needs at least two tokens")
    passages = Passages(tokens[None], [token_texts(codec, tokens)])
    return Section("Neurons", neurons(run.inference, passages, read(run.inference, tokens[None])))


def untrained_weights(run: Run) -> Sequence[np.ndarray]:
    """Return the weights with which the run's training began."""
    from zoo.training.engines.build_scope import build_scope

    with build_scope(run.settings.device.precision, run.settings.seed):
        model = run.task.model(run.codecs)
    return [np.asarray(weight) for weight in model.get_weights()]


def _held_out(run: Run) -> Passages | None:
    codec = cast("TextCodec", run.codecs["target"])
    for examples in (run.splits.test, run.splits.validation, run.splits.train):
        if len(examples):
            passages = cut_passages(codec, examples)
            if passages is not None:
                return passages
    return None


def _samples(run: Run) -> list[dict[str, str]]:
    """Choose samples whose steps are spread over the training, close to each other at its beginning."""
    folder = run.folder.samples
    paths = {int(path.stem): path for path in folder.glob("*.txt") if path.stem.isdigit()} if folder.is_dir() else {}
    steps = sorted(paths)
    if len(steps) > SHOWN_SAMPLES:
        places = np.unique(np.round(np.geomspace(1, len(steps), SHOWN_SAMPLES)).astype(int)) - 1
        steps = [steps[place] for place in places]
    losses = {record["step"]: record.get("validation") or record.get("train") or {} for record in run.metrics}
    found = []
    for step in steps:
        text = paths[step].read_text(encoding="utf-8", errors="replace")
        nats = losses.get(step, {}).get("nats")
        title = f"step {step:,}" + (f", {nats:.3f} nats a character" if isinstance(nats, float) else "")
        found.append({"title": title, "text": shorten(text, LONGEST_SAMPLE)})
    return found
