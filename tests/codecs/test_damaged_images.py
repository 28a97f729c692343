"""Whatever an image library raises, a damaged image is one sentence with its name."""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.properties import tried
from zoo.codecs import ImageCodec
from zoo.data import read_captions
from zoo.errors import ZooError

ERRORS = [
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, NotImplementedError, RuntimeError, EOFError),
    *(AttributeError, OverflowError, ZeroDivisionError, AssertionError, UnicodeError, MemoryError, RecursionError),
    *(struct.error, zlib.error, Image.DecompressionBombError),
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("method", ["load", "open", "convert"])
def test_any_exception(error: type[Exception], method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (8, 8)).save(path)

    def fail(*arguments: object, **more: object) -> None:
        raise error("what\na decoder says")

    monkeypatch.setattr(Image if method == "open" else Image.Image, method, fail)
    if method == "load":
        monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    with pytest.raises(ZooError, match=r"a\.png: ") as caught:
        ImageCodec(8, 8).encode(path)
    assert "\n" not in str(caught.value)


@tried(60)
@given(kind=st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA", "DDS", "BLP"]), data=st.data())
def test_damaged_files(tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("image") / f"a.{kind.lower()}"
    image = Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3))
    (image.quantize() if kind == "BLP" else image).save(path, kind)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        assert ImageCodec(8, 8).encode(path).shape == (8, 8, 3)
    except ZooError as error:
        assert path.name in str(error) and "\n" not in str(error)


def test_odd_exif_does_not_stop_a_run(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (8, 4), "red").save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\xff\xff\xff\xff\0\0")
    assert ImageCodec(8, 8).encode(path).shape == (8, 8, 3)
    (tmp_path / "captions.csv").write_text("image,caption\na.jpg,red\n")
    assert len(read_captions(tmp_path, on_error="skip").train) == 1


@pytest.mark.parametrize(("scale", "white"), [(1.0, 1.0), (255.0, 255.0), (65535.0, 65535.0)])
def test_floats_in_any_range(scale: float, white: float, tmp_path: Path) -> None:
    array = np.full((4, 4), scale / 2, np.float32)
    array[0, 0] = white
    encoded = ImageCodec(4, 4, 1).encode(array)
    assert encoded[0, 0, 0] == 255 and abs(int(encoded[1, 1, 0]) - 127) <= 1
    if sys.byteorder == "little":
        Image.fromarray(array).save(tmp_path / "a.tif")
        np.testing.assert_array_equal(ImageCodec(4, 4, 1).encode(tmp_path / "a.tif"), encoded)
