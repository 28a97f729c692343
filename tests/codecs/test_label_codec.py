"""Labels of examples and of frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zoo.codecs import Codec, LabelCodec
from zoo.errors import ZooError


def test_labels_are_sorted_and_come_back() -> None:
    codec = LabelCodec()
    codec.fit(["pos", "neg", "pos"])
    assert isinstance(codec, Codec)
    assert codec.labels == ("neg", "pos") and codec.size == 2
    assert codec.encode("pos").shape == () and codec.encode("pos").dtype == np.int32
    assert codec.decode(codec.encode("pos")) == "pos"
    numbers = LabelCodec()
    numbers.fit([10, 9])
    assert numbers.labels == (9, 10)


def test_a_label_a_frame() -> None:
    codec = LabelCodec()
    codec.fit([["rest", "hold"], ["hold", "stroke"]])
    ids = codec.encode(["stroke", "rest", "rest"])
    assert ids.tolist() == [2, 1, 1]
    assert codec.decode(ids) == ["stroke", "rest", "rest"]


def test_given_labels_keep_their_order() -> None:
    codec = LabelCodec(["neg", "neutral", "pos"])
    codec.fit(["pos"])
    assert codec.labels == ("neg", "neutral", "pos")


def test_save_and_restore(tmp_path: Path) -> None:
    codec = LabelCodec(["b", 1, "é"])
    codec.save(tmp_path, "label")
    restored = LabelCodec()
    restored.restore(tmp_path, "label")
    assert restored.labels == ("b", 1, "é")
    (tmp_path / "label.json").write_text("{}")
    with pytest.raises(ZooError, match=r"label\.json: damaged"):
        LabelCodec().restore(tmp_path, "label")


def test_complaints() -> None:
    codec = LabelCodec(["positive", "negative"])
    with pytest.raises(ZooError, match=r"label 'positiv' does not occur in .* did you mean 'positive'"):
        codec.encode("positiv")
    with pytest.raises(ZooError, match="at least two different labels; they have only 'a'"):
        LabelCodec().fit(["a", "a"])
    with pytest.raises(ZooError, match="they have none"):
        LabelCodec().fit([])
    with pytest.raises(ValueError, match="neither fitted nor restored"):
        _ = LabelCodec().size
    with pytest.raises(ValueError, match="ids must be between"):
        codec.decode(2)
