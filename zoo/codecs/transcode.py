"""Converts files to plain UTF-8: decompresses them, and decodes other encodings."""

from __future__ import annotations

import codecs
import gzip
import io
import tempfile
from pathlib import Path
from typing import IO

from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.files import file_errors, open_file

_PIECE = 1 << 20
_PACKED_AT_LEAST = 1 << 30
_PACKED_RATIO = 200  # texts and numbers shrink to a tenth or so; what shrinks to a thousandth is made to fill disks
_COMMON = ("utf-8", "latin-1", "cp1252", "utf-16", "ascii", "shift_jis", "gb18030", "koi8-r")


def is_utf8(encoding: str) -> bool:
    """Whether text in an encoding is UTF-8 as it stands.

    Raises:
        UsageError: there is no such encoding.
    """
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        found = None
    # Python counts rot13 and zlib among its codecs, too.
    if found is None or not getattr(found, "_is_text_encoding", True):
        hint = did_you_mean(encoding, _COMMON) or f"; such as {', '.join(_COMMON[:4])}"
        raise UsageError(f"data.encoding={encoding}: there is no such encoding{hint}")
    return found.name in ("utf-8", "ascii", "utf-8-sig")


def copy_as_utf8(path: Path, target: IO[bytes], encoding: str, name: str) -> None:
    """Write the content of a file to another one, unpacked and in UTF-8.

    Args:
        path: of the file; a name that ends with `.gz` is unpacked.
        target: opened for writing bytes.
        encoding: of the text; UTF-8 is copied as it stands, whether or not it is text.
        name: for messages.

    Raises:
        ZooError: it is no text in this encoding.
        Exception: it cannot be read or unpacked; gzip raises OSError, EOFError, zlib.error and more.
    """
    packed = path.suffix.lower() == ".gz"
    with open_file(path) as stored, gzip.open(stored, "rb") if packed else stored as source:
        limit = max(_PACKED_AT_LEAST, _PACKED_RATIO * path.stat().st_size)
        written = 0

        def write(data: bytes) -> None:
            nonlocal written
            written += len(data)
            if packed and written > limit:
                raise ZooError(f"{name}: it unpacks to more than {limit:,} bytes, which no file of data does")
            target.write(data)

        if is_utf8(encoding):
            while data := source.read(_PIECE):
                write(data)
            return
        text = io.TextIOWrapper(source, encoding=encoding, newline="")
        try:
            while piece := text.read(_PIECE):
                write(piece.encode("utf-8"))
        except UnicodeError as error:
            raise ZooError(
                f"{name}: no text in {encoding}: {error.reason if hasattr(error, 'reason') else error}"
            ) from error


def plain_copy(path: Path, encoding: str, name: str) -> IO[bytes]:
    """A decompressed copy of a file in UTF-8, which is deleted when it is garbage-collected.

    Args:
        path: of the file.
        encoding: of its text.
        name: for messages.

    Raises:
        ZooError: it cannot be read or unpacked, or is no text in this encoding.
    """
    with file_errors(name):
        plain: IO[bytes] = tempfile.NamedTemporaryFile(prefix="zoo-unpacked-")  # type: ignore[assignment]  # noqa: SIM115
        copy_as_utf8(path, plain, encoding, name)
        plain.flush()
    return plain
