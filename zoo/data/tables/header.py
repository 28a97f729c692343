"""Finds the columns of a table, and whether its first row is a header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zoo.codecs.feature_array import column_key
from zoo.codecs.label import canonical_label
from zoo.data.tables.languages import is_language, language_columns
from zoo.data.tables.table import TableOptions
from zoo.errors import ZooError, did_you_mean

_NAME = re.compile(r"[^.!?,;:]{1,40}")


@dataclass(frozen=True)
class Header:
    """The columns of a table, as found in its first rows.

    Args:
        places: role -> its column, from 0.
        names: of all columns; numbers from 1 if there is no header.
        named: whether the first row names the columns.
        note: what was guessed, for the user; may be empty.
    """

    places: Mapping[str, int]
    names: tuple[str, ...]
    named: bool
    note: str = ""


def find_header(sample: Sequence[Sequence[str]], options: TableOptions, where: str) -> Header:
    """Find the columns of a table.

    Args:
        sample: fields of its first rows, all as many as in the first.
        options: the columns to find.
        where: file and line of the first row, for messages.

    Raises:
        ZooError: a column is missing or ambiguous.
    """
    first = sample[0]
    keys = [column_key(one) for one in first]
    named = _by_name(keys, options, where)
    if options.pairs and set(options.required) - named.keys():
        languages = language_columns(list(first))
        if languages and not named:
            named = {role: list(first).index(languages[role]) for role in languages}
    numbers = {role: _number(accepted) for role, accepted in options.columns.items() if role not in named}
    numbers = {role: number for role, number in numbers.items() if number}
    for role, number in numbers.items():
        if number > len(first) and role in options.required:
            if len(first) == 1:
                numbers[role] = 1
            else:
                raise ZooError(f"{where}: no column {number} for {role}; it has {len(first)}")
    numbers = {role: number for role, number in numbers.items() if number <= len(first)}
    places = named | {role: number - 1 for role, number in numbers.items()}
    if not set(options.required) - places.keys():
        read = [places[role] for role in options.required]
        if len(set(read)) < len(read):
            raise ZooError(f"{where}: {' and '.join(options.required)} are the same column, '{first[read[0]].strip()}'")
        header = bool(named) or _names_columns(sample, places, options)
        return _header(first, places, header)
    if not named and not numbers and not any(_is_explicit(options, role) for role in options.required):
        guessed = _guess(sample, options, where)
        if guessed:
            return guessed
    lacking = next(role for role in options.required if role not in places)
    accepted = options.columns[lacking]
    hint = did_you_mean(accepted[0], [one for one in first if one.strip()])
    shown = ", ".join(f"'{one.strip()[:30]}'" for one in first[:8])
    setting = options.settings.get(lacking)
    advice = f" ({setting} names it, or gives its number)" if setting else ""
    raise ZooError(f"{where}: no column '{accepted[0]}' for {lacking}{hint or f'; it has {shown}'}{advice}")


def _by_name(keys: Sequence[str], options: TableOptions, where: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for role, accepted in options.columns.items():
        for name in accepted:
            if column_key(name) in keys:
                if keys.count(column_key(name)) > 1 and role in options.required:
                    setting = options.settings.get(role)
                    advice = f"; {setting}=NUMBER says which, as in {setting}=2" if setting else "; rename one"
                    raise ZooError(f"{where}: several columns are called '{name}', which is read as {role}{advice}")
                found[role] = keys.index(column_key(name))
                break
    return found


def _guess(sample: Sequence[Sequence[str]], options: TableOptions, where: str) -> Header | None:
    """Find the columns of a table with unknown names or without a header."""
    roles = list(options.columns)
    first = sample[0]
    columns = list(range(len(first)))
    if options.pairs and len(columns) > len(roles):
        # Columns besides the two languages: sentence numbers and attributions.
        columns = [place for place in columns if not _all_numbers(sample, place)][: len(roles)]
    if len(columns) == 1 and set(roles) - set(options.optional) == {roles[0]}:
        roles = roles[:1]
    if len(columns) != len(roles):
        return None
    places = dict(zip(roles, columns, strict=True))
    if options.labels in places and len(roles) == 2:
        text = next(role for role in roles if role != options.labels)
        swapped = {text: places[options.labels], options.labels: places[text]}
        # A few labels occur again and again; texts seldom do.
        if _variety(sample, swapped[options.labels]) < _variety(sample, places[options.labels]) - 0.1:
            places = swapped
    header = _names_columns(sample, places, options)
    shown = {role: repr(first[place].strip()) if header else f"column {place + 1}" for role, place in places.items()}
    taken = ", ".join(f"{column} as {role}" for role, column in shown.items())
    settings = [options.settings[role] for role in places if role in options.settings]
    advice = f" ({' and '.join(settings)} choose others)" if settings else ""
    begin = "the first row is taken for column names" if header else "no column names"
    return _header(first, places, header, f"{where}: {begin}; read {taken}{advice}")


def _names_columns(sample: Sequence[Sequence[str]], places: Mapping[str, int], options: TableOptions) -> bool:
    """Whether the first row contains names rather than an example."""
    first, rest = sample[0], sample[1:]
    if options.pairs:
        return all(is_language(first[place]) for place in places.values()) or _unlike_the_rest(sample, places.values())
    label = places.get(options.labels)
    if label is None or not rest:
        return False
    if not all(_NAME.fullmatch(first[place].strip()) and len(first[place].split()) <= 3 for place in places.values()):
        return False
    labels = [canonical_label(row[label]) for row in rest]
    alone = canonical_label(first[label]) not in labels
    repeated = len(set(labels)) < len(labels)
    texts = [place for role, place in places.items() if role != options.labels]
    return alone and ((repeated and len(rest) >= 3) or _unlike_the_rest(sample, texts, 1))


def _unlike_the_rest(sample: Sequence[Sequence[str]], places: Iterable[int], least: int = 5) -> bool:
    """Whether the first row has single words where all others have several words."""
    rest = sample[1:]
    columns = list(places)
    return (
        len(rest) >= least
        and all(re.fullmatch(r"\w+", sample[0][place].strip()) for place in columns)
        and all(len(row[place].split()) > 1 for row in rest for place in columns)
    )


def _variety(sample: Sequence[Sequence[str]], place: int) -> float:
    """Return the share of distinct values in a column, without the first row: 1 if all differ."""
    values = [row[place].strip() for row in sample[1:]]
    return len(set(values)) / len(values) if values else 1.0


def _all_numbers(sample: Sequence[Sequence[str]], place: int) -> bool:
    values = [row[place].strip() for row in sample[1:]] or [sample[0][place].strip()]
    return all(value.isdecimal() for value in values)


def _header(first: Sequence[str], places: Mapping[str, int], named: bool, note: str = "") -> Header:
    names = tuple(one.strip() or f"column {number}" for number, one in enumerate(first, 1)) if named else ()
    return Header(places, names or tuple(str(number) for number in range(1, len(first) + 1)), named, note)


def _is_explicit(options: TableOptions, role: str) -> bool:
    """Whether the user has named this role's column, so that no other column will do."""
    return len(options.columns[role]) == 1


def _number(accepted: Sequence[str]) -> int:
    """Return a column's number from 1 if it is given as a number, otherwise 0."""
    return next((int(name) for name in accepted if name.isdecimal() and name != "0"), 0)
