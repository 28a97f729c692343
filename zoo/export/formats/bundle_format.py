"""What every format of a bundle can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from zoo.export.graphs import RunGraphs
from zoo.runtime.bundle_inference import OpenGraph
from zoo.runtime.manifest import BundleManifest, GraphEntry

if TYPE_CHECKING:
    from zoo.export.exported_run import ExportedRun


@dataclass(frozen=True)
class WrittenGraphs:
    """What a format wrote.

    Attributes:
        entries: the graphs, by name.
        alignment: place of the alignment in the state of a step; None for a model that does not attend.
    """

    entries: Mapping[str, GraphEntry]
    alignment: int | None


class BundleFormat(ABC):
    """A format of a bundle's graphs."""

    name: ClassVar[str]

    @abstractmethod
    def write(self, run: ExportedRun, found: RunGraphs, folder: Path, precision: str) -> WrittenGraphs:
        """Write the graphs of a run.

        Args:
            run: the run.
            found: the functions that it answers with.
            folder: of the bundle.
            precision: of the weights.

        Raises:
            ZooError: the format cannot hold one of them.
        """

    @abstractmethod
    def opener(self, folder: Path) -> OpenGraph:
        """Give what opens the graphs of a bundle, to compare it with its run.

        Args:
            folder: of the bundle.
        """

    def files(self, folder: Path, manifest: BundleManifest) -> None:
        """Write what stands beside the graphs, once the manifest is known; nothing for most formats."""
        del folder, manifest

    @abstractmethod
    def use(self, folder: Path, manifest: BundleManifest) -> str:
        """Say how to use the bundle: a piece of its card, in Markdown."""
