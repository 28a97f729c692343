"""A phrasebook, English to French, composed by code out of sentence patterns, word lists and grammar."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook.composer import compose as compose
from zoo_tasks.translation.phrasebook.composer import count_sentences as count_sentences
