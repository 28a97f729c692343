"""Tables of JSON lines."""

from __future__ import annotations

import json

from zoo.data.tables.table import Cell, Table
from zoo.errors import did_you_mean


class JsonTable(Table):
    """Reads JSON lines (see `Table`): an object a line, whose values are texts, numbers, or lists of such."""

    def _read(self) -> None:
        for line in self._lines:
            if line.problem or line.text.strip():
                try:
                    if line.problem:
                        raise ValueError(line.problem)
                    example = self._parse(line.text)
                except ValueError as error:
                    self._report(line.number, str(error))
                else:
                    self._keep(line.offset, line.length, line.number, example)

    def _parse(self, text: str) -> dict[str, Cell]:
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not JSON: {getattr(error, 'msg', error)}") from None
        if not isinstance(record, dict):
            raise ValueError("not a JSON object; each line must be one")
        example = {}
        for role, accepted in self._columns.items():
            name = next((name for name in accepted if name in record), None)
            if name is None:
                raise ValueError(f"no '{accepted[0]}' for {role}{did_you_mean(accepted[0], record)}")
            example[role] = _json_value(record[name], role)
        return example


def _json_value(value: object, role: str) -> Cell:
    """Text, or a list of texts; numbers and truth values as they are written."""
    if isinstance(value, list) and value:
        return [_json_value(one, role) for one in value]
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if not isinstance(value, str):
        raise ValueError(f"{role} is {json.dumps(value)[:40]}, but text was expected")
    if not value.strip():
        raise ValueError(f"{role} is empty")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{role} contains half a UTF-16 pair, which is not text") from None
    return value.strip()
