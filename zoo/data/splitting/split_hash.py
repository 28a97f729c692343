"""The one hash by which examples are divided into splits: the same content falls into the same split in every run."""

from __future__ import annotations

import hashlib

import numpy as np


def split_hash(key: str, salt: str = "zoo") -> int:
    """Hash what decides an example's split.

    Args:
        key: what decides: a text, a file's name, a speaker.
        salt: another one gives another division of the same keys.

    Returns:
        A number below 2**32 that depends on key and salt alone.
    """
    digest = hashlib.sha256(f"{salt}/{key}".encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:4], "big")


def split_share(key: str, salt: str = "zoo") -> float:
    """The hash of a key as a number from 0 to 1: whoever lies below the share for a split belongs to it."""
    return split_hash(key, salt) / 2**32


def hash_limits(hashes: np.ndarray, validation: float, test: float) -> tuple[int, int]:
    """The hashes below which an example is tested on, and below which it is held out at all.

    Args:
        hashes: uint32 [N], of the examples.
        validation: share of them to validate on.
        test: share of them to test on.

    Returns:
        Two limits; as many examples lie below them as the shares want, but for equal hashes, which stay together.
    """
    count = len(hashes)
    # A share that is wanted is at least one example, where there are enough for three splits.
    least = 1 if count >= 3 else 0
    tested = max(round(count * test), least) if test else 0
    held = tested + (max(round(count * validation), least) if validation else 0)
    places = sorted({place for place in (tested, held) if 0 < place < count})
    ordered = np.partition(hashes, places) if places else hashes

    def limit(place: int) -> int:
        return 0 if place == 0 else 1 << 32 if place >= count else int(ordered[place])

    return limit(tested), limit(held)
