"""Figures and tables as SVG and HTML, for the sections of the report and for those of plugins."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup

from zoo.report.rendering import number, render, shorten

_LEVELS = 16


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """Make a table; numbers are set to the right, and everything is escaped.

    Args:
        head: names of the columns.
        rows: of values.
    """
    cells = [[(_cell(value), isinstance(value, int | float)) for value in row] for row in rows]
    numeric = [bool(cells) and all(row[place][1] for row in cells) for place in range(len(head))]
    return render("table.html", head=list(zip(head, numeric, strict=True)), rows=cells)


def figures(captioned: Iterable[tuple[Markup, str]], width: int = 300) -> Markup:
    """Place figures beside each other, as many as the page has room for.

    Args:
        captioned: figures, each with its caption.
        width: of a figure at least, in pixels.
    """
    return render("figures.html", figures=list(captioned), width=width)


def heat_map(
    values: np.ndarray,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    *,
    label: str = "",
    texts: Sequence[Sequence[str]] | None = None,
    edge: int = 22,
) -> Markup:
    """Draw numbers as a grid of cells: the stronger the colour, the larger the number.

    Args:
        values: `[R, C]`; the largest has the full colour, 0 none.
        rows: name of each row.
        columns: name of each column.
        label: what the figure shows, for screen readers.
        texts: what stands in each cell; by default nothing.
        edge: of a cell, in pixels.
    """
    values = np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    shares = np.clip(values / max(float(values.max(initial=0.0)), 1e-12), 0, 1)  # [R, C]
    left = max((min(len(name), 24) for name in rows), default=0) * 6.4 + (8 if rows else 1)
    top = max((min(len(name), 24) for name in columns), default=0) * 4.9 + (14 if columns else 1)
    named = values.size <= 1024
    cells: list[tuple[int, int, float, str, str]] = []
    levels: dict[int, list[tuple[int, int]]] = {}
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            share = float(shares[row, column])
            if named:
                title = " ".join(part for part in (_name(rows, row), _name(columns, column)) if part)
                shown = texts[row][column] if texts is not None else ""
                cells.append((row, column, round(share, 3), f"{title}: {number(float(values[row, column]), 3)}", shown))
            elif share >= 0.5 / _LEVELS:
                levels.setdefault(round(share * _LEVELS), []).append((row, column))
    return render(
        "heat_map.svg",
        cells=cells,
        levels=[(round(level / _LEVELS, 3), places) for level, places in sorted(levels.items())],
        rows=[shorten(name, 24) for name in rows],
        columns=[shorten(name, 24) for name in columns],
        count=values.shape,
        left=round(left),
        top=round(top),
        right=round(max((min(len(name), 24) for name in columns[-1:]), default=0) * 4.2) + 4,
        edge=edge,
        label=label,
        strength=0.6 if texts is not None else 1,  # texts must stay readable
    )


def image(pixels: np.ndarray, marks: Markup | str = "", label: str = "", width: int = 160) -> Markup:
    """Show an image, with marks drawn on it.

    Args:
        pixels: uint8 `[height, width]`, or with 1 or 3 channels.
        marks: SVG in the image's pixels, such as `<rect .../>`; the `Markup` of a template.
        label: what the image shows.
        width: on the page, in pixels.
    """
    array = np.asarray(pixels)
    height, across = array.shape[:2]
    return render(
        "image.svg", source=data_uri(array), width=across, height=height, marks=marks, label=label, shown=width
    )


def data_uri(pixels: np.ndarray, most: int = 256) -> str:
    """Encode an image as a `data:` address.

    Args:
        pixels: uint8 `[height, width]`, or with 1 or 3 channels.
        most: pixels of the longer side; a larger image is scaled down.
    """
    from PIL import Image

    picture = Image.fromarray(np.squeeze(np.asarray(pixels, np.uint8)))
    picture.thumbnail((most, most))
    stream = io.BytesIO()
    if picture.mode == "RGB" and picture.width * picture.height > 10_000:
        picture.save(stream, "JPEG", quality=80)
        kind = "jpeg"
    else:
        picture.save(stream, "PNG", optimize=True)
        kind = "png"
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode()}"


def line_chart(
    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    x: str,
    y: str,
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    dots: bool = False,
    diagonal: bool = False,
    bars: bool = False,
    label: str = "",
) -> Markup:
    """Draw lines, points or bars in one small chart.

    Args:
        lines: (name, points) of each; the name of a single line is not shown.
        x: name of the horizontal axis.
        y: name of the vertical axis.
        x_range: least and greatest value; by default those of the points.
        y_range: likewise.
        dots: draw points rather than lines.
        diagonal: draw the diagonal too.
        bars: draw bars rather than lines.
        label: what the chart shows.
    """
    points = [point for _, line in lines for point in line] or [(0.0, 0.0)]
    low, high = x_range or (min(point[0] for point in points), max(point[0] for point in points))
    bottom, top = y_range or (min(0.0, *(point[1] for point in points)), max(point[1] for point in points))
    span, rise = (high - low) or 1.0, (top - bottom) or 1.0

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return round(40 + 250 * (point[0] - low) / span, 1), round(20 + 160 * (1 - (point[1] - bottom) / rise), 1)

    drawn = [(shorten(name, 40), [place(point) for point in line]) for name, line in lines]
    return render(
        "line_chart.svg",
        lines=drawn,
        x=x,
        y=y,
        ticks_x=[(place((value, bottom))[0], number(value, 3)) for value in _ticks(low, high)],
        ticks_y=[(place((low, value))[1], number(value, 3)) for value in _ticks(bottom, top)],
        dots=dots,
        diagonal=diagonal,
        bars=bars,
        label=label or f"{y} by {x}",
        narrow=max(2.0, min(60.0, 215.0 / max(1, len(points)))),
    )


def histogram(lengths: Sequence[int], x: str, y: str = "examples", bins: int = 20) -> Markup:
    """Draw how often numbers occur, as bars."""
    counts, edges = np.histogram(lengths, bins=min(bins, max(1, len(set(lengths)))))
    middle = (edges[:-1] + edges[1:]) / 2
    bars = [(float(one), float(count)) for one, count in zip(middle, counts, strict=True)]
    return line_chart([("", bars)], x, y, x_range=(float(edges[0]), float(edges[-1])), bars=True)


def _ticks(low: float, high: float) -> list[float]:
    return [low, (low + high) / 2, high] if high > low else [low]


def _cell(value: object) -> object:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _name(names: Sequence[str], place: int) -> str:
    return shorten(names[place], 60) if place < len(names) else ""
