"""Two parallel text files: line 7 of one is the translation of line 7 of the other."""

from __future__ import annotations

from pathlib import Path

from zoo.data.splitting.splits import Splits
from zoo.data.storage.kept_examples import KeptExamples
from zoo.data.storage.record_index import RecordIndex
from zoo.data.storage.rows import Rows
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.data.tables.bad_rows import BadRows
from zoo.data.tables.lines import Lines
from zoo.errors import ZooError
from zoo.files import expanded


class AlignedFiles:
    """Reads two files once, line by line, and stores the positions of lines.

    Lines that are empty in both files are skipped.

    Args:
        source: a text file, possibly `.gz`.
        target: another.
        on_error: `stop` at a pair that cannot be used, or `skip` and count them.
        encoding: of both.

    Attributes:
        notes: sentences about what was read.

    Raises:
        ZooError: a file cannot be read, or the numbers of lines differ; names file and line.
    """

    def __init__(self, source: str | Path, target: str | Path, on_error: str = "stop", encoding: str = "utf-8") -> None:
        paths = [expanded(source), expanded(target)]
        self._names = [path.name for path in paths]
        if self._names[0] == self._names[1]:
            self._names = [str(path) for path in paths]
        self._files = [StoredBytes.of_file(path, name, encoding) for path, name in zip(paths, self._names, strict=True)]
        self._index = RecordIndex(2)
        self._kept = KeptExamples()
        bad = BadRows(on_error)
        self._read(bad)
        self.notes = bad.notes
        if not len(self._index):
            raise ZooError(f"{self._names[0]} and {self._names[1]}: no pairs of lines")

    def rows(self) -> Rows:
        """Yield all pairs, in the order of the files."""
        return Rows(self._files, self._index, self._parse, self._kept)

    def split(self, validation: float, test: float) -> Splits:
        """Split the pairs by their sources (see `RecordIndex.split`)."""
        return self.rows().split(validation, test, self.notes)

    def _read(self, bad: BadRows) -> None:
        sources, targets = (Lines(file) for file in self._files)
        while True:
            lines = (next(sources, None), next(targets, None))
            if lines[0] is None or lines[1] is None:
                break
            texts = [line.text.strip() for line in lines if line]
            problems = [(place, line.problem) for place, line in enumerate(lines) if line and line.problem]
            if not any(texts) and not problems:
                continue
            problems += [(place, "empty") for place, text in enumerate(texts) if not text]
            if problems:
                place, problem = problems[0]
                bad.add(f"{self._names[place]}: line {lines[0].number}", problem, len(self._index))
                continue
            lengths = [lines[0].length, lines[1].length]
            self._index.append([lines[0].offset, lines[1].offset], lengths, lines[0].number, texts[0])
            self._kept.put(lines[0].number, {"source": texts[0], "target": texts[1]}, sum(lengths))
        for place, (line, others) in enumerate(zip(lines, (sources, targets), strict=True)):
            rest = [line, *others] if line else []
            if any(one.text.strip() or one.problem for one in rest):
                raise ZooError(
                    f"{self._names[place]}: line {rest[0].number}: no such line in {self._names[1 - place]}; "
                    "the files must have the same number of lines"
                )

    def _parse(self, parts: list[bytes], line: int) -> dict[str, str]:
        del line
        source, target = (part.decode("utf-8", "replace").strip() for part in parts)
        return {"source": source, "target": target}
