"""What a hub of models can do, such as the one that `hf://owner/name` means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path


class Hub(ABC):
    """Stores the files of models under names; a plugin adds one for a scheme (hook `zoo_hubs`)."""

    @abstractmethod
    def upload(self, name: str, folder: Path, files: Sequence[str]) -> str:
        """Store files as a new version of a model.

        Args:
            name: of the model, what follows `SCHEME://`.
            folder: that the files are in.
            files: their paths in it; no others may be stored.

        Returns:
            The address that a browser shows it at.

        Raises:
            ZooError: no access, or the hub cannot be reached; one line.
        """

    @abstractmethod
    def download(self, name: str, files: Sequence[str], folder: Path) -> None:
        """Fetch files of a model.

        Args:
            name: of the model.
            files: their paths; no others may be fetched.
            folder: to write them to, under the same paths.

        Raises:
            ZooError: there is no such model or file, no access, or the hub cannot be reached; one line.
        """
