"""A lock, so that only one process at a time trains a run. Any number may read it."""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from pathlib import Path

from zoo.errors import ZooError
from zoo.files import read_text

try:
    import fcntl
except ImportError:  # Windows has no flock: runs are not locked there
    fcntl = None  # type: ignore[assignment]


class RunLock:
    """An exclusive lock on a run's folder, held from `acquire` to `release`.

    The operating system releases it however the process ends. The file names the holder and exists only while the run
    is being trained.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "lock"
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock and the folder still exists."""
        return fcntl is None or (self._descriptor is not None and self._is_current(self._descriptor))

    def holder(self) -> str:
        """Return which process trains the run, as `process 7 on host`; empty if none does.

        Only reads the file: to try the lock, even for a moment, could turn away a process that takes it.
        """
        try:
            found = read_text(self.path, limit=300).strip()
        except (ZooError, OSError):
            return ""
        named = re.fullmatch(r"process ([0-9]{1,9}) on (.+)", found)
        if named and named[2] == socket.gethostname() and not _is_alive(int(named[1])):
            return ""  # killed: the operating system has released the lock, but left the file
        return found

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            ZooError: another process, named in the message, holds it; or the folder cannot be written to.
        """
        if fcntl is None or self._descriptor is not None:
            return
        while True:
            try:
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
            except OSError as error:
                raise ZooError(f"cannot write to the run's folder {self._folder}: {error.strerror}") from error
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                os.close(descriptor)
                raise ZooError(
                    f"{self._folder} is being trained by {self._holder()}; wait for it, or stop it"
                ) from error
            except OSError:  # a file system without locks
                pass
            if self._is_current(descriptor):
                break
            os.close(descriptor)  # its holder removed the file in the meantime
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Release the lock, if it is held."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if self._is_current(descriptor):
            with suppress(OSError):
                self.path.unlink()
        os.close(descriptor)

    def _is_current(self, descriptor: int) -> bool:
        """Whether the path still points to the file that was opened."""
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self.path, follow_symlinks=False))
        except OSError:
            return False

    def _holder(self) -> str:
        with suppress(ZooError):
            return read_text(self.path, limit=300).strip() or "another process"
        return "another process"


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it belongs to another user
        pass
    return True
