"""The settings of a search, as a request gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError
from zoo.serve.errors import invalid
from zoo.serve.json_body import Json, check_names, number
from zoo.settings import SearchSettings
from zoo.settings.fields import declared

if TYPE_CHECKING:
    from zoo.serve.limits import ServeLimits

STRATEGIES = ("greedy", "sample", "beam")
MOST_ITEMS, LONGEST_ITEM = 1_000, 1_000


def read_search(given: Mapping[str, Json], defaults: SearchSettings, limits: ServeLimits) -> SearchSettings:
    """Read the settings of a search.

    Args:
        given: names and values, such as `{"temperature": 0.5}`.
        defaults: of the model.
        limits: of a request.

    Raises:
        RequestError: 422, an unknown name, a wrong type, or a number out of range.
    """
    fields = declared(SearchSettings)
    check_names(given, list(fields))
    values: dict[str, Any] = {}
    for name, value in given.items():
        entry = fields[name]
        wrong = invalid(f"{name} must be {entry.expected()}")
        if entry.item is not None:
            values[name] = _texts(value, wrong)
            continue
        if entry.type is float and isinstance(value, int) and not isinstance(value, bool):
            value = number(value, name)
        if not isinstance(value, entry.type) or (isinstance(value, bool) and entry.type is not bool):
            raise wrong
        least, most = entry.field.metadata.get("minimum"), entry.field.metadata.get("maximum")
        if (least is not None and value < least) or (most is not None and value > most):
            raise wrong
        values[name] = value
    if "length" not in values and defaults.length > limits.max_tokens:
        values["length"] = limits.max_tokens
    search = replace(defaults, **values)
    if search.strategy not in STRATEGIES:
        raise invalid(f"strategy must be one of {', '.join(STRATEGIES)}")
    if search.length > limits.max_tokens:
        raise invalid(f"length must be at most {limits.max_tokens:,}")
    if search.strategy == "beam" and search.beam > limits.max_beam:
        raise invalid(f"beam must be at most {limits.max_beam}")
    if len(search.prefix) > limits.max_characters:
        raise invalid(f"prefix must have at most {limits.max_characters:,} characters")
    from zoo.search.plan import check_search

    try:
        check_search(search)
    except UsageError as error:
        raise invalid(str(error)) from error
    return search


def _texts(value: Json, wrong: Exception) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise wrong
    if any(not isinstance(item, str) or len(item) > LONGEST_ITEM for item in value):
        raise wrong
    return list(value)
