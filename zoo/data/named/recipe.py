"""What is known about a data set that is fetched by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings


@dataclass(frozen=True)
class Piece:
    """A file that a resource gives.

    Args:
        path: where it stands below the recipe's folder, in the cache and in a mirror.
        sha256: of its content; empty where it is not known.
        member: its name in the archive that it comes in.
    """

    path: str
    sha256: str = ""
    member: str = ""


@dataclass(frozen=True)
class Tree:
    """A folder of files that an archive gives.

    Args:
        path: where it stands below the recipe's folder.
        member: the folder's name in the archive.
    """

    path: str
    member: str


@dataclass(frozen=True)
class Resource:
    """Something at one address: a file, a packed file (.gz), or an archive (.zip, .tar.gz).

    Args:
        address: where it is fetched from.
        sha256: of what is fetched; empty where it is not known. Pieces are verified besides.
        pieces: the files that it gives; a file that is not packed is its own only piece.
        trees: the folders that it gives.
    """

    address: str
    sha256: str = ""
    pieces: tuple[Piece, ...] = ()
    trees: tuple[Tree, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.address.rpartition("/")[2]


@dataclass(frozen=True)
class Recipe:
    """A named data set.

    Args:
        name: as in `data=NAME`.
        topology: name of the topology that its examples are for.
        summary: what it is, in one line.
        split: which split it has, and whose.
        licence: under which terms it may be used, as far as known.
        citation: whom to cite.
        read: a function of the data settings that fetches and reads it.
        tested: whether it was read from the real files; else from files made after their format only.
    """

    name: str
    topology: str
    summary: str
    split: str
    licence: str
    citation: str
    read: Callable[[DataSettings], Splits]
    tested: bool = True


def option(settings: DataSettings, name: str, default: Any) -> Any:
    """A data setting that only some tasks have, or its default."""
    return getattr(settings, name, default) if settings is not None else default
