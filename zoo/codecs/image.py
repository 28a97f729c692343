"""Pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.errors import ZooError

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 64  # pixels
FITS = ("crop", "pad", "stretch")
MODES = {1: "L", 3: "RGB"}


class ImageCodec:
    """Pictures of one size, 8 bits a channel.

    A raw picture is a file's path, a Pillow image, or an array `[height, width]` or `[height, width, channels]`.

    Args:
        height: of what the model sees, in pixels; 0: that of the first training picture, at most LARGEST.
        width: in pixels; 0: as with the height.
        channels: 1 (grey) or 3 (red, green, blue).
        fit: what happens to a picture of another shape: `crop` cuts off what hangs over in the middle, `pad` adds
            black, `stretch` distorts it.
        flip: whether `vary` mirrors every other picture.
        shift: how many pixels `vary` moves a picture at most, in each direction.
    """

    def __init__(
        self,
        height: int = 64,
        width: int = 64,
        channels: int = 3,
        fit: str = "crop",
        flip: bool = False,
        shift: int = 0,
    ) -> None:
        if fit not in FITS:
            raise ValueError(f"fit={fit!r} is not one of {', '.join(FITS)}")
        if channels not in MODES:
            raise ValueError(f"channels={channels} is not 1 or 3")
        self.height, self.width, self.channels, self.fitting = height, width, channels, fit
        self.flip, self.shift = flip, shift

    @property
    def size(self) -> int:
        """Number of different values of a pixel's channel."""
        return 256

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of an encoded picture: height, width, channels."""
        return (self.height, self.width, self.channels)

    def fit(self, values: Iterable[Any]) -> None:
        """Take the size of the first picture, where none was given."""
        if self.height and self.width:
            return
        for value in values:
            self._take_size(value)
            return
        raise ZooError("there is no training picture to take a size from; give height and width")

    def _take_size(self, picture: Any) -> None:
        width, height = _open(picture).size
        self.height, self.width = self.height or min(height, LARGEST), self.width or min(width, LARGEST)

    def encode(self, value: Any) -> np.ndarray:
        """A picture as uint8 `[height, width, channels]`.

        Raises:
            ZooError: the file is no picture, or is damaged; names it.
        """
        if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.shape == self.shape:
            return value
        from PIL import ImageOps

        # A palette's numbers must not be mixed by the resampling.
        picture = _open(value).convert(MODES[self.channels])
        if picture.size != (self.width, self.height):
            size = (self.width, self.height)
            if self.fitting == "crop":
                picture = ImageOps.fit(picture, size)
            elif self.fitting == "pad":
                picture = ImageOps.pad(picture, size)
            else:
                picture = picture.resize(size)
        array = np.asarray(picture, np.uint8)  # [height, width] or [height, width, 3]
        return array.reshape(self.shape)

    @property
    def varies(self) -> bool:
        """Whether `vary` does anything."""
        return self.flip or self.shift > 0

    def vary(self, array: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """Another view of a picture, to train on: mirrored or not, moved a little, its edges drawn out.

        Args:
            array: an encoded picture, uint8 `[height, width, channels]`.
            draw: of random numbers.

        Returns:
            An array of the same shape and type.
        """
        if self.flip and draw.random() < 0.5:
            array = array[:, ::-1]
        if self.shift:
            down, right = draw.integers(-self.shift, self.shift + 1, 2)
            rows = np.clip(np.arange(self.height) + down, 0, self.height - 1)  # [height]
            columns = np.clip(np.arange(self.width) + right, 0, self.width - 1)  # [width]
            array = array[rows][:, columns]
        return array

    def decode(self, array: Any) -> np.ndarray:
        """The array itself, which is a raw picture too."""
        return np.asarray(array, np.uint8)

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the size."""
        write_codec(folder, name, "picture", self._content())

    def _content(self) -> dict[str, Any]:
        return {"height": self.height, "width": self.width, "channels": self.channels, "fit": self.fitting}

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "picture")
        sides: list[Any] = [content.get(key) for key in ("height", "width", "channels")]
        if not all(isinstance(side, int) and side > 0 for side in sides) or content.get("fit") not in FITS:
            raise ZooError(f"{folder / name}.json: damaged: it names no size; the run has to be trained again")
        self.height, self.width, self.channels = map(int, sides)
        self.fitting = content["fit"]


def _open(value: Any) -> Image.Image:
    """Open a picture of any kind with 8 bits a channel, upright."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if isinstance(value, np.ndarray):
        return _from_array(value)
    if isinstance(value, Image.Image):
        return _plain(value)
    if not isinstance(value, (str, Path)):
        raise ZooError(f"a picture is a file, a Pillow image or an array, not {type(value).__name__}")
    try:
        with Image.open(value) as opened:
            opened.load()
            picture = ImageOps.exif_transpose(opened)
    except FileNotFoundError:
        raise ZooError(f"{value}: there is no such picture") from None
    except UnidentifiedImageError:
        raise ZooError(f"{value}: not a picture that Pillow can read") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ZooError(f"{value}: the picture is damaged: {error}") from error
    return _plain(picture)


def _plain(picture: Image.Image) -> Image.Image:
    """Bring a picture to 8 bits a channel, with nothing transparent."""
    from PIL import Image

    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_array(np.asarray(picture))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        # What is transparent shows white, not the colour that happens to be stored there.
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture)
    return picture


def _from_array(array: np.ndarray) -> Image.Image:
    """Make a picture of numbers: 8 bits as they are, 16 bits by their upper half, fractions from 0 to 1."""
    from PIL import Image

    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or 0 in array.shape or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ZooError(f"a picture has the axes [height, width] or [height, width, channels], not shape {array.shape}")
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * 255
    elif np.issubdtype(array.dtype, np.floating):
        array = np.clip(np.nan_to_num(array) * 255 + 0.5, 0, 255).astype(np.uint8)
    elif array.dtype != np.uint8:
        highest = int(array.max())
        array = (np.clip(array, 0, 65535) // 257 if highest > 255 else np.clip(array, 0, 255)).astype(np.uint8)
    return Image.fromarray(array)
