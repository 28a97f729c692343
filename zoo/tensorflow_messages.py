"""Hides the messages that TensorFlow prints when it is imported."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType


def silence() -> None:
    """Keep TensorFlow quiet in this process, from its import on."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "tensorflow" in sys.modules:
        _log_errors_only()
    elif not any(isinstance(finder, _QuietImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _QuietImport())


def _log_errors_only() -> None:
    import logging  # not needed by commands that do without TensorFlow

    # In a notebook TensorFlow's logger lowers its level, and writes to standard output, when it is first asked for.
    get_logger = getattr(sys.modules.get("tensorflow"), "get_logger", None)
    logger = get_logger() if get_logger is not None else logging.getLogger("tensorflow")
    logger.setLevel(logging.ERROR)


class _QuietImport:
    """A finder that hides what TensorFlow's C++ code writes during its import, before any log level applies.

    Does not derive from `importlib.abc.MetaPathFinder`: importing that would slow down every command.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "tensorflow":
            return None
        _log_errors_only()
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = _quietly(spec.loader.exec_module)  # type: ignore
        return spec


def _quietly(execute: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
    def run(module: ModuleType) -> None:
        with _no_standard_error():
            execute(module)
        _log_errors_only()

    return run


@contextmanager
def _no_standard_error() -> Iterator[None]:
    """Redirect file descriptor 2, which C++ writes to directly. After an error, show what was written."""
    import tempfile

    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(saved, 2)
            written.seek(0)
            os.write(2, written.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
