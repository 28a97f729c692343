"""Draws the settings of trials, so that a trial draws the same whichever process draws them, and however often."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from optuna.samplers import BaseSampler, RandomSampler, TPESampler

from zoo.errors import UsageError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

    from zoo.sweeps.space import Space, Value


class IndependentSampler(BaseSampler):
    """Draws each setting by itself."""

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Draw nothing jointly."""
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Value]:
        """Draw nothing jointly."""
        return {}


class NumberedSampler(IndependentSampler):
    """A sampler of Optuna that begins anew for each trial and setting, with a seed made of both.

    What a trial draws depends only on its number and on the trials before it, not on what this process drew earlier.

    Args:
        kind: tpe or random.
        seed: of the sweep.
    """

    def __init__(self, kind: str, seed: int) -> None:
        self._kind, self._seed = kind, seed

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> object:
        """Draw a value of a setting."""
        seed = _seed_of(self._seed, trial.number, param_name)
        sampler = TPESampler(seed=seed) if self._kind == "tpe" else RandomSampler(seed=seed)
        found: object = sampler.sample_independent(study, trial, param_name, param_distribution)
        return found


class GridSampler(IndependentSampler):
    """Trial number n gets combination number n of all choices.

    Args:
        space: of choices alone.

    Raises:
        UsageError: a range, or a condition.
    """

    def __init__(self, space: Space) -> None:
        for dimension in space.dimensions:
            if not dimension.choices or dimension.condition:
                raise UsageError(
                    f"sampler=grid: over.{dimension.key} needs a list of values, without a condition; "
                    "use sampler=random or sampler=tpe"
                )
        keys = [dimension.key for dimension in space.dimensions]
        combinations = itertools.product(*(dimension.choices for dimension in space.dimensions))
        self._combinations: list[Mapping[str, Value]] = [dict(zip(keys, each, strict=True)) for each in combinations]

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Value:
        """Look a setting's value up."""
        return self._combinations[trial.number % len(self._combinations)][param_name]


def make_sampler(kind: str, space: Space, seed: int) -> BaseSampler:
    """Make the sampler of a sweep.

    Args:
        kind: tpe (Bergstra et al. 2011), random or grid.
        space: to draw from.
        seed: of the sweep.

    Raises:
        UsageError: a grid over a range.
    """
    return GridSampler(space) if kind == "grid" else NumberedSampler(kind, seed)


def _seed_of(seed: int, number: int, name: str) -> int:
    digest = hashlib.blake2b(f"{seed} {number} {name}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big")
