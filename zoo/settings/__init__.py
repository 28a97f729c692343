"""Settings: dataclasses with a type, a default and a help line for every value.

They are given as `key=value` arguments, a YAML file, named presets, or mappings from Python.
"""

from __future__ import annotations

from zoo.settings.adaptive import AdaptiveDefaults, by_size
from zoo.settings.describe import Described, describe, to_yaml
from zoo.settings.fields import part, setting
from zoo.settings.overrides import to_arguments
from zoo.settings.parts import (
    BatchSettings,
    DataSettings,
    DeviceSettings,
    SearchSettings,
    Settings,
    TargetDataSettings,
    TargetTrainSettings,
    TextTrainSettings,
    TrainSettings,
    VectorSettings,
)
from zoo.settings.resolve import explicit_settings, from_yaml, override, resolve

__all__ = [
    "AdaptiveDefaults",
    "BatchSettings",
    "DataSettings",
    "Described",
    "DeviceSettings",
    "SearchSettings",
    "Settings",
    "TargetDataSettings",
    "TargetTrainSettings",
    "TextTrainSettings",
    "TrainSettings",
    "VectorSettings",
    "by_size",
    "describe",
    "explicit_settings",
    "from_yaml",
    "override",
    "part",
    "resolve",
    "setting",
    "to_arguments",
    "to_yaml",
]
