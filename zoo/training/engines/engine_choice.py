"""Which engine computes, decided before Keras is imported: Keras reads its backend once."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from zoo.errors import UsageError, did_you_mean

ENGINES = ("tensorflow", "jax")
KERAS_BACKEND = "KERAS_BACKEND"
TPU_DEVICE_FILES = ("/dev/accel0", "/dev/vfio/0")


def choose_engine(engine: str = "auto", kind: str = "auto", strict: bool = True, load: bool = True) -> str:
    """Choose the engine, and with it the backend of Keras, unless Keras was imported earlier with one.

    Args:
        engine: `tensorflow`, `jax`, or `auto`: what `KERAS_BACKEND` says; else JAX where a TPU is present.
        kind: of the device; `tpu` needs JAX.
        strict: whether to refuse the impossible; otherwise the other engine takes its place, as for a run that was
            trained on another machine.
        load: whether to import TensorFlow, where it is chosen; later is soon enough while settings may still be
            refused.

    Returns:
        The engine's name.

    Raises:
        UsageError: there is no such engine, Keras was imported with another backend, JAX is not installed, or
            TensorFlow is to use a TPU.
    """
    if engine not in ("auto", *ENGINES):
        raise UsageError(f"unknown engine '{engine}'{did_you_mean(engine, ('auto', *ENGINES))}")
    if kind == "tpu" and engine == "tensorflow" and strict:
        raise UsageError("device=tpu needs engine=jax: TensorFlow no longer supports TPUs")
    wanted = "jax" if kind == "tpu" else engine
    if "keras" in sys.modules:
        reason = "device=tpu needs engine=jax" if kind == "tpu" else f"engine={wanted}"
        return _imported_engine(wanted if strict else "auto", reason)
    backend = os.environ.get(KERAS_BACKEND, "")
    if wanted == "auto" or (backend and not strict):
        if backend and backend not in ENGINES:
            raise UsageError(f"{KERAS_BACKEND}={backend}: the zoo trains with tensorflow or jax; set one, or neither")
        wanted = backend or ("jax" if _has_jax() and _has_tpu() else "tensorflow")
    if wanted == "jax" and not _has_jax():
        if strict:
            raise UsageError(
                "engine=jax: JAX is not installed; pip install 'seqzoo[jax]' "
                "([jax-gpu] for a GPU by NVIDIA, [tpu] for a TPU)"
            )
        wanted = "tensorflow"
    os.environ[KERAS_BACKEND] = wanted
    if wanted == "tensorflow" and load:
        _import_tensorflow()
    return wanted


def _imported_engine(wanted: str, reason: str) -> str:
    """Return the engine of a Keras that was imported earlier."""
    import keras

    found = str(keras.config.backend())
    if found not in ENGINES:
        raise UsageError(f"Keras was imported with {found} in this process; the zoo trains with tensorflow or jax")
    if wanted not in ("auto", found):
        raise UsageError(
            f"{reason}: Keras was already imported with {found} in this process, and cannot change its backend; "
            f"set {KERAS_BACKEND}={wanted} before Keras is imported, or use a new process"
        )
    return found


def _import_tensorflow() -> None:
    """Import TensorFlow without JAX, which it imports for a converter wherever it finds it: half a second."""
    if "jax" in sys.modules:
        return
    sys.modules["jax"] = None  # type: ignore[assignment]
    try:
        importlib.import_module("tensorflow")
    finally:
        del sys.modules["jax"]


def _has_jax() -> bool:
    return find_spec("jax") is not None


def _has_tpu() -> bool:
    """Say whether the machine has a TPU that JAX could use."""
    return find_spec("libtpu") is not None and any(Path(file).exists() for file in TPU_DEVICE_FILES)
