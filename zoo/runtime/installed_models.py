"""Models that pip has installed: a bundle in a wheel, under an entry point of the group `zoo.models`."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zoo.errors import ZooError

GROUP = "zoo.models"
PREFIX = "zoo-model-"
"""How the distribution of a model is called: this, and the model's name."""


@dataclass(frozen=True)
class InstalledModel:
    """An installed model.

    Attributes:
        name: of the entry point; commands take it in place of a run.
        distribution: that it came with.
        version: of the distribution.
        summary: what it is, in a line.
        folder: of the bundle.
    """

    name: str
    distribution: str
    version: str
    summary: str
    folder: Path

    @property
    def origin(self) -> str:
        """The distribution and its version."""
        return f"{self.distribution} {self.version}".strip()


def find_models() -> list[InstalledModel]:
    """Find the installed models by metadata, sorted by name; nothing is imported and no bundle is opened."""
    found: dict[tuple[str, str], InstalledModel] = {}
    for distribution in importlib.metadata.distributions():
        with suppress(Exception):  # the metadata of some distributions is broken
            if GROUP in (distribution.read_text("entry_points.txt") or ""):
                for model in _models_of(distribution):
                    found.setdefault((model.name, model.distribution), model)  # the first on the path counts
    return sorted(found.values(), key=lambda model: (model.name, model.distribution))


def find_model(name: str) -> InstalledModel | None:
    """Find an installed model.

    Args:
        name: of the model, or of its distribution.

    Raises:
        ZooError: two distributions have a model of this name.
    """
    models = find_models()
    found = [model for model in models if normalised(model.distribution) == normalised(name)]
    found = found or [model for model in models if model.name == name]
    if len(found) > 1:
        places = " and ".join(model.origin for model in found)
        raise ZooError(f"the model '{name}' is installed twice, by {places}; write the name of a distribution instead")
    return found[0] if found else None


def normalised(name: str) -> str:
    """Normalize a distribution's name, so that different spellings compare equal."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _models_of(distribution: importlib.metadata.Distribution) -> Iterator[InstalledModel]:
    metadata = distribution.metadata
    for point in distribution.entry_points:
        if point.group == GROUP:
            folder = Path(str(distribution.locate_file(point.value.replace(".", "/"))))
            yield InstalledModel(
                point.name, metadata["Name"], metadata["Version"] or "", metadata["Summary"] or "", folder
            )
