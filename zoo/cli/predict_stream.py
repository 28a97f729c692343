"""`zoo predict --stream`: label frames one by one, each before the next is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from zoo.cli.console import echo, print_json

if TYPE_CHECKING:
    from zoo.runtime import Predictor


def predict_stream(run: Predictor, inputs: Sequence[str], lines: Iterator[str], as_json: bool) -> None:
    """Write one label per line, as soon as it is known.

    Args:
        run: of a causal model, which does not look ahead.
        inputs: sequences, one stream each; if empty, the lines are the frames of one stream.
        lines: of a pipe or file.
        as_json: whether to also write the frame's number and the probabilities.
    """
    streams = [(word, run.read_input(word)) for word in inputs] or [("", run.read_frames(lines))]
    for name, frames in streams:
        for number, answer in enumerate(run.stream_answers(frames)):
            if not as_json:
                echo(str(answer.value))
                continue
            shares = {str(label): float(share) for label, share in answer.details["probabilities"].items()}
            record: dict[str, object] = {"input": name} if name else {}
            record |= {"frame": number, "answer": answer.value, "score": answer.score, "probabilities": shares}
            print_json(record, indent=None)
