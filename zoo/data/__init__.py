"""Named sources, readers of users' files, and batches. Names are loaded on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.data.batches import Batches as Batches
    from zoo.data.document import Document as Document
    from zoo.data.encoded import EncodedExamples as EncodedExamples
    from zoo.data.examples import ExampleBatches as ExampleBatches
    from zoo.data.padded import padded_batches as padded_batches
    from zoo.data.prefetch import Prefetch as Prefetch
    from zoo.data.splits import Splits as Splits
    from zoo.data.stdlib import python_stdlib as python_stdlib
    from zoo.data.text_files import read_documents as read_documents
    from zoo.data.tokens import TokenStore as TokenStore
    from zoo.data.windows import WindowBatches as WindowBatches

_HOME = {
    "Batches": "batches",
    "Document": "document",
    "EncodedExamples": "encoded",
    "ExampleBatches": "examples",
    "Prefetch": "prefetch",
    "Splits": "splits",
    "TokenStore": "tokens",
    "WindowBatches": "windows",
    "padded_batches": "padded",
    "python_stdlib": "stdlib",
    "read_documents": "text_files",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.data' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.data.{_HOME[name]}"), name)
