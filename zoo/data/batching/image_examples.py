"""Examples that share sources, such as captions of the same image: each source is encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from zoo.codecs.codec import RawValue
from zoo.data.batching.encoded_examples import EncodedExample, EncodedExamples, listed
from zoo.data.splitting.splits import Example, Examples
from zoo.data.storage.array_cache import DISK, ArrayCache
from zoo.data.storage.item_sequence import ItemSequence
from zoo.errors import ZooError
from zoo.processor import available_cores

_AHEAD = 8  # sources per core that are decoded ahead


class ImageExamples(ItemSequence[EncodedExample]):
    """Encoded examples whose sources, all of one shape, are decoded once and cached on disk.

    Examples with the same path share a source. Iterating in order decodes files on all cores. An example contains the
    names from `tell`, `source`, and `source_index`, int32, the number of its source, which is also the cache key for
    anything computed from it.

    Args:
        examples: raw examples; an iterable is first turned into a list. The message about a source that cannot be
            encoded begins with the example's `place`, if it has one.
        encode: raw source -> array, always of the same shape and type.
        tell: raw example -> the other encoded values by name.
        folder: of the cache.
        most: maximum number of bytes of sources to keep.
    """

    def __init__(
        self,
        examples: Examples,
        encode: Callable[[RawValue], np.ndarray],
        tell: Callable[[Example], Mapping[str, np.ndarray]],
        folder: Path,
        most: int = DISK,
    ) -> None:
        raw = listed(examples)
        self._raw, self._encode = _Latest(raw), encode
        self._told = EncodedExamples(self._raw, tell)
        self._numbers = np.full(len(raw), -1, np.int32)  # [N]: of each example's source; -1 while it is unknown
        self._known: dict[str, int] = {}
        self._count = 0
        self._kept = ArrayCache(folder, most)
        self._files: bool | None = None
        self._ahead: dict[str, Future[np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def _item(self, index: int) -> EncodedExample:
        number = int(self._numbers[index])
        source = None if number < 0 else self._kept.get(number)
        if source is None:
            number, source = self._source(index)
        return {"source": source, "source_index": np.array(number, np.int32), **self._told[index]}

    def __iter__(self) -> Iterator[EncodedExample]:
        # Sources that are not files are already in memory, and threads would not help.
        if self._files is None:
            self._files = len(self) > 0 and _is_file(self._raw[0]["source"])
        cores = available_cores() if self._files else 1
        if cores == 1:
            yield from (self[index] for index in range(len(self)))
            return
        pool, reached = ThreadPoolExecutor(cores, "zoo-decode"), 0
        try:
            for index in range(len(self)):
                while reached < len(self) and len(self._ahead) < cores * _AHEAD:
                    self._decode_ahead(pool, reached)
                    reached += 1
                yield self[index]
        finally:
            pool.shutdown(cancel_futures=True)
            self._ahead.clear()

    def _decode_ahead(self, pool: ThreadPoolExecutor, index: int) -> None:
        raw, number = self._raw[index]["source"], int(self._numbers[index])
        number = self._known.get(str(raw), -1) if number < 0 else number
        if _is_file(raw) and str(raw) not in self._ahead and number not in self._kept:
            self._ahead[str(raw)] = pool.submit(self._encode, raw)

    def _source(self, index: int) -> tuple[int, np.ndarray]:
        example = self._raw[index]
        raw = example["source"]
        number = int(self._numbers[index])
        if number < 0:
            number = self._count
            if _is_file(raw):
                number = self._known.setdefault(str(raw), number)
            self._count += number == self._count
            self._numbers[index] = number
        source = self._kept.get(number)
        if source is None:
            try:
                ahead = self._ahead.pop(str(raw), None) if _is_file(raw) else None
                source = self._encode(raw) if ahead is None else ahead.result()
            except ZooError as error:
                raise ZooError(f"{example['place']}: {error}" if "place" in example else str(error)) from error
            self._kept.put(number, source)
        return number, source


class _Latest(Sequence[Example]):
    """Raw examples that keep the last one read, because reading may be costly."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._examples = examples
        self._index, self._example = -1, {}  # type: int, Example

    def __len__(self) -> int:
        return len(self._examples)

    def __getitem__(self, index: Any) -> Any:
        if index != self._index:
            self._example, self._index = self._examples[index], index
        return self._example


def _is_file(raw: object) -> bool:
    return isinstance(raw, (str, Path))
