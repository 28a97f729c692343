"""A sentence pattern: slots, and how their fillers become a sentence of each language."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zoo_tasks.translation.phrasebook import english, french
from zoo_tasks.translation.phrasebook.words import Lexeme


@dataclass(frozen=True)
class Pattern:
    """A sentence pattern.

    Args:
        name: of the pattern, such as `things.have`.
        slots: slot -> what may fill it.
        write: takes the fillers by the names of their slots and gives the English and the French sentence, before the
            `finish` of each language.
        apart: pairs of slots with the same list, which never hold the same.
        shortens: whether the English is also said with a contraction.
    """

    name: str
    slots: Mapping[str, Sequence[Lexeme]]
    write: Callable[..., tuple[str, str]]
    apart: tuple[tuple[str, str], ...] = ()
    shortens: bool = False

    def sentences(self) -> int:
        """How many different sentences there are."""
        pairs = [name for pair in self.apart for name in pair]
        count = math.prod(len(fillers) for name, fillers in self.slots.items() if name not in pairs)
        for first, _ in self.apart:
            count *= len(self.slots[first]) * (len(self.slots[first]) - 1)
        return count * (2 if self.shortens else 1)

    def allows(self, fillers: Mapping[str, Lexeme]) -> bool:
        """Whether slots that are kept apart hold different words."""
        return all(fillers[first] is not fillers[second] for first, second in self.apart)

    def sentence(self, fillers: Mapping[str, Lexeme], short: bool = False) -> tuple[str, str]:
        """Write the English and the French sentence.

        Args:
            fillers: slot -> what fills it.
            short: whether to contract the English.

        Returns:
            English and French.
        """
        source, target = self.write(**fillers)
        source = english.finish(source)
        return english.contracted(source) if short else source, french.finish(target)
