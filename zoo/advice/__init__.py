"""Says when data or a training go wrong, in one line each, with the setting to change.

In: examples with their codecs, or evaluations. Out: lines for people; none where all is well.
"""

from __future__ import annotations

from zoo.advice.data import advise_on_data
from zoo.advice.training import TrainingAdvisor

__all__ = ["TrainingAdvisor", "advise_on_data"]
