"""Splits documents into training, validation and test parts, the same in every run."""

from __future__ import annotations

import itertools

from zoo.codecs.document import Document
from zoo.data.splitting.split_hash import split_share
from zoo.data.splitting.splits import Splits
from zoo.errors import ZooError
from zoo.files import open_file

WHOLE_DOCUMENTS = 20
"""With at least this many files, whole files are held out instead of a part of each."""

_LINE_END_SEARCH = 1 << 16  # bytes searched for a line end after a cut


def split_documents(documents: list[Document], validation: float, test: float, notes: tuple[str, ...] = ()) -> Splits:
    """Split by whole documents if there are enough of them, otherwise by the bytes of each.

    Args:
        documents: in an order that does not change between runs.
        validation: share of the bytes for validation.
        test: share of the bytes for testing.
        notes: passed on to the splits.

    Returns:
        Splits of examples `{"target": Document}`.
    """
    parts = _by_name(documents, validation, test) if len(documents) >= WHOLE_DOCUMENTS else None
    if parts is None:
        parts = [[], [], []]
        for document in documents:
            for part, piece in zip(parts, cut_document(document, validation, test), strict=True):
                if piece.size:
                    part.append(piece)
    train, held_out, tested = ([{"target": document} for document in part] for part in parts)
    return Splits(train, held_out, tested, notes)


def cut_document(document: Document, validation: float, test: float) -> tuple[Document, Document, Document]:
    """Cut the bytes of one file into training, validation and test parts, in this order.

    A cut moves forward to the next line end if one is near, and never divides a character.

    Args:
        document: a document with a path.
        validation: share of the bytes.
        test: share of the bytes.

    Returns:
        The three parts; a part with share 0 is empty.
    """
    size = document.size
    end = document.start + size
    shares = [share for share in (1 - validation - test, validation, test) if share > 0]
    reach = min(_LINE_END_SEARCH, int(size * min(shares)) // 4)
    first = _cut(document, document.start + round(size * (1 - validation - test)), reach) if validation + test else end
    second = max(first, _cut(document, document.start + round(size * (1 - test)), reach)) if test else end
    edges = (document.start, first, second, end)
    train, held_out, tested = (document.part(start, stop) for start, stop in itertools.pairwise(edges))
    return train, held_out, tested


def _cut(document: Document, position: int, reach: int) -> int:
    """Find the first good place to cut from a byte on: after a near line end, otherwise before a character."""
    assert document.path is not None
    end = document.start + document.size
    begin = max(document.start, position - 1)
    try:
        with open_file(document.path) as stream:
            stream.seek(begin)
            data = stream.read(min(reach + 5, end - begin))
    except OSError as error:
        raise ZooError(f"{document.name}: cannot be read: {error.strerror or error}") from error
    line_end = data.find(b"\n", 0, reach + 1)
    if line_end >= 0:
        return begin + line_end + 1
    index = position - begin
    while index < len(data) and data[index] & 0xC0 == 0x80 and index < 4 + position - begin:
        index += 1  # 10xxxxxx: not the first byte of a character
    return begin + index


def _by_name(documents: list[Document], validation: float, test: float) -> list[list[Document]] | None:
    """Hold out whole documents by a hash of their names; return None if their sizes make that too uneven."""
    parts: list[list[Document]] = [[], [], []]
    for document in documents:
        share = split_share(document.name)
        parts[2 if share < test else 1 if share < test + validation else 0].append(document)
    total = sum(document.size for document in documents)
    for part, wanted in zip(parts, (1 - validation - test, validation, test), strict=True):
        got = sum(document.size for document in part) / total
        if wanted and not wanted / 2 <= got <= wanted * 2:
            return None
    return parts
