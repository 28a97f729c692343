"""What a client needs to know of a model: what it reads, what it writes, and how it searches."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.runtime import Predictor


@dataclass(frozen=True)
class ModelCard:
    """What a model is.

    Attributes:
        name: under which it is served.
        task: that it was trained for.
        topology: such as `many-to-many`.
        input: `text`, `image`, `clip` or `vectors`.
        output: `text`, `label` or `labels`.
        writes: whether it generates text.
        attends: whether it can say where it looked.
        unit: what a token of its output is: `character`, `byte`, `word` or `piece`; empty for labels.
        labels: its classes; empty for text.
        columns: names of the features of a frame; empty where they have none.
        features: numbers of a frame; 0 for other inputs.
        size: height and width of an image; empty for other inputs.
        search: the settings of the search.
    """

    name: str
    task: str
    topology: str
    input: str
    output: str
    writes: bool
    attends: bool
    unit: str
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    features: int
    size: tuple[int, ...]
    search: dict[str, object]

    def as_json(self) -> dict[str, object]:
        """The card as JSON."""
        return asdict(self)


def make_card(name: str, predictor: Predictor) -> ModelCard:
    """Describe a model.

    Args:
        name: under which it is served.
        predictor: a run or a bundle.

    Raises:
        ZooError: a server cannot read inputs of its kind.
    """
    from zoo.codecs import LabelCodec, TextCodec
    from zoo.topology import LanguageModel, Synced
    from zoo.topology.source_to_text import SourceToText

    topology, codecs = predictor.topology, predictor.codecs
    source, target = codecs.get("source"), codecs["target"]
    writes = isinstance(topology, LanguageModel | SourceToText)
    kind = "text" if isinstance(topology, LanguageModel) else _input_kind(source)
    shape = tuple(int(size) for size in getattr(source, "shape", ()))
    unit = type(target).__name__.removesuffix("Codec").lower() if isinstance(target, TextCodec) else ""
    return ModelCard(
        name=name,
        task=predictor.name,
        topology=topology.name,
        input=kind,
        output="text" if writes else "labels" if isinstance(topology, Synced) else "label",
        writes=writes,
        attends=isinstance(topology, SourceToText) and hasattr(predictor.inference.stepper, "alignment"),
        unit=unit,
        labels=tuple(map(str, target.labels)) if isinstance(target, LabelCodec) else (),
        columns=tuple(getattr(source, "columns", ())),
        features=int(source.size) if kind == "vectors" and source is not None else 0,
        size=shape[:2] if kind in ("image", "clip") else (),
        search=dict(vars(predictor.settings.search)),
    )


def _input_kind(codec: Codec | None) -> str:
    from zoo.codecs import ClipCodec, FrameCodec, ImageCodec, TextCodec, VectorCodec

    if isinstance(codec, TextCodec):
        return "text"
    if isinstance(codec, FrameCodec):
        return "clip" if len(codec.shape) == 3 else "vectors"
    if isinstance(codec, ClipCodec):
        return "clip"
    if isinstance(codec, ImageCodec):
        return "image"
    if isinstance(codec, VectorCodec):
        return "vectors"
    raise ZooError(f"a server cannot read the inputs of a {type(codec).__name__}; answer with zoo predict")


def example_input(predictor: Predictor) -> str | np.ndarray:
    """Make an input that a model can read, to see that it answers.

    Args:
        predictor: a run or a bundle.
    """
    from zoo.topology import LanguageModel

    if isinstance(predictor.topology, LanguageModel):
        return ""
    codec = predictor.codecs["source"]
    kind = _input_kind(codec)
    if kind == "text":
        return "a"
    if kind == "vectors":
        return np.zeros((4, codec.size), np.float32)
    height, width = codec.shape[:2]  # type: ignore[attr-defined]
    image = np.zeros((height, width, 3), np.uint8)
    return np.stack([image] * 4) if kind == "clip" else image
