"""Reads a user's text: a file, a folder or a glob."""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Iterable
from pathlib import Path

from zoo.codecs.document import Document
from zoo.data.splitting.documents import split_documents
from zoo.data.splitting.splits import Splits
from zoo.errors import UsageError, ZooError
from zoo.files import expanded, is_clutter

_PROBE = 8192  # bytes read to tell text from binary; as in git and grep, a NUL means binary


def read_documents(
    source: str | Path,
    validation: float = 0.05,
    test: float = 0.05,
    on_error: str = "stop",
    names: Iterable[str] = (),
    encoding: str = "utf-8",
) -> Splits:
    """Find a user's text and split it.

    One file is cut at line ends: training text first, then validation, then test. From a folder (searched recursively)
    or a glob with at least 20 texts, whole files are held out, chosen by a hash of their names, so that each run
    chooses the same. With fewer, each file is cut like a single one.

    Args:
        source: path of a file, a folder, or a glob such as `books/**/*.txt`.
        validation: share of the bytes for validation, 0 to 1.
        test: share of the bytes for testing; 0 for no test split.
        on_error: `stop`, or `skip` to leave out (and count) files that are not UTF-8.
        names: names of built-in sources, for "did you mean".
        encoding: of the texts.

    Returns:
        Splits of examples `{"target": Document}`.

    Raises:
        UsageError: the shares leave nothing for training.
        ZooError: the path does not exist, is not readable, or has only empty files.
    """
    if not (validation >= 0 and test >= 0 and validation + test < 1):
        raise UsageError(
            f"data.validation={validation:g} and data.test={test:g} must be at least 0 and leave some of the text "
            "to train on (their sum below 1)"
        )
    path = expanded(source)
    notes: list[str] = []
    if path.is_dir():
        documents = _texts(_walk(path, notes), str(source), notes, on_error, encoding)
    elif path.exists():
        if not path.is_file():
            raise ZooError(f"{source}: not a regular file; save the text to a file first")
        documents = [Document.of_file(path, encoding=encoding)]
        if not documents[0].size:
            raise ZooError(f"{source}: the file is empty; a text of at least a few thousand characters is needed")
    elif glob.has_magic(str(path)):
        found = _match(str(path))
        if not found:
            raise ZooError(f"{source}: no file matches")
        documents = _texts(found, str(source), notes, on_error, encoding)
    else:
        raise ZooError(f"{source}: no such file or folder{_nearest(path, names)}")
    return split_documents(documents, validation, test, tuple(notes))


def _walk(folder: Path, notes: list[str]) -> list[tuple[str, Path]]:
    """Return all files below a folder as (name relative to it, path), sorted; hidden files are left out and counted."""
    found: list[tuple[str, Path]] = []
    hidden = 0
    for here, folders, files in os.walk(folder):
        hidden += sum(map(is_clutter, files))
        folders[:] = sorted(name for name in folders if not is_clutter(name))
        for name in files:
            path = Path(here, name)
            if not is_clutter(name) and path.is_file():
                found.append((path.relative_to(folder).as_posix(), path))
    if hidden:
        notes.append(f"skipped {_files(hidden, 'hidden')}")
    return sorted(found)


def _match(pattern: str) -> list[tuple[str, Path]]:
    """Return all files that a glob matches as (name relative to the folder before the first wildcard, path), sorted."""
    plain = pattern[: min(pattern.find(sign) for sign in "*?[" if sign in pattern)]
    folder = os.path.dirname(plain)
    paths = filter(os.path.isfile, glob.glob(pattern, recursive=True))
    return sorted((Path(os.path.relpath(path, folder or ".")).as_posix(), Path(path)) for path in paths)


def _texts(
    found: list[tuple[str, Path]], source: str, notes: list[str], on_error: str, encoding: str
) -> list[Document]:
    """Return documents for the text files; the others are counted in the notes."""
    documents: list[Document] = []
    foreign = f"not {encoding.upper()}"
    skipped = {"binary": 0, "empty": 0, "unreadable": 0, foreign: 0}
    for name, path in found:
        document, problem = _open(path, name, encoding, on_error)
        if document is None:
            skipped[problem or foreign] += 1
        else:
            documents.append(document)
    counted = [_files(count, kind) for kind, count in skipped.items() if count]
    if not documents:
        found_instead = f" ({', '.join(counted)})" if counted else ""
        raise ZooError(f"{source}: no readable text files{found_instead}")
    notes.extend(f"skipped {sentence}" for sentence in counted)
    return documents


def _open(path: Path, name: str, encoding: str, on_error: str) -> tuple[Document | None, str]:
    """Return a text file as a document, or None and the reason; an empty reason means another encoding."""
    try:
        document = Document.of_file(path, name, encoding)
        probe = next(document.byte_chunks(_PROBE), b"")
    except ZooError:
        if on_error == "stop" and os.access(path, os.R_OK):
            raise
        return None, "" if os.access(path, os.R_OK) else "unreadable"
    if not probe or b"\0" in probe:
        return None, "binary" if probe else "empty"
    if on_error == "skip":
        try:
            for _ in document.chunks():
                pass
        except ZooError:
            return None, ""
    return document, ""


def _files(count: int, kind: str) -> str:
    return f"{count} {kind} file{'s' if count > 1 else ''}"


def _nearest(path: Path, names: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for a missing file, from its neighbours and the built-in names."""
    candidates = {name: name for name in names}
    folder = path.parent
    if not folder.is_dir():
        return f"; the folder {folder} does not exist"
    for entry in os.scandir(folder):
        if not entry.name.startswith("."):
            candidates.setdefault(entry.name, str(folder / entry.name))
    near = difflib.get_close_matches(path.name, sorted(candidates), n=1, cutoff=0.6)
    return f"; did you mean '{candidates[near[0]]}'?" if near else ""
