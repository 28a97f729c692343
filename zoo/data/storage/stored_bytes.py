"""Random access to files, from several threads."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import IO

from zoo.codecs.transcode import copy_as_utf8, is_utf8
from zoo.errors import ZooError
from zoo.files import file_errors, open_file


class StoredBytes:
    """An open file whose bytes are read by position.

    Not a memory map, whose pages would count as resident memory of the process.

    Args:
        stream: opened for reading; closed with this object.
        name: of the file, for messages.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream = stream
        self.name = name
        self._lock = threading.Lock()

    @classmethod
    def of_file(cls, path: Path, name: str = "", encoding: str = "utf-8") -> StoredBytes:
        """Open a file. A `.gz` is decompressed into an unnamed file, and so is text converted to UTF-8.

        Args:
            path: the file.
            name: for messages; by default the file's.
            encoding: of its text.

        Raises:
            ZooError: it cannot be read, or is not a complete gzip file or text in this encoding.
        """
        name = name or path.name
        packed, foreign = path.suffix.lower() == ".gz", not is_utf8(encoding)
        with file_errors(name):
            if not packed and not foreign:
                if path.is_dir():
                    raise ZooError(f"{name}: it is a folder, but a file was expected")
                return cls(open_file(path), name)
            unpacked: IO[bytes] = tempfile.TemporaryFile(prefix="zoo-unpacked-")  # noqa: SIM115
            copy_as_utf8(path, unpacked, encoding, name)
            unpacked.seek(0)
            return cls(unpacked, name)

    def read(self, position: int, count: int) -> bytes:
        """Return `count` bytes from a position on.

        Raises:
            ZooError: the bytes no longer exist or cannot be read.
        """
        try:
            if hasattr(os, "pread"):
                data = os.pread(self.stream.fileno(), count, position)
            else:  # Windows
                with self._lock:
                    self.stream.seek(position)
                    data = self.stream.read(count)
        except OSError as error:
            raise ZooError(f"{self.name}: cannot be read: {error.strerror or error}") from error
        if len(data) < count:
            raise ZooError(f"{self.name}: the file was shortened while it was in use")
        return data

    def __del__(self) -> None:
        stream = getattr(self, "stream", None)
        if stream is not None:
            stream.close()
