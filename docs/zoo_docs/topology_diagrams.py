"""The six topologies as diagrams: boxes are vectors, arrows are functions, as in Karpathy's article."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

STEP = 94
"""From one column to the next, in pixels."""
WIDTH, HEIGHT = 70, 34
"""Of a box."""
EDGE = 30
"""Left and right of the columns: room for the arrows of a carried state."""
ROWS = {"output": 6, "state": 82, "input": 158}
"""Top edge of the boxes of each kind."""
FILLS = {"input": ("#f8cfc9", "#c25b4f"), "state": ("#cdebcf", "#4b9a58"), "output": ("#cfdff8", "#4a73b8")}
"""Inside and edge of a box. The text is dark, so that a diagram works on light and dark pages."""
LINE = "#808080"


@dataclass(frozen=True)
class Diagram:
    """A topology, unrolled over its steps.

    Args:
        name: the topology, and the stem of the file.
        description: the diagram in one sentence, for readers who cannot see it.
        inputs: the text in the input box of each column; empty where a column has none.
        outputs: likewise for the output boxes.
        feedback: where the next step reads an output: `state` or `input`; empty if it does not.
        attended: the columns that later steps attend to.
        carried: whether a state comes in from earlier text and goes on to later text.
    """

    name: str
    description: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    feedback: str = ""
    attended: tuple[int, ...] = ()
    carried: bool = False


DIAGRAMS = (
    Diagram("one-to-one", "One input, one state, one output.", ("image",), ("seven",)),
    Diagram(
        "one-to-many",
        "One input at the first step; an output at each step, which the next step reads.",
        ("image", "", "", ""),
        ("a", "red", "square", "end"),
        feedback="state",
    ),
    Diagram(
        "many-to-one",
        "An input at each step; one output at the last.",
        ("a", "warm", "little", "film"),
        ("", "", "", "good"),
    ),
    Diagram(
        "many-to-many",
        "Inputs first; then outputs, each of which the next step reads, while it looks back at all inputs.",
        ("a", "dog", "runs", "", "", "", ""),
        ("", "", "", "un", "chien", "court", "end"),
        feedback="state",
        attended=(0, 1, 2),
    ),
    Diagram(
        "synced",
        "An input and an output at each step.",
        ("frame 1", "frame 2", "frame 3", "frame 4"),
        ("rest", "rest", "step", "step"),
    ),
    Diagram(
        "language-model",
        "A token at each step and the next token as its output; the state comes in from before and goes on.",
        ("h", "e", "l", "l"),
        ("e", "l", "l", "o"),
        feedback="input",
        carried=True,
    ),
)


def diagrams() -> dict[str, str]:
    """Draw every diagram.

    Returns:
        File name -> SVG.
    """
    return {f"{diagram.name}.svg": draw(diagram) for diagram in DIAGRAMS}


def draw(diagram: Diagram) -> str:
    """Draw a diagram.

    Returns:
        SVG, of its natural size.
    """
    steps = len(diagram.inputs)
    width, height = 2 * EDGE + (steps - 1) * STEP + WIDTH, ROWS["input"] + HEIGHT + 6
    arrows, boxes = [], []
    for step in range(steps):
        boxes.append(_box("state", step, ""))
        if diagram.inputs[step]:
            boxes.append(_box("input", step, diagram.inputs[step]))
            arrows.append(_up("input", "state", step))
        if diagram.outputs[step]:
            boxes.append(_box("output", step, diagram.outputs[step]))
            arrows.append(_up("state", "output", step))
        if step + 1 < steps:
            arrows.append(_arrow(f"M{_left(step) + WIDTH} {_middle('state')} H{_left(step + 1) - 2}"))
            if diagram.feedback and diagram.outputs[step]:
                arrows.append(_back(step, diagram.feedback))
    if diagram.carried:
        arrows.append(_arrow(f"M{_left(0) - EDGE + 4} {_middle('state')} H{_left(0) - 2}"))
        arrows.append(_arrow(f"M{_left(steps - 1) + WIDTH} {_middle('state')} h{EDGE - 6}"))
    if diagram.attended:
        arrows += _attention(diagram.attended, steps)
    title = f"{diagram.name.replace('-', ' ')}: {diagram.description}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            'role="img" font-family="system-ui, sans-serif" font-size="14" text-anchor="middle">',
            f"<title>{escape(title)}</title>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
            f'<g fill="none" stroke="{LINE}" stroke-width="1.5" marker-end="url(#head)">',
            *arrows,
            "</g>",
            *boxes,
            "</svg>",
            "",
        ]
    )


def _left(step: int) -> int:
    return EDGE + step * STEP


def _centre(step: int) -> int:
    return _left(step) + WIDTH // 2


def _middle(kind: str) -> int:
    return ROWS[kind] + HEIGHT // 2


def _box(kind: str, step: int, text: str) -> str:
    fill, edge = FILLS[kind]
    box = (
        f'<rect x="{_left(step)}" y="{ROWS[kind]}" width="{WIDTH}" height="{HEIGHT}" rx="5" '
        f'fill="{fill}" stroke="{edge}" stroke-width="1.5"/>'
    )
    if not text:
        return box
    return f'{box}\n<text x="{_centre(step)}" y="{_middle(kind) + 5}" fill="#222">{escape(text)}</text>'


def _arrow(path: str, attributes: str = "") -> str:
    return f'<path d="{path}"{attributes}/>'


def _up(lower: str, upper: str, step: int) -> str:
    return _arrow(f"M{_centre(step)} {ROWS[lower]} V{ROWS[upper] + HEIGHT + 2}")


def _back(step: int, reader: str) -> str:
    """An arrow from an output to the next step, which reads it."""
    begin, right = _left(step) + WIDTH, _left(step + 1)
    gap = (begin + right) // 2
    if reader == "state":
        path = (
            f"M{begin} {_middle('output')} C{gap + 12} {_middle('output')} {gap - 4} {ROWS['state'] - 16} "
            f"{right + 12} {ROWS['state'] - 2}"
        )
    else:
        path = (
            f"M{begin} {_middle('output')} C{gap} {_middle('output')} {gap - 4} {ROWS['state'] - 8} "
            f"{gap - 4} {_middle('state')} S{gap - 4} {_middle('input')} {right - 2} {_middle('input')}"
        )
    return _arrow(path, ' stroke-dasharray="5 4"')


def _attention(attended: tuple[int, ...], steps: int) -> list[str]:
    """Dotted lines from the later steps back to the columns that they attend to, below the row of states."""
    low, line = ROWS["state"] + HEIGHT, ROWS["state"] + HEIGHT + 18
    dots = ' stroke-dasharray="1.5 3.5" stroke-linecap="round"'
    readers = range(max(attended) + 1, steps)
    start, right = _centre(attended[0]) + 16, _centre(readers[-1])
    stems = [_arrow(f"M{_centre(step) + 16} {low} V{line}", f'{dots} marker-end="none"') for step in attended]
    heads = [_arrow(f"M{_centre(step)} {line} V{low + 2}", dots) for step in readers]
    return [*stems, _arrow(f"M{start} {line} H{right}", f'{dots} marker-end="none"'), *heads]
