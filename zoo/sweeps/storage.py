"""The study of a sweep, in a journal in its folder: appended to by all processes, and whole after any kill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal._file import BaseJournalFileLock

from zoo.errors import ZooError
from zoo.files import reason
from zoo.sweeps.locks import FileLock

JOURNAL = "journal.log"
NAME = "sweep"
BLOCK = 1 << 16


class JournalLock(BaseJournalFileLock):
    """Lets one process at a time append to the journal.

    Optuna's own lock outlives a process that is killed while it writes, and the line that it leaves unfinished would
    spoil the journal for good. This one ends with its process, and its next holder removes such a line.

    Args:
        journal: the file.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._lock = FileLock(journal.with_name(".locks") / "journal")

    def acquire(self) -> bool:
        """Wait for the lock."""
        self._lock.acquire()
        _remove_unfinished_line(self._journal)
        return True

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()


def open_study(
    folder: Path, more_is_better: bool | None = None, sampler: optuna.samplers.BaseSampler | None = None
) -> optuna.Study:
    """Open the study of a sweep.

    Args:
        folder: of the sweep.
        more_is_better: whether a higher value is better, to make the study if there is none yet; None to only read one.
        sampler: draws the settings of new trials.

    Raises:
        ZooError: there is none, or its journal is damaged.
    """
    journal = folder / JOURNAL
    if more_is_better is None and not journal.exists():
        raise ZooError(f"{folder} has no trials yet")
    try:
        storage = JournalStorage(JournalFileBackend(str(journal), lock_obj=JournalLock(journal)))
        with quiet():
            if more_is_better is None:
                return optuna.load_study(study_name=NAME, storage=storage, sampler=sampler)
            return optuna.create_study(
                study_name=NAME,
                storage=storage,
                sampler=sampler,
                pruner=optuna.pruners.NopPruner(),
                direction="maximize" if more_is_better else "minimize",
                load_if_exists=True,
            )
    except OSError as error:
        raise ZooError(f"cannot read or write {journal}: {reason(error)}") from error
    except Exception as error:  # whatever a damaged journal makes of Optuna
        raise ZooError(f"{journal} is damaged: {reason(error)}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna from logging what it does, inside this context."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _remove_unfinished_line(journal: Path) -> None:
    """Cut the journal after its last whole line. Only for the holder of the lock: nobody else is writing."""
    try:
        size = journal.stat().st_size
    except FileNotFoundError:
        return
    if not size:
        return
    with journal.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) == b"\n":
            return
        end = size
        while end:
            begin = max(0, end - BLOCK)
            stream.seek(begin)
            place = stream.read(end - begin).rfind(b"\n")
            if place >= 0:
                stream.truncate(begin + place + 1)
                return
            end = begin
        stream.truncate(0)
