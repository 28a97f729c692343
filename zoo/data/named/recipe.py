"""The description of a data set that is fetched by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings


class Piece(NamedTuple):
    """A file that a resource contains.

    Args:
        path: relative to the recipe's folder, in the cache and in a mirror.
        sha256: of its content; empty if unknown.
        member: its name in the archive, if it comes in one.
    """

    path: str
    sha256: str = ""
    member: str = ""


class Tree(NamedTuple):
    """A folder of files that an archive contains.

    Args:
        path: relative to the recipe's folder.
        member: the folder's name in the archive.
    """

    path: str
    member: str


class Resource(NamedTuple):
    """Something at one address: a file, a compressed file (.gz), or an archive (.zip, .tar.gz).

    Args:
        address: its URL.
        sha256: of the download; empty if unknown. Pieces are verified as well.
        pieces: the files that it contains; a plain file is its own only piece.
        trees: the folders that it contains.
    """

    address: str
    sha256: str = ""
    pieces: tuple[Piece, ...] = ()
    trees: tuple[Tree, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.address.rpartition("/")[2]


class Recipe(NamedTuple):
    """A named data set.

    Args:
        name: as in `data=NAME`.
        topology: name of the topology that its examples are for.
        summary: a description in one line.
        split: how it is divided into training, validation and test data, and who decided that.
        licence: the terms of use, as far as known.
        citation: the paper or person to cite.
        read: a function of the data settings that fetches and reads it.
        tested: whether it was tested with the real files, rather than with files in the same format.
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
    """Return a data setting that only some tasks have, or its default."""
    return getattr(settings, name, default) if settings is not None else default
