"""Search: how a decoder that steps chooses its tokens, written once for every generator."""

from __future__ import annotations

from zoo.search.beam import Beam
from zoo.search.generator import Generator
from zoo.search.greedy import Greedy
from zoo.search.hypothesis import Hypothesis
from zoo.search.plan import Plan, check_search, make_plan
from zoo.search.processors import Banned, Bias, Forced, MinLength, NoRepeat, Processor, RepetitionPenalty
from zoo.search.sample import Sample
from zoo.search.scorer import Score, Scorer
from zoo.search.stepper import Stepper
from zoo.search.strategies import STRATEGIES, strategy_by_name
from zoo.search.strategy import BeamState, StepContext, Strategy
from zoo.search.write import write

__all__ = [
    "STRATEGIES",
    "Banned",
    "Beam",
    "Bias",
    "Forced",
    "Generator",
    "Greedy",
    "Hypothesis",
    "MinLength",
    "StepContext",
    "NoRepeat",
    "BeamState",
    "Plan",
    "Processor",
    "RepetitionPenalty",
    "Sample",
    "Score",
    "Scorer",
    "Stepper",
    "Strategy",
    "check_search",
    "make_plan",
    "strategy_by_name",
    "write",
]
