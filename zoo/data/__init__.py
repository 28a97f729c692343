"""The data pipeline; its folders are stages, in the order in which an example passes through them.

`named` (recipes), `fetching`, `readers` (users' files), `tables`, `splitting`, `storage`, `batching`. In: the setting
`data`, a name or a path. Out: batches to train and evaluate on. Names are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.codecs.document import Document as Document
    from zoo.data.batching.batches import Batches as Batches
    from zoo.data.batching.encoded_examples import EncodedExamples as EncodedExamples
    from zoo.data.batching.example_batches import ExampleBatches as ExampleBatches
    from zoo.data.batching.padded_batches import padded_batches as padded_batches
    from zoo.data.batching.prefetch import Prefetch as Prefetch
    from zoo.data.batching.window_batches import WindowBatches as WindowBatches
    from zoo.data.named.lookup import names_for as names_for
    from zoo.data.named.stdlib import python_stdlib as python_stdlib
    from zoo.data.profile import TextProfile as TextProfile
    from zoo.data.profile import profile_texts as profile_texts
    from zoo.data.profile import sample as sample
    from zoo.data.profile import shorter_side as shorter_side
    from zoo.data.profile import words_of as words_of
    from zoo.data.readers.aligned_files import AlignedFiles as AlignedFiles
    from zoo.data.readers.caption_files import CAPTION_COLUMNS as CAPTION_COLUMNS
    from zoo.data.readers.captions import read_captions as read_captions
    from zoo.data.readers.class_folders import read_class_folders as read_class_folders
    from zoo.data.readers.clip import IMAGE_ENDINGS as IMAGE_ENDINGS
    from zoo.data.readers.clips import CLIP_COLUMNS as CLIP_COLUMNS
    from zoo.data.readers.clips import read_clips as read_clips
    from zoo.data.readers.feature_file import FRAME_LABELS as FRAME_LABELS
    from zoo.data.readers.features import read_features as read_features
    from zoo.data.readers.frame_lines import read_frames as read_frames
    from zoo.data.readers.image_inputs import read_image_inputs as read_image_inputs
    from zoo.data.readers.inputs import INPUT_COLUMNS as INPUT_COLUMNS
    from zoo.data.readers.inputs import Input as Input
    from zoo.data.readers.inputs import read_text_inputs as read_text_inputs
    from zoo.data.readers.inputs import with_found as with_found
    from zoo.data.readers.labelled_texts import LABEL_COLUMNS as LABEL_COLUMNS
    from zoo.data.readers.labelled_texts import read_labelled_texts as read_labelled_texts
    from zoo.data.readers.pairs import PAIR_COLUMNS as PAIR_COLUMNS
    from zoo.data.readers.pairs import read_pairs as read_pairs
    from zoo.data.readers.sequence import read_sequence as read_sequence
    from zoo.data.readers.sequence_inputs import read_sequence_inputs as read_sequence_inputs
    from zoo.data.readers.text_files import read_documents as read_documents
    from zoo.data.readers.video import VIDEO_ENDINGS as VIDEO_ENDINGS
    from zoo.data.splitting.split_hash import split_share as split_share
    from zoo.data.splitting.splits import Splits as Splits
    from zoo.data.storage.lazy_files import LazyFiles as LazyFiles
    from zoo.data.storage.rows import Rows as Rows
    from zoo.data.storage.token_store import TokenStore as TokenStore
    from zoo.data.tables.open_table import open_table as open_table
    from zoo.data.tables.open_table import read_table as read_table
    from zoo.data.vectors.word_vectors import WordVectors as WordVectors

_HOME = {
    "AlignedFiles": "zoo.data.readers.aligned_files",
    "Batches": "zoo.data.batching.batches",
    "CAPTION_COLUMNS": "zoo.data.readers.caption_files",
    "CLIP_COLUMNS": "zoo.data.readers.clips",
    "Document": "zoo.codecs.document",
    "EncodedExamples": "zoo.data.batching.encoded_examples",
    "ExampleBatches": "zoo.data.batching.example_batches",
    "FRAME_LABELS": "zoo.data.readers.feature_file",
    "INPUT_COLUMNS": "zoo.data.readers.inputs",
    "Input": "zoo.data.readers.inputs",
    "IMAGE_ENDINGS": "zoo.data.readers.clip",
    "LABEL_COLUMNS": "zoo.data.readers.labelled_texts",
    "LazyFiles": "zoo.data.storage.lazy_files",
    "PAIR_COLUMNS": "zoo.data.readers.pairs",
    "Prefetch": "zoo.data.batching.prefetch",
    "Rows": "zoo.data.storage.rows",
    "Splits": "zoo.data.splitting.splits",
    "TokenStore": "zoo.data.storage.token_store",
    "VIDEO_ENDINGS": "zoo.data.readers.video",
    "WindowBatches": "zoo.data.batching.window_batches",
    "open_table": "zoo.data.tables.open_table",
    "padded_batches": "zoo.data.batching.padded_batches",
    "TextProfile": "zoo.data.profile",
    "profile_texts": "zoo.data.profile",
    "sample": "zoo.data.profile",
    "shorter_side": "zoo.data.profile",
    "words_of": "zoo.data.profile",
    "WordVectors": "zoo.data.vectors.word_vectors",
    "names_for": "zoo.data.named.lookup",
    "python_stdlib": "zoo.data.named.stdlib",
    "read_captions": "zoo.data.readers.captions",
    "read_class_folders": "zoo.data.readers.class_folders",
    "read_clips": "zoo.data.readers.clips",
    "read_documents": "zoo.data.readers.text_files",
    "read_features": "zoo.data.readers.features",
    "read_frames": "zoo.data.readers.frame_lines",
    "read_image_inputs": "zoo.data.readers.image_inputs",
    "read_labelled_texts": "zoo.data.readers.labelled_texts",
    "read_pairs": "zoo.data.readers.pairs",
    "read_sequence": "zoo.data.readers.sequence",
    "read_table": "zoo.data.tables.open_table",
    "read_sequence_inputs": "zoo.data.readers.sequence_inputs",
    "read_text_inputs": "zoo.data.readers.inputs",
    "with_found": "zoo.data.readers.inputs",
    "split_share": "zoo.data.splitting.split_hash",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.data' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
