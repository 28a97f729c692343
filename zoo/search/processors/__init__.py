"""Processors: which tokens a search prefers and which it forbids, whatever its strategy."""

from __future__ import annotations

from zoo.search.processors.banned import Banned
from zoo.search.processors.bias import Bias
from zoo.search.processors.forced import Forced
from zoo.search.processors.min_length import MinLength
from zoo.search.processors.no_repeat import NoRepeat
from zoo.search.processors.processor import Processor, Written
from zoo.search.processors.repetition_penalty import RepetitionPenalty

__all__ = ["Banned", "Bias", "Forced", "MinLength", "NoRepeat", "Processor", "RepetitionPenalty", "Written"]
