"""Images, clips and vectors in all common formats, and files that are not images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import zoo
from tests.properties import tried
from zoo.codecs import ClipCodec, ImageCodec, VectorCodec


def test_array_comes_back_as_it_was():
    codec = ImageCodec(4, 6)
    picture = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype(np.uint8)
    np.testing.assert_array_equal(codec.decode(codec.encode(picture)), picture)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "CMYK"])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_mode(tmp_path: Path, mode: str, channels: int):
    Image.new("RGB", (9, 5), (255, 255, 255)).convert(mode if mode != "LA" else "L").convert(mode).save(
        path := tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    )
    encoded = ImageCodec(8, 8, channels).encode(path)
    assert encoded.shape == (8, 8, channels)
    assert encoded.dtype == np.uint8
    assert encoded.min() > 240


def test_sixteen_bits_keep_their_upper_half(tmp_path: Path):
    values = np.linspace(0, 65535, 64).reshape(8, 8).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    encoded = ImageCodec(8, 8, 1).encode(tmp_path / "deep.png")[:, :, 0]
    np.testing.assert_array_equal(encoded, values // 257)


def test_transparent_shows_white():
    picture = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (ImageCodec(4, 4).encode(picture) == 255).all()


def test_transparent_file_shows_white(tmp_path: Path):
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert (ImageCodec(4, 4).encode(tmp_path / "clear.png") == 255).all()


@pytest.mark.parametrize(("fit", "corner"), [("crop", 200), ("pad", 0), ("stretch", 200)])
def test_another_shape(fit: str, corner: int):
    wide = np.full((4, 16, 3), 200, np.uint8)
    encoded = ImageCodec(8, 8, fit=fit).encode(wide)
    assert encoded.shape == (8, 8, 3)
    assert encoded[0, 0, 0] == corner


def test_fractions_are_from_zero_to_one():
    assert ImageCodec(2, 2, 1).encode(np.full((2, 2), 0.5))[0, 0, 0] == 128


def test_what_is_no_picture(tmp_path: Path):
    codec = ImageCodec()
    (tmp_path / "text.jpg").write_text("no picture")
    Image.effect_noise((64, 64), 50).save(whole := tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:900])
    with pytest.raises(zoo.ZooError, match=r"text\.jpg: not an image"):
        codec.encode(tmp_path / "text.jpg")
    with pytest.raises(zoo.ZooError, match=r"cut\.png: the image is damaged"):
        codec.encode(tmp_path / "cut.png")
    with pytest.raises(zoo.ZooError, match=r"none\.png: no such image"):
        codec.encode(tmp_path / "none.png")
    with pytest.raises(zoo.ZooError, match="not int"):
        codec.encode(5)
    with pytest.raises(zoo.ZooError, match="must have the shape"):
        codec.encode(np.zeros((2, 2, 2, 2)))


@tried(60)
@given(
    data=st.binary(max_size=300),
    head=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM"]),
)
def test_any_bytes_are_a_picture_or_one_sentence(tmp_path_factory, data: bytes, head: bytes):
    path = tmp_path_factory.mktemp("bytes") / "picture"
    path.write_bytes(head + data)
    try:
        assert ImageCodec(4, 4).encode(path).shape == (4, 4, 3)
    except zoo.ZooError as error:
        assert "\n" not in str(error)
        assert str(path) in str(error)


def test_codec_is_kept(tmp_path: Path):
    ImageCodec(5, 7, 1, "pad").save(tmp_path, "source")
    other = ImageCodec()
    other.restore(tmp_path, "source")
    assert (other.shape, other.fitting) == ((5, 7, 1), "pad")


def test_clip_of_files_and_arrays(tmp_path: Path):
    codec = ClipCodec(4, 4, 1)
    Image.new("L", (4, 4), 9).save(tmp_path / "0.png")
    clip = codec.encode([tmp_path / "0.png", np.full((4, 4), 3, np.uint8)])
    assert clip.shape == (2, 4, 4, 1)
    assert clip[:, 0, 0, 0].tolist() == [9, 3]
    np.testing.assert_array_equal(codec.encode(clip), clip)
    with pytest.raises(zoo.ZooError, match="no frame"):
        codec.encode([])
    with pytest.raises(zoo.ZooError, match=r"1\.png"):
        codec.encode([tmp_path / "0.png", tmp_path / "1.png"])


@tried(40)
@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    seed=st.integers(0, 99),
    offset=st.sampled_from([0, 1e6]),
)
def test_vectors_have_mean_zero_and_deviation_one(lengths: list[int], seed: int, offset: float):
    draw = np.random.default_rng(seed)
    values = [draw.normal(offset, 3, (length, 4)) for length in lengths]
    codec = VectorCodec()
    codec.fit(iter(values))
    whole = np.concatenate(values)
    np.testing.assert_allclose(codec._mean, whole.mean(0), rtol=1e-4, atol=1e-4)
    if len(whole) > 1:
        np.testing.assert_allclose(codec._deviation, whole.std(0), rtol=1e-3)
    np.testing.assert_allclose(codec.decode(codec.encode(values[0])), values[0], rtol=1e-4, atol=1e-3)


def test_vectors_that_do_not_fit(tmp_path: Path):
    codec = VectorCodec()
    with pytest.raises(ValueError, match="neither fitted"):
        _ = codec.size
    codec.fit([np.ones((3, 2))])
    assert codec.encode(np.ones((1, 2))).tolist() == [[0.0, 0.0]]
    with pytest.raises(zoo.ZooError, match="2 features"):
        codec.encode(np.ones((3, 5)))
    with pytest.raises(zoo.ZooError, match="vector 2 .* nan as feature 1"):
        codec.encode([[0, 0], [np.nan, 0]])
    codec.save(tmp_path)
    other = VectorCodec()
    other.restore(tmp_path)
    assert other.shape == (2,)


def test_changes_are_features_at_their_own_scale():
    draw = np.random.default_rng(3)
    values = [draw.normal(50, 3, (length, 2)).cumsum(0) for length in (40, 90)]
    for scale in ("training", "sequence"):
        codec = VectorCodec(scale, 3)
        codec.fit(values)
        assert codec.shape == (4,) and codec.size == 2
        encoded = [codec.encode(value) for value in values]  # [T, 4] each
        assert encoded[0].dtype == np.float32
        np.testing.assert_allclose((np.concatenate(encoded)[:, 2:] ** 2).mean(0), 1, rtol=0.01)
        own = encoded[0][:, :2]
        np.testing.assert_allclose(encoded[0][3:, 2:] * codec._change, own[3:] - own[:-3], rtol=1e-4, atol=1e-4)
        assert encoded[0][0, 2:].tolist() == [0, 0]
        np.testing.assert_allclose(encoded[0][2, 2:] * codec._change, own[2] - own[0], rtol=1e-4, atol=1e-4)


def test_a_sequence_by_its_own_scale_does_not_tell_where_it_was_recorded(tmp_path: Path):
    draw = np.random.default_rng(3)
    value = draw.normal(size=(50, 3)).astype(np.float32)
    codec = VectorCodec("sequence", 1)
    codec.fit([value])
    np.testing.assert_allclose(codec.encode(7 * value + 1000), codec.encode(value), atol=1e-3)
    np.testing.assert_array_equal(codec.encode_part(value, 10, 20), codec.encode(value)[10:20])
    with pytest.raises(zoo.ZooError, match=r"a stream needs vectors\.scale=training"):
        _ = codec.history
    codec.save(tmp_path)
    other = VectorCodec()
    other.restore(tmp_path)
    assert (other.scale, other.changes) == ("sequence", 1)
    np.testing.assert_array_equal(other.encode(value), codec.encode(value))
    assert VectorCodec(changes=4).history == 4
    with pytest.raises(ValueError, match="scale='own' is not one of"):
        VectorCodec("own")
