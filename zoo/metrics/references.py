"""The right answers that a text is compared with."""

from __future__ import annotations

from collections.abc import Sequence

References = Sequence[str | Sequence[str]]
"""One text, or several that are equally right, for each hypothesis."""


def listed(hypotheses: Sequence[str], references: References) -> list[list[str]]:
    """The references of each hypothesis as a list.

    Raises:
        ValueError: their number is not that of the hypotheses, or one has none.
    """
    if len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} hypotheses and {len(references)} references")
    if not len(hypotheses):
        raise ValueError("nothing to compare")
    found = [[one] if isinstance(one, str) else list(one) for one in references]
    if not all(found):
        raise ValueError("a hypothesis has no reference")
    return found
