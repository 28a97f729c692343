"""The hash that divides examples into splits: the same content gets the same split in every run."""

from __future__ import annotations

import hashlib

import numpy as np


def split_hash(key: str, salt: str = "zoo") -> int:
    """Hash the key that decides an example's split.

    Args:
        key: a text, a file's name, a speaker, ...
        salt: a different salt divides the same keys differently.

    Returns:
        A number below 2**32 that depends only on key and salt.
    """
    digest = hashlib.sha256(f"{salt}/{key}".encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:4], "big")


def split_share(key: str, salt: str = "zoo") -> float:
    """Return the hash of a key as a number from 0 to 1; a key below a split's share belongs to it."""
    return split_hash(key, salt) / 2**32


def hash_limits(hashes: np.ndarray, validation: float, test: float) -> tuple[int, int]:
    """Return the hash limits of test examples, and of all held-out examples.

    Args:
        hashes: uint32 [N], of the examples.
        validation: share for validation.
        test: share for testing.

    Returns:
        Two limits; the shares of examples lie below them, except that equal hashes stay together.
    """
    count = len(hashes)
    # A nonzero share gets at least one example, if there are enough for three splits.
    least = 1 if count >= 3 else 0
    tested = max(round(count * test), least) if test else 0
    held = tested + (max(round(count * validation), least) if validation else 0)
    places = sorted({place for place in (tested, held) if 0 < place < count})
    ordered = np.partition(hashes, places) if places else hashes

    def limit(place: int) -> int:
        return 0 if place == 0 else 1 << 32 if place >= count else int(ordered[place])

    return limit(tested), limit(held)
