"""Examples of a data set, decoded on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from zoo_huggingface.column import Column
from zoo_huggingface.loading import reading_errors

if TYPE_CHECKING:
    from datasets import Dataset

Example = Mapping[str, Any]


class HubExamples(Sequence[Example]):
    """Some rows of a data set as examples; memory holds none of them.

    Args:
        dataset: with the columns that are needed.
        columns: role -> column.
        places: of each example: its row, and which of the row's captions it is about (0 where a row has one text).
        documents: whether the texts are documents for a language model, each on lines of its own.
        name: of the data set, for messages.
    """

    def __init__(
        self,
        dataset: Dataset,
        columns: Mapping[str, Column],
        places: Sequence[tuple[int, int]],
        documents: bool = False,
        name: str = "",
    ) -> None:
        self._dataset, self._columns, self._places, self._documents = dataset, columns, places, documents
        self._name = name

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Example: ...

    @overload
    def __getitem__(self, place: slice) -> list[Example]: ...

    def __getitem__(self, place: int | slice) -> Example | list[Example]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        row, turn = self._places[place]
        with reading_errors(f"{self._name}: row {row + 1}"):
            return self._example(self._dataset[row], turn)

    def __iter__(self) -> Iterator[Example]:
        return (self[place] for place in range(len(self)))

    def _example(self, row: Mapping[str, object], turn: int) -> Example:
        values = {role: column.value(row) for role, column in self._columns.items()}
        if self._documents:
            from zoo.data import Document

            return {"target": Document.of_text(values["target"] + "\n")}
        if self._columns["target"].kind == "texts":
            return {**values, "target": values["target"][turn], "references": values["target"]}
        return values
