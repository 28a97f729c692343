"""Where a bundle may be written."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zoo.errors import UsageError, ZooError
from zoo.files import expanded, file_errors, open_file, reason
from zoo.runtime.manifest import CARD, MANIFEST, read_bundle_manifest


def check_target(out: str | Path) -> Path:
    """Refuse a place where a bundle cannot be written, before anything is converted or fetched.

    Raises:
        UsageError: something else is there already.
    """
    place = expanded(out)
    with file_errors(f"out={out}", "cannot be written", UsageError):
        if "\0" in str(place):
            raise UsageError(f"out={out}: no file can have this name")
        place = place.resolve() if place.is_symlink() else place
        if place.suffix == ".zoo" and place.is_dir():
            raise UsageError(f"out={out}: it is a folder, but a .zoo file was expected")
        if place.suffix == ".zoo" and place.exists() and not _is_packed(place):
            raise UsageError(f"out={out} is there already, and no bundle; choose another out=")
        if place.is_dir() and any(place.iterdir()):
            _check_replaceable(place, out)
        if place.exists() and not place.is_dir() and place.suffix != ".zoo":
            raise UsageError(f"out={out} is a file; choose a folder, or a name that ends in .zoo")
        above = next(folder for folder in place.absolute().parents if folder.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            raise UsageError(f"out={out} cannot be written: {above} is not a folder that you may write to")
    return place


@contextmanager
def writing(out: Path) -> Iterator[Path]:
    """Provide a folder beside the place of a bundle; an error leaves no folder that was not there before.

    Args:
        out: the place, as `check_target` returns it.

    Raises:
        ZooError: the place cannot be written to.
    """
    made = [folder for folder in out.absolute().parents if not folder.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as temporary:
            yield Path(temporary)
    except BaseException as error:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise ZooError(f"{out}: cannot be written: {reason(error)}") from error
        raise


def put(folder: Path, out: Path) -> None:
    """Move a finished folder to its place, in place of an older bundle, which goes with the folder around it."""
    if out.exists():
        os.replace(out, folder.with_name(f"{folder.name}.old"))
    os.replace(folder, out)
    os.chmod(out, 0o755)


def _is_packed(place: Path) -> bool:
    try:
        with open_file(place) as stream, zipfile.ZipFile(stream) as archive:
            return MANIFEST in archive.namelist()
    except Exception:  # whatever zipfile makes of another file
        return False


def _check_replaceable(place: Path, out: str | Path) -> None:
    """Refuse to replace a folder in which anything but a bundle lies."""
    try:
        known = {MANIFEST, CARD, *read_bundle_manifest(place, verify=False).files}
    except ZooError:
        raise UsageError(f"out={out} is not empty, and no bundle; choose another out=") from None
    for path in sorted(place.rglob("*")):
        name = path.relative_to(place).as_posix()
        if name not in known and (path.is_symlink() or not path.is_dir()):
            raise UsageError(f"out={out} holds {name} beside a bundle, which would be lost; choose another out=")
