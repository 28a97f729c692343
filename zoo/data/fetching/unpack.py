"""Unpacks archives, and never outside the target folder."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from zoo.data.named.recipe import Piece, Tree
from zoo.errors import ZooError
from zoo.files import reason

Member = tuple[str, Callable[[], IO[bytes]]]
PACKED = (".gz", ".zip", ".tar.gz", ".tgz", ".tar")


def is_packed(name: str) -> bool:
    """Whether a file is an archive or compressed, judged by its name."""
    return name.lower().endswith(PACKED)


def unpack(archive: Path, folder: Path, pieces: tuple[Piece, ...], trees: tuple[Tree, ...]) -> None:
    """Extract pieces and trees from an archive, each atomically.

    Only regular files are extracted, and only below `folder`. An archive that contains a link, an absolute name or `..`
    is refused.

    Args:
        archive: `.zip`, `.tar`, `.tar.gz`, or a single file in `.gz`.
        folder: the target.
        pieces: single files.
        trees: folders.

    Raises:
        ZooError: the archive is damaged, incomplete, or contains a forbidden member.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for abandoned in folder.glob(".unpacking-*"):  # by a killed process
            shutil.rmtree(abandoned, ignore_errors=True)
        with (
            tempfile.TemporaryDirectory(prefix=".unpacking-", dir=folder) as place,
            _members(archive, pieces) as members,
        ):
            _take(members, Path(place), archive.name, pieces, trees)
            for name in [piece.path for piece in pieces] + [tree.path for tree in trees]:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.is_dir():
                    shutil.rmtree(target)
                os.replace(Path(place) / name, target)
    except ZooError:
        raise
    except Exception as error:  # of a damaged archive zipfile, tarfile and their decoders raise whatever they meet
        if isinstance(error, OSError) and error.errno:  # an OSError without a number is of a decoder
            raise ZooError(
                f"cannot unpack {archive.name} to {folder}: {reason(error)} (ZOO_CACHE=FOLDER stores it elsewhere)"
            ) from error
        raise ZooError(f"{archive.name}: damaged: {reason(error)}") from error


def _take(
    members: Iterator[Member], place: Path, archive: str, pieces: tuple[Piece, ...], trees: tuple[Tree, ...]
) -> None:
    wanted = {piece.member: piece.path for piece in pieces}
    lacking = set(wanted) | {tree.member for tree in trees}
    for name, opened in members:
        if name in wanted:
            target = wanted[name]
            lacking.discard(name)
        else:
            tree = next((tree for tree in trees if name.startswith(f"{tree.member}/")), None)
            if tree is None:
                continue
            target = f"{tree.path}/{name[len(tree.member) + 1 :]}"
            lacking.discard(tree.member)
        path = place / _inside(target, archive)
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened() as source, path.open("wb") as stream:
            shutil.copyfileobj(source, stream, 1 << 20)
    if lacking:
        raise ZooError(f"{archive}: damaged: it has no {sorted(lacking)[0]}")


@contextmanager
def _members(archive: Path, pieces: tuple[Piece, ...]) -> Iterator[Iterator[Member]]:
    """Yield the regular files of an archive; the only member of a .gz gets the requested name."""
    name = archive.name.lower()
    if name.endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            yield _zipped(packed)
    elif name.endswith((".tar", ".tar.gz", ".tgz")):
        with tarfile.open(archive) as tar:
            yield _tarred(tar, archive.name)
    else:
        with gzip.open(archive, "rb") as packed:
            yield iter([(pieces[0].member, lambda: packed)])  # type: ignore[list-item,return-value]


def _zipped(archive: zipfile.ZipFile) -> Iterator[Member]:
    for entry in archive.infolist():
        name = str(_inside(entry.filename, str(archive.filename)))
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:
            raise ZooError(f"{Path(str(archive.filename)).name}: refused: contains the link '{name}'")
        if entry.flag_bits & 1:
            raise ZooError(f"{Path(str(archive.filename)).name}: it is encrypted, and the zoo has no password")
        if not entry.is_dir():
            yield name, lambda entry=entry: archive.open(entry)  # type: ignore[misc]


def _tarred(archive: tarfile.TarFile, title: str) -> Iterator[Member]:
    for entry in archive:
        name = str(_inside(entry.name, title))
        if not (entry.isreg() or entry.isdir()):
            raise ZooError(f"{title}: refused: contains '{name}', which is neither a file nor a folder")
        if entry.isreg():
            yield name, lambda entry=entry: archive.extractfile(entry)  # type: ignore[misc,return-value]


def _inside(name: str, archive: str) -> PurePosixPath:
    """Return a member's path, if it stays below the target folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name or not path.parts:
        raise ZooError(f"{Path(archive).name}: refused: its member {name!r} would be unpacked outside the folder")
    return path
