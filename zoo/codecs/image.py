"""Images."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from zoo.codecs.codec import RawValue
from zoo.codecs.codec_file import read_codec, write_codec
from zoo.errors import ZooError
from zoo.files import file_errors, open_file, reason

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 64  # pixels
_LARGEST_SIDE = 1 << 14  # pixels
FITS = ("crop", "pad", "stretch")
PROGRAMS = ("EPS",)
"""Formats that Pillow hands to another program, which would run what a stranger wrote."""
MODES = {1: "L", 3: "RGB"}


class ImageCodec:
    """Images of one size, 8 bits a channel.

    A raw image is a file's path, a Pillow image, or an array `[height, width]` or `[height, width, channels]`.

    Args:
        height: of what the model sees, in pixels; 0: that of the first training image, at most LARGEST.
        width: in pixels; 0: as with the height.
        channels: 1 (grey) or 3 (red, green, blue).
        fit: what happens to an image of another shape: `crop` cuts off what hangs over in the middle, `pad` adds
            black, `stretch` distorts it.
        flip: whether `vary` mirrors every other image.
        shift: how many pixels `vary` moves an image at most, in each direction.
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
        """Of an encoded image: height, width, channels."""
        return (self.height, self.width, self.channels)

    def fit(self, values: Iterable[RawValue]) -> None:
        """Take the size of the first image, where none was given."""
        if self.height and self.width:
            return
        for value in values:
            self._take_size(value)
            return
        raise ZooError("there is no training image to take the size from; set height and width")

    def _take_size(self, image: RawValue) -> None:
        width, height = open_image(image).size
        self.height, self.width = self.height or min(height, LARGEST), self.width or min(width, LARGEST)

    def encode(self, value: RawValue) -> np.ndarray:
        """An image as uint8 `[height, width, channels]`.

        Raises:
            ZooError: the file is not an image, or is damaged; names it.
        """
        if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.shape == self.shape:
            return value
        image = open_image(value)
        with file_errors(str(value) if isinstance(value, (str, Path)) else "an image"):
            array = np.asarray(self._fitted(image), np.uint8)  # [height, width] or [height, width, 3]
            return array.reshape(self.shape)

    def _fitted(self, image: Image.Image) -> Image.Image:
        """An image of the codec's size and channels."""
        from PIL import ImageOps

        # A palette's numbers must not be mixed by the resampling.
        image, size = image.convert(MODES[self.channels]), (self.width, self.height)
        if image.size == size:
            return image
        if self.fitting == "crop":
            return ImageOps.fit(image, size)
        return ImageOps.pad(image, size) if self.fitting == "pad" else image.resize(size)

    @property
    def varies(self) -> bool:
        """Whether `vary` does anything."""
        return self.flip or self.shift > 0

    def vary(self, array: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """Another view of an image, to train on: mirrored or not, moved a little, its edges drawn out.

        Args:
            array: an encoded image, uint8 `[height, width, channels]`.
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

    def decode(self, array: npt.ArrayLike) -> np.ndarray:
        """The array itself, which is a raw image too."""
        return np.asarray(array, np.uint8)

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json`: the size."""
        write_codec(folder, name, "image", self._content())

    def _content(self) -> dict[str, object]:
        return {"height": self.height, "width": self.width, "channels": self.channels, "fit": self.fitting}

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "image", "picture")
        sides: list[Any] = [content.get(key) for key in ("height", "width", "channels")]
        fits = all(isinstance(side, int) and 0 < side <= _LARGEST_SIDE for side in sides) and sides[2] in MODES
        if not fits or content.get("fit") not in FITS:
            raise ZooError(f"{folder / name}.json: damaged: it has no size; train the run again")
        self.height, self.width, self.channels = map(int, sides)
        self.fitting = content["fit"]


def open_image(value: RawValue) -> Image.Image:
    """Open an image of any kind with 8 bits a channel, upright.

    Args:
        value: a file's path, a Pillow image, or an array.

    Raises:
        ZooError: there is no such file, it is no image, or it is damaged; names it.
    """
    from PIL import Image, UnidentifiedImageError

    if isinstance(value, np.ndarray):
        return _from_array(value)
    if isinstance(value, Image.Image):
        return _plain(value)
    if not isinstance(value, (str, Path)):
        raise ZooError(f"an image must be a file, a Pillow image or an array, not {type(value).__name__}")
    # Of a damaged file Pillow raises whatever its decoders meet: OSError, struct.error, NotImplementedError, ...
    try:
        with open_file(Path(value)) as stream, Image.open(stream) as opened:
            if opened.format in PROGRAMS:
                raise ZooError(f"{value}: {opened.format} holds a program that draws an image; save it as PNG or JPEG")
            opened.load()
            return _plain(_upright(opened))
    except ZooError:
        raise
    except FileNotFoundError:
        raise ZooError(f"{value}: no such image") from None
    except UnidentifiedImageError:
        raise ZooError(f"{value}: not an image that Pillow can read") from None
    except MemoryError:
        raise ZooError(f"{value}: the image is larger than the memory") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise ZooError(f"{value}: cannot be read: {reason(error)}") from error
        raise ZooError(f"{value}: the image is damaged: {reason(error)}") from error


def _upright(image: Image.Image) -> Image.Image:
    """Rotate an image according to its EXIF; ignore an invalid EXIF."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image.copy()


def _plain(image: Image.Image) -> Image.Image:
    """Bring an image to 8 bits a channel, with nothing transparent."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        return _from_array(np.asarray(image))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        # Transparent pixels become white rather than the colour stored there.
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image)
    return image


def _from_array(array: np.ndarray) -> Image.Image:
    """Make an image of numbers: 8 bits as they are, 16 bits by their upper half, fractions from 0 to 1, and
    other floats by whichever of these ranges holds them."""
    from PIL import Image

    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or 0 in array.shape or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ZooError(f"an image must have the shape [height, width] or [height, width, channels], not {array.shape}")
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * 255
    elif np.issubdtype(array.dtype, np.floating):
        array = np.nan_to_num(array)
        highest = float(array.max())
        # Fractions may overshoot a little where an image was resized; what is far above 1 was never a fraction.
        scale = 255.0 if highest <= 2 else 1.0 if highest <= 255 else 1 / 257
        array = np.clip(array * scale + 0.5, 0, 255).astype(np.uint8)
    elif array.dtype != np.uint8:
        highest = int(array.max())
        array = (np.clip(array, 0, 65535) // 257 if highest > 255 else np.clip(array, 0, 255)).astype(np.uint8)
    return Image.fromarray(array)
