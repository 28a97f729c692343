"""Which engine computes, settled before Keras is imported: Keras reads its backend once."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from zoo.errors import UsageError, did_you_mean

ENGINES = ("tensorflow", "jax")
KERAS_BACKEND = "KERAS_BACKEND"
TPU_DEVICE_FILES = ("/dev/accel0", "/dev/vfio/0")


def choose_engine(engine: str = "auto", kind: str = "auto", strict: bool = True) -> str:
    """Settle the engine, and with it the backend of Keras, unless Keras has been imported and settled it.

    Args:
        engine: `tensorflow`, `jax`, or `auto`: what `KERAS_BACKEND` says; else JAX where a TPU is present.
        kind: of the device; `tpu` needs JAX.
        strict: whether to refuse what cannot be; otherwise the other engine takes its place, as for a run that was
            trained on another machine.

    Returns:
        The engine's name.

    Raises:
        UsageError: no such engine, Keras was imported with another backend, JAX is not installed, or TensorFlow is to
            use a TPU.
    """
    if engine not in ("auto", *ENGINES):
        raise UsageError(f"unknown engine '{engine}'{did_you_mean(engine, ('auto', *ENGINES))}")
    if kind == "tpu" and engine == "tensorflow" and strict:
        raise UsageError("device=tpu needs engine=jax: TensorFlow left TPUs")
    wanted = "jax" if kind == "tpu" else engine
    if "keras" in sys.modules:
        return _settled(
            wanted if strict else "auto", "device=tpu needs engine=jax" if kind == "tpu" else f"engine={wanted}"
        )
    told = os.environ.get(KERAS_BACKEND, "")
    if wanted == "auto" or (told and not strict):
        if told and told not in ENGINES:
            raise UsageError(
                f"{KERAS_BACKEND}={told}: the zoo trains with tensorflow or jax; set one of them, or neither"
            )
        wanted = told or ("jax" if _is_installed() and any(_tpus()) else "tensorflow")
    if wanted == "jax" and not _is_installed():
        if strict:
            raise UsageError(
                "engine=jax: JAX is not installed; pip install 'seqzoo[jax]' "
                "([jax-gpu] for a GPU by NVIDIA, [tpu] for a TPU)"
            )
        wanted = "tensorflow"
    os.environ[KERAS_BACKEND] = wanted
    if wanted == "tensorflow":
        _import_tensorflow()
    return wanted


def _settled(wanted: str, asked: str) -> str:
    """The engine of a Keras that is there already."""
    import keras

    found = keras.config.backend()
    if found not in ENGINES:
        raise UsageError(f"Keras was imported with {found} in this process; the zoo trains with tensorflow or jax")
    if wanted not in ("auto", found):
        raise UsageError(
            f"{asked}: Keras was imported with {found} in this process already, which settles it; "
            f"set {KERAS_BACKEND}={wanted} before Keras is imported, or use a new process"
        )
    return str(found)


def _import_tensorflow() -> None:
    """Import TensorFlow without JAX, which it takes along for a converter wherever it finds it: half a second."""
    if "jax" in sys.modules:
        return
    sys.modules["jax"] = None  # type: ignore[assignment]
    try:
        importlib.import_module("tensorflow")
    finally:
        del sys.modules["jax"]


def _is_installed() -> bool:
    return find_spec("jax") is not None


def _tpus() -> Iterator[str]:
    """What shows that the machine has a TPU and JAX could use it."""
    if find_spec("libtpu") is not None:
        yield from (place for place in TPU_DEVICE_FILES if Path(place).exists())
