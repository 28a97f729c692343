"""Fills templates: everything that comes from data is escaped, and what does not print becomes visible."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"

_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
# Characters that reorder or hide the text around them become visible, so that no text can pass for another.
_MARKS = {
    code: f"\u27e8U+{code:04X}\u27e9" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)
}
_MARKS |= {code: f"\u27e8U+{code:04X}\u27e9" for code in range(0x80, 0xA0)}
_VISIBLE: dict[int, int | str] = {**_PICTURES, **_MARKS}


def visible(text: str) -> str:
    """Replace control characters by their pictures (U+2400), and marks of direction by their code."""
    if text.isprintable():
        return text
    return text.translate(_VISIBLE).encode("utf-8", "replace").decode("utf-8")


def render(template: str, /, **values: object) -> Markup:
    """Fill a template.

    Args:
        template: its file's name, below `templates/`.
        **values: what it shows; texts are escaped, unless they are `Markup`.
    """
    return Markup(_environment().get_template(template).render(**values))


def asset(name: str) -> Markup:
    """Read a style sheet or a script of the report, which is trusted as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def embedded(value: object) -> Markup:
    """Write data as JSON for a `<script type="application/json">`, which no text in it can end."""
    text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # A lone half of a surrogate pair cannot be written as UTF-8.
    return Markup(text.encode("utf-8", "replace").decode("utf-8"))


def shorten(value: object, most: int = 400) -> str:
    """Return a value as text of limited length."""
    text = str(value)
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def number(value: object, digits: int = 4) -> str:
    """Write a number for people: thousands in groups, few digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if not math.isfinite(value):
        return "\u2013"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.globals["embedded"] = embedded
    environment.filters |= {"number": number, "shorten": shorten}
    return environment


def _finalized(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return "" if value is None else value


def _finite(value: object) -> object:
    """Return data as JSON knows them: numbers that are not finite become null."""
    if hasattr(value, "tolist"):  # of NumPy
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
