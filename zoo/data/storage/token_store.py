"""The encoded documents of one split, in one file on disk."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import threading
import zlib
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from zoo.codecs.document import Document
from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.codecs.text import TextCodec

_MAGIC = b"zootok01"
# The file: tokens, document offsets (int64), description (JSON), then crc32 of those two, length of the JSON, magic.
_TAIL = 4 + 8 + len(_MAGIC)


class TokenStore:
    """All tokens of a split in sequence, and where each document begins.

    The tokens are on disk in the smallest type that fits the vocabulary. They are read without a memory map, whose
    pages would count as memory of the process. Create one with `build` or `open`.

    Args:
        stream: the store's file, open for reading; the store closes it.
        description: from the end of the file.
        offsets: int64 [documents + 1], where documents begin, and the end.
    """

    def __init__(self, stream: IO[bytes], description: dict[str, Any], offsets: np.ndarray) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.dtype = np.dtype(description["dtype"])
        self.offsets = offsets
        self.characters: int = description["characters"]
        """Number of characters in the text."""
        self.unknown: int = description["unknown"]
        """Number of unknown tokens."""
        self.vocabulary: int = description["vocabulary"]
        """Number of different ids of the codec."""
        self.fingerprint: str = description["fingerprint"]
        """sha256 of tokens and offsets, which identifies text and codec."""

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        codec: TextCodec,
        path: Path | None = None,
        folder: Path | None = None,
    ) -> TokenStore:
        """Encode documents, a chunk at a time.

        Args:
            documents: the texts of a split; empty ones are left out.
            codec: a fitted codec.
            path: the file to create, atomically. None: an unnamed file, deleted when closed.
            folder: for an unnamed file; None: the system's temporary folder.

        Returns:
            The open store.

        Raises:
            ZooError: a document cannot be read, or the disk cannot be written to.
        """
        try:
            if path is None:
                return cls._write(tempfile.TemporaryFile(prefix="zoo-tokens-", dir=folder), documents, codec)
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(path)
            descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
            stream: IO[bytes] = os.fdopen(descriptor, "w+b")
            _lock(stream)
            try:
                store = cls._write(stream, documents, codec)
                os.fsync(stream.fileno())
                os.replace(part, path)
            except BaseException:
                stream.close()
                os.unlink(part)
                raise
            return store
        except OSError as error:
            place = path or folder or tempfile.gettempdir()
            raise ZooError(f"cannot write the encoded text to {place}: {error.strerror or error}") from error

    @classmethod
    def open(cls, path: Path) -> TokenStore:
        """Open a store that `build` made.

        Raises:
            ZooError: the file is missing or damaged; names it.
        """
        try:
            stream: IO[bytes] = path.open("rb")
        except OSError as error:
            raise ZooError(f"{path}: cannot be read: {error.strerror or error}") from error
        try:
            return cls(stream, *_read_end(stream))
        except Exception as error:
            stream.close()
            raise ZooError(
                f"{path}: damaged: not a complete token store; delete it, and it will be created again"
            ) from error

    @classmethod
    def _write(cls, stream: IO[bytes], documents: Iterable[Document], codec: TextCodec) -> TokenStore:
        dtype = _smallest(codec.size)
        digest = hashlib.sha256()
        offsets = array("q", [0])
        total = characters = unknown = 0
        for document in documents:
            for chunk in codec.encode_document(document):
                data = chunk.ids.astype(dtype).tobytes()
                stream.write(data)
                digest.update(data)
                total += len(chunk.ids)
                characters += chunk.characters
                if codec.unknown_id is not None:
                    unknown += int(np.count_nonzero(chunk.ids == codec.unknown_id))
            if total > offsets[-1]:
                offsets.append(total)
        places = np.frombuffer(offsets, np.int64).astype("<i8")
        digest.update(places.tobytes())
        description = {
            "dtype": dtype.str,
            "vocabulary": codec.size,
            "documents": len(offsets) - 1,
            "tokens": total,
            "characters": characters,
            "unknown": unknown,
            "fingerprint": digest.hexdigest(),
        }
        text = json.dumps(description).encode()
        stream.write(places.tobytes() + text)
        stream.write(zlib.crc32(places.tobytes() + text).to_bytes(4, "little") + len(text).to_bytes(8, "little"))
        stream.write(_MAGIC)
        stream.flush()
        return cls(stream, description, places.astype(np.int64))

    def __len__(self) -> int:
        """Number of tokens."""
        return int(self.offsets[-1])

    @property
    def documents(self) -> int:
        """Number of documents."""
        return len(self.offsets) - 1

    def read(self, start: int, stop: int) -> np.ndarray:
        """Return tokens `start` to `stop`.

        Args:
            start: first token, at least 0.
            stop: after the last token, at most `len(self)`.

        Returns:
            [stop - start] of the store's dtype, read-only; may be called from several threads.
        """
        if not 0 <= start <= stop <= len(self):
            raise IndexError(f"tokens {start} to {stop} of a store of {len(self)}")
        width = self.dtype.itemsize
        data = self._read_bytes(start * width, (stop - start) * width)
        return np.frombuffer(data, self.dtype)

    def close(self) -> None:
        """Close the file, which deletes an unnamed one."""
        self._stream.close()

    def __enter__(self) -> TokenStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_bytes(self, position: int, count: int) -> bytes:
        try:
            if hasattr(os, "pread"):
                data = os.pread(self._stream.fileno(), count, position)
            else:  # Windows
                data = b""
            if len(data) < count:
                with self._lock:
                    self._stream.seek(position)
                    data = self._stream.read(count)
        except OSError as error:
            raise ZooError(f"the encoded text cannot be read: {error.strerror or error}") from error
        if len(data) < count:
            raise ZooError(f"the encoded text was cut off at byte {position + len(data):,} while it was in use")
        return data


def _smallest(vocabulary: int) -> np.dtype[np.integer]:
    """Return the smallest little-endian type for ids 0 to `vocabulary` - 1."""
    return np.dtype("u1" if vocabulary <= 1 << 8 else "<u2" if vocabulary <= 1 << 16 else "<i4")


def _read_end(stream: IO[bytes]) -> tuple[dict[str, Any], np.ndarray]:
    """Read description and offsets from the end of a store's file; raise ValueError if they do not match the file."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read()
    if len(tail) < _TAIL or not tail.endswith(_MAGIC):
        raise ValueError("no end of a store")
    length = int.from_bytes(tail[4:12], "little")
    if length > size - _TAIL:
        raise ValueError("longer than its file")
    stream.seek(size - _TAIL - length)
    text = stream.read(length)
    description = json.loads(text)
    begin = description["tokens"] * np.dtype(description["dtype"]).itemsize
    end = begin + 8 * (description["documents"] + 1)
    if not 0 <= begin < end == size - length - _TAIL:
        raise ValueError("the sizes do not add up")
    stream.seek(begin)
    places = stream.read(end - begin)
    if zlib.crc32(places + text) != int.from_bytes(tail[:4], "little"):
        raise ValueError("the checksum does not fit")
    return description, np.frombuffer(places, "<i8").astype(np.int64)


def _remove_abandoned(path: Path) -> None:
    """Delete partial files of killed processes; a running process locks its own."""
    for part in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError), open(part, "rb") as stream:
            if _lock(stream):
                part.unlink()


def _lock(stream: IO[bytes]) -> bool:
    """Lock a file until it is closed. Return whether no other process has it (True if locks are unsupported)."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
