"""Search: how a decoder that steps chooses its tokens, written once for every generator.

A search runs on tensors, in a compiled loop, and in the runtime on NumPy arrays. Names are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.search.beam import Beam as Beam
    from zoo.search.generator import Generator as Generator
    from zoo.search.greedy import Greedy as Greedy
    from zoo.search.hypothesis import Hypothesis as Hypothesis
    from zoo.search.plan import Plan as Plan
    from zoo.search.plan import check_search as check_search
    from zoo.search.plan import make_plan as make_plan
    from zoo.search.processors import Banned as Banned
    from zoo.search.processors import Bias as Bias
    from zoo.search.processors import Forced as Forced
    from zoo.search.processors import MinLength as MinLength
    from zoo.search.processors import NoRepeat as NoRepeat
    from zoo.search.processors import Processor as Processor
    from zoo.search.processors import RepetitionPenalty as RepetitionPenalty
    from zoo.search.sample import Sample as Sample
    from zoo.search.score import Score as Score
    from zoo.search.scorer import Scorer as Scorer
    from zoo.search.stepper import Stepper as Stepper
    from zoo.search.strategies import STRATEGIES as STRATEGIES
    from zoo.search.strategies import strategy_by_name as strategy_by_name
    from zoo.search.strategy import BeamState as BeamState
    from zoo.search.strategy import StepContext as StepContext
    from zoo.search.strategy import Strategy as Strategy
    from zoo.search.writing import write as write

_HOME = {
    "Banned": "zoo.search.processors",
    "Beam": "zoo.search.beam",
    "BeamState": "zoo.search.strategy",
    "Bias": "zoo.search.processors",
    "Forced": "zoo.search.processors",
    "Generator": "zoo.search.generator",
    "Greedy": "zoo.search.greedy",
    "Hypothesis": "zoo.search.hypothesis",
    "MinLength": "zoo.search.processors",
    "NoRepeat": "zoo.search.processors",
    "Plan": "zoo.search.plan",
    "Processor": "zoo.search.processors",
    "RepetitionPenalty": "zoo.search.processors",
    "STRATEGIES": "zoo.search.strategies",
    "Sample": "zoo.search.sample",
    "Score": "zoo.search.score",
    "Scorer": "zoo.search.scorer",
    "StepContext": "zoo.search.strategy",
    "Stepper": "zoo.search.stepper",
    "Strategy": "zoo.search.strategy",
    "check_search": "zoo.search.plan",
    "make_plan": "zoo.search.plan",
    "strategy_by_name": "zoo.search.strategies",
    "write": "zoo.search.writing",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.search' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
