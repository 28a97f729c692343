"""The reference texts of hypotheses."""

from __future__ import annotations

from collections.abc import Sequence

References = Sequence[str | Sequence[str]]
"""One text, or several equally correct ones, for each hypothesis."""


def listed(hypotheses: Sequence[str], references: References) -> list[list[str]]:
    """Return the references of each hypothesis as a list.

    Raises:
        ValueError: the numbers differ, or a hypothesis has no reference.
    """
    if len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} hypotheses and {len(references)} references")
    if not len(hypotheses):
        raise ValueError("nothing to compare")
    found = [[one] if isinstance(one, str) else list(one) for one in references]
    if not all(found):
        raise ValueError("a hypothesis has no reference")
    return found
