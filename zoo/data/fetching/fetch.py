"""Downloads and verifies the files of a named data set."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from zoo.data.fetching.download import NotThere, ResumingDownloader
from zoo.data.fetching.places import cache_folder, is_server, mirror
from zoo.data.fetching.unpack import is_packed, unpack
from zoo.data.named.recipe import Resource
from zoo.errors import ZooError
from zoo.files import expanded, write_atomic


def fetch(name: str, folder: str, resources: tuple[Resource, ...]) -> Path:
    """Bring the files of a data set into one folder.

    A mirror folder (`ZOO_MIRROR`) is used in place, unless something must be unpacked; everything else goes to the
    cache. Files that are already there are verified instead of downloaded.

    Args:
        name: of the data set, as in `data=NAME`.
        folder: of its files, in the cache and in a mirror.
        resources: its parts.

    Returns:
        The folder that contains all pieces and trees.

    Raises:
        ZooError: offline, interrupted, a wrong checksum, or the disk is full.
    """
    place = mirror()
    if place and not is_server(place):
        beside = expanded(place) / folder
        if all(_whole(beside, resource) for resource in resources):
            for resource in resources:
                for piece in resource.pieces:
                    _verify(name, beside / piece.path, piece.sha256)
            return beside
    cache = cache_folder() / folder
    with _locked(cache):
        for resource in resources:
            if not (_whole(cache, resource) and all(_same(cache / one.path, one.sha256) for one in resource.pieces)):
                _bring(name, resource, cache, place, folder)
    return cache


def _whole(folder: Path, resource: Resource) -> bool:
    """Whether a folder contains everything in a resource."""
    pieces = all((folder / piece.path).is_file() for piece in resource.pieces)
    return pieces and all((folder / tree.path).is_dir() for tree in resource.trees)


def _bring(name: str, resource: Resource, cache: Path, place: str, folder: str) -> None:
    """Fetch a resource, from the mirror if there is one, and unpack it into the cache."""
    if place and not is_server(place):
        archive = expanded(place) / folder / resource.name
        if not archive.is_file():
            wanted = [piece.path for piece in resource.pieces] + [tree.path for tree in resource.trees]
            raise ZooError(
                f"data={name}: the mirror has neither {archive} nor {folder}/{wanted[0]} (ZOO_MIRROR={place})"
            )
        _verify(name, archive, resource.sha256)
        if is_packed(resource.name):
            _unpack(name, archive, cache, resource)
        else:
            write_atomic(cache / resource.pieces[0].path, archive.read_bytes())
        return
    address = f"{place}/{quote(folder)}/{quote(resource.name)}" if place else resource.address
    if not is_packed(resource.name):
        _retrieve(name, address, resource.sha256, cache / resource.pieces[0].path)
        return
    try:
        archive = _retrieve(name, address, resource.sha256, cache / resource.name)
    except NotThere:
        if not place or resource.trees:
            raise
        for piece in resource.pieces:  # a mirror may contain them unpacked
            _retrieve(name, f"{place}/{quote(folder)}/{quote(piece.path)}", piece.sha256, cache / piece.path)
        return
    try:
        _unpack(name, archive, cache, resource)
    finally:
        archive.unlink()


def _unpack(name: str, archive: Path, cache: Path, resource: Resource) -> None:
    unpack(archive, cache, resource.pieces, resource.trees)
    for piece in resource.pieces:
        _verify(name, cache / piece.path, piece.sha256)


def _retrieve(name: str, address: str, sha256: str, path: Path) -> Path:
    """Fetch a file with pooch, and verify it."""
    import pooch

    downloader = ResumingDownloader(path.with_name(f"{path.name}.part"), name)
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)  # pooch's log would go to the screen
    try:
        pooch.retrieve(address, sha256 or None, fname=path.name, path=path.parent, downloader=downloader)
    except ZooError:
        raise
    except ValueError as error:
        raise ZooError(
            f"data={name}: the download from {address} has another sha256 than {sha256[:12]}...; nothing was kept"
        ) from error
    except OSError as error:
        raise ZooError(
            f"data={name}: cannot write {path}: {error.strerror or error} (ZOO_CACHE=FOLDER stores the data elsewhere)"
        ) from error
    finally:
        logger.setLevel(level)
    return path


def _verify(name: str, path: Path, sha256: str) -> None:
    if not _same(path, sha256):
        raise ZooError(f"data={name}: {path} is not the expected file (its sha256 is not {sha256[:12]}...)")


def _same(path: Path, sha256: str) -> bool:
    if not sha256:
        return True
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except OSError as error:
        raise ZooError(f"cannot read {path}: {error.strerror or error}") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Prevent other processes from fetching to the same folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / ".lock").open("wb")
    except OSError as error:
        raise ZooError(
            f"cannot write to {folder}: {error.strerror or error} (ZOO_CACHE=FOLDER stores the data elsewhere)"
        ) from error
    with stream:
        try:
            import fcntl
        except ImportError:  # Windows: two processes may fetch twice
            yield
            return
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
