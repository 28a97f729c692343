"""Named sources, readers of users' files, and batches. Names are loaded on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.data.aligned import AlignedFiles as AlignedFiles
    from zoo.data.batches import Batches as Batches
    from zoo.data.captions import read_captions as read_captions
    from zoo.data.class_folders import read_class_folders as read_class_folders
    from zoo.data.clips import read_clips as read_clips
    from zoo.data.document import Document as Document
    from zoo.data.encoded import EncodedExamples as EncodedExamples
    from zoo.data.examples import ExampleBatches as ExampleBatches
    from zoo.data.features import read_features as read_features
    from zoo.data.files_read import FilesRead as FilesRead
    from zoo.data.labelled_texts import read_labelled_texts as read_labelled_texts
    from zoo.data.padded import padded_batches as padded_batches
    from zoo.data.pairs import read_pairs as read_pairs
    from zoo.data.prefetch import Prefetch as Prefetch
    from zoo.data.rows import Rows as Rows
    from zoo.data.sequences import read_sequence as read_sequence
    from zoo.data.splits import Splits as Splits
    from zoo.data.stdlib import python_stdlib as python_stdlib
    from zoo.data.table import open_table as open_table
    from zoo.data.table import read_table as read_table
    from zoo.data.text_files import read_documents as read_documents
    from zoo.data.tokens import TokenStore as TokenStore
    from zoo.data.windows import WindowBatches as WindowBatches

_HOME = {
    "AlignedFiles": "aligned",
    "Batches": "batches",
    "Document": "document",
    "EncodedExamples": "encoded",
    "ExampleBatches": "examples",
    "FilesRead": "files_read",
    "Prefetch": "prefetch",
    "Rows": "rows",
    "Splits": "splits",
    "TokenStore": "tokens",
    "WindowBatches": "windows",
    "open_table": "table",
    "padded_batches": "padded",
    "python_stdlib": "stdlib",
    "read_captions": "captions",
    "read_class_folders": "class_folders",
    "read_clips": "clips",
    "read_documents": "text_files",
    "read_features": "features",
    "read_labelled_texts": "labelled_texts",
    "read_pairs": "pairs",
    "read_sequence": "sequences",
    "read_table": "table",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.data' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.data.{_HOME[name]}"), name)
