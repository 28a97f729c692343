"""Describes the processor, and chooses TensorFlow's kernels for it."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import sys
from pathlib import Path

ONEDNN = "TF_ENABLE_ONEDNN_OPTS"


def prefer_onednn() -> None:
    """Let TensorFlow multiply matrices with oneDNN, unless the environment says otherwise or TensorFlow has started.

    TensorFlow does so by itself only on the newest processors; on others, its own kernels pack each matrix twice, and
    take up to twice the time.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault(ONEDNN, "1")


def available_cores() -> int:
    """Return the cores that this process may use: fewer than the machine's under `taskset` or in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def likes_transposed_weights(bits: int) -> bool:
    """Say whether small matrix products are faster if the right factor is given as its transpose.

    Of float32, with oneDNN and vectors of 256 bits: two thirds of the time. With vectors of 512 bits a transpose on the
    fly costs a third more, and without oneDNN more than twice as much. Of 16 bits, with vectors of 512: they multiply
    neighbours along the summed axis (a sixth less time at 512 units); without, they are float32 in disguise.

    Args:
        bits: of a number.
    """
    wide = _has_wide_vectors()
    return wide if bits == 16 else os.environ.get(ONEDNN) == "1" and not wide


def _has_wide_vectors() -> bool:
    """Say whether the processor has AVX-512; True if that is unknown."""
    flags = _described("flags").split()
    return not flags or "avx512f" in flags or "avx2" not in flags


# Flags of the processor that decide how fast matrices are multiplied -> what they are called.
INSTRUCTIONS = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_bf16": "AVX-512 for bfloat16",
    "amx_bf16": "AMX for bfloat16",
    "asimd": "NEON",
    "sve": "SVE",
}


def processor_name() -> str:
    """Return the processor's name, if known."""
    return _described("model name") or platform.processor() or platform.machine()


def describe_machine() -> str:
    """Return the processor, its cores and the operating system in one line."""
    cores = available_cores()
    return f"{processor_name()}, {cores} core{'s' if cores > 1 else ''}, {platform.system()}"


def instructions() -> list[str]:
    """Return the processor's instructions for matrix products; empty if unknown."""
    flags = (_described("flags") or _described("Features")).split()
    return [name for flag, name in INSTRUCTIONS.items() if flag in flags]


def memory() -> int:
    """Return the bytes of memory that this process may use, which a container may limit; 0 if unknown."""
    sizes = []
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for place in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            sizes.append(int(Path(place).read_text(encoding="ascii")))
    return min(sizes, default=0)


def _described(name: str) -> str:
    """Read a line about the first core."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return ""
