"""Checkpoints: named arrays and JSON in one safetensors file with a checksum, written atomically."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import ZooError
from zoo.files import reason, write_atomic

FORMAT = "1"


def save_checkpoint(path: Path, arrays: Mapping[str, np.ndarray], state: Mapping[str, object]) -> None:
    """Write arrays and state as one file.

    Args:
        path: of the file.
        arrays: by name.
        state: anything that JSON holds.

    Raises:
        ZooError: the file cannot be written; an older one is untouched.
    """
    from safetensors.numpy import save

    text = json.dumps(state, sort_keys=True)
    metadata = {"format": FORMAT, "state": text, "sha256": _checksum(arrays, text)}
    write_atomic(path, save({name: np.asarray(value, order="C") for name, value in arrays.items()}, metadata))


def load_checkpoint(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `save_checkpoint` wrote.

    Args:
        path: of the file.

    Returns:
        The arrays by name, and the state.

    Raises:
        ZooError: the file is missing, cut off or altered; the message names it.
    """
    from safetensors import safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        text = metadata.get("state", "")
        whole = metadata.get("format") == FORMAT and metadata.get("sha256") == _checksum(arrays, text)
        state = json.loads(text) if whole else {}
    except FileNotFoundError as error:
        raise ZooError(f"{path} is missing") from error
    except Exception as error:  # of a damaged file safetensors, numpy and json raise whatever they meet
        raise ZooError(f"{path} is damaged ({reason(error)}); use another checkpoint, or train again") from error
    if not whole:
        raise ZooError(f"{path} is damaged (its checksum does not match); use another checkpoint, or train again")
    if not isinstance(state, dict):
        raise ZooError(f"{path} is damaged (its state is no table); use another checkpoint, or train again")
    return arrays, state


def _checksum(arrays: Mapping[str, np.ndarray], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        value = np.asarray(arrays[name], order="C")
        digest.update(f"{name} {value.dtype} {value.shape}".encode())
        digest.update(value.tobytes())
    return digest.hexdigest()
