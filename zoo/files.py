"""Reads regular files only, and writes files atomically."""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from zoo.errors import ZooError


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading, but not a pipe or device, which might block or never end.

    Args:
        path: of the file; links are followed.

    Raises:
        OSError: it cannot be read, or is not a regular file.
        ValueError: the name is invalid.
    """
    # Without O_NONBLOCK opening a pipe waits for a writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            what = "Is a directory" if stat.S_ISDIR(mode) else "is not a regular file"
            raise OSError(0, what, os.fspath(path))
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def read_text(path: Path, limit: int = 1 << 24) -> str:
    """Read a small text file.

    Args:
        path: of the file.
        limit: maximum size in bytes.

    Raises:
        FileNotFoundError: it does not exist.
        ZooError: it is not a regular file, too large, or not UTF-8; the message names it.
    """
    try:
        with open_file(path) as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise ZooError(f"cannot read {path}: {reason(error)}") from error
    if len(data) > limit:
        raise ZooError(f"{path} is damaged: it has more than {limit:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ZooError(f"{path} is damaged: byte {error.start} is not valid UTF-8") from error


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a whole file.

    Args:
        path: of the file.
        limit: maximum size in bytes.

    Raises:
        OSError: it cannot be read, or is not a regular file.
        ZooError: it is too large; the message does not name it.
    """
    with open_file(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(limit + 1) if size <= limit else b""
    if size > limit or len(data) > limit:
        raise ZooError(f"it has {max(size, len(data)):,} bytes, more than the {limit:,} that are read as a whole")
    return data


def read_json(path: Path, limit: int) -> object:
    """Read a file that is one JSON value.

    Args:
        path: of the file.
        limit: maximum size in bytes.

    Raises:
        OSError: it cannot be read, or is not a regular file.
        ValueError: it is not one JSON value, is nested too deeply, or does not fit in memory.
        ZooError: it is too large; the message does not name it.
    """
    data = read_bytes(path, limit)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ZooError, ValueError):
        raise
    except Exception as error:
        raise ValueError(reason(error)) from error


@contextmanager
def file_errors(name: str | Path, problem: str = "cannot be read", kind: type[ZooError] = ZooError) -> Iterator[None]:
    """Turn any exception of a library that reads a file into one line that names the file.

    No list of exceptions is complete: for a damaged file, zipfile, Pillow, numpy and others raise whatever their
    decoders raise.

    Args:
        name: of the file.
        problem: the message before the library's reason.
        kind: of the error.

    Raises:
        ZooError: for any exception but a ZooError, which passes.
    """
    try:
        yield
    except ZooError:
        raise
    except Exception as error:
        raise kind(f"{name}: {problem}: {reason(error)}") from error


def expanded(path: str | Path) -> Path:
    """Replace `~` in a path by the user's home folder; keep a path with an unknown user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


CLUTTER = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "__pycache__", "$recycle.bin"))
"""Files and folders that systems leave beside a user's data, in small letters."""


def is_clutter(name: str | Path) -> bool:
    """Whether a file is hidden, or left by a system (`Thumbs.db`, `__MACOSX`), or lies in such a folder.

    Args:
        name: of the file, or its path relative to the folder that the user named.
    """
    return any(part.startswith(".") or part.lower() in CLUTTER for part in Path(name).parts)


def check_readable(source: str) -> None:
    """Refuse invalid paths, and pipes and devices, which might never end.

    Args:
        source: a path, or the name of something else.

    Raises:
        ZooError: the path is refused.
    """
    try:
        mode = expanded(source).stat().st_mode
    except FileNotFoundError:
        return
    except NotADirectoryError:
        return
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EACCES:
            return
        raise ZooError(f"{source}: {reason(error)}") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ZooError(f"{source}: is neither a file nor a folder")


def reason(error: Exception) -> str:
    """Say why a file cannot be read or written, without the path."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = getattr(error, "strerror", None) or next(filter(str.strip, str(error).splitlines()), "")
    return str(said).rstrip(": ") or type(error).__name__


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a file atomically: a reader sees the old content or the new, never a part.

    Args:
        path: of the file; its folder is created if missing.
        content: the bytes, or text to be written as UTF-8.

    Raises:
        ZooError: the folder cannot be written to, or the disk is full; the old file is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with replacing(path) as stream:
        stream.write(data)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Provide a stream for a file's new content, which replaces the old content at the end of the block.

    Args:
        path: of the file; its folder is created if missing.

    Raises:
        ZooError: the folder cannot be written to, or the disk is full; the old file is untouched.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise ZooError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
