"""Which tokens of one vocabulary stand for a token of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs.label import LabelCodec, canonical_label
from zoo.codecs.text import TextCodec

if TYPE_CHECKING:
    from zoo.codecs.codec import Codec


def same_tokens(old: Codec | None, new: Codec) -> bool:
    """Whether two codecs have the same tokens in the same order; True for codecs without tokens."""
    if not isinstance(new, TextCodec | LabelCodec):
        return True
    return isinstance(old, TextCodec | LabelCodec) and _keys(old) == _keys(new)


def match_tokens(old: Codec, new: Codec) -> list[np.ndarray]:
    """Find, for each token of a new vocabulary, the tokens of an old one that it can be made of.

    Args:
        old: a fitted codec of text or labels.
        new: likewise.

    Returns:
        For each new id the old ids: one for the same token, several for a token that the old codec writes with several
        (a word and its pieces), none for a token that the old vocabulary cannot write.
    """
    ids = {key: index for index, key in reversed(list(enumerate(_keys(old))))}
    found = []
    for key in _keys(new):
        if key in ids:
            found.append(np.array([ids[key]]))
        else:
            found.append(_written(old, key) if isinstance(old, TextCodec) else np.zeros(0, np.int64))
    return found


def _written(old: TextCodec, key: object) -> np.ndarray:
    """The known ids with which a codec writes a token."""
    if not isinstance(key, bytes):
        return np.zeros(0, np.int64)
    try:
        # A codec of sentences puts the space before the first word itself.
        ids = old.encode_token(key.decode().removeprefix(" ") if getattr(old, "sentences", False) else key.decode())
    except UnicodeDecodeError:
        return np.zeros(0, np.int64)
    return ids[ids != old.unknown_id] if old.unknown_id is not None else ids


def _keys(codec: Codec) -> Sequence[object]:
    """What identifies each token, by id."""
    if isinstance(codec, LabelCodec):
        return [canonical_label(label) for label in codec.labels]
    assert isinstance(codec, TextCodec)
    return codec.token_keys()
