"""The model card of a bundle: what it is, how good it is, how to use it."""

from __future__ import annotations

import json
from pathlib import Path

from zoo.export.parity import Parity
from zoo.runtime.manifest import CARD, BundleManifest

FORMATS = {
    "onnx": "as ONNX graphs",
    "savedmodel": "as a SavedModel of TensorFlow",
    "litert": "as LiteRT graphs",
    "numpy": "as arrays, with a file of NumPy that answers",
}


def parity_table(parity: Parity, size: int) -> list[tuple[str, str]]:
    """What an export prints: a line a number.

    Args:
        parity: of run and bundle.
        size: bytes of the bundle.
    """
    rows = [
        ("examples compared", f"{parity.examples:,}"),
        ("equal answers", f"{parity.equal:.1%}"),
        ("largest difference of log-probabilities", f"{parity.difference:.1e}"),
        ("milliseconds each, run", f"{1e3 * parity.seconds[0]:.3g}"),
        ("milliseconds each, bundle", f"{1e3 * parity.seconds[1]:.3g}"),
        ("size", f"{size / 1e6:.2f} MB"),
    ]
    rows += [(f"{name}, run and bundle", f"{one:.4f} {other:.4f}") for name, (one, other) in parity.metrics.items()]
    return rows


def write_card(folder: Path, manifest: BundleManifest, use: str, data: str, parity: Parity | None, size: int) -> None:
    """Write `README.md`.

    Args:
        folder: of the bundle.
        manifest: of it.
        use: how to use it, in Markdown.
        data: name of the data that the run was trained on.
        parity: of run and bundle; None where nothing was compared.
        size: bytes of the bundle.
    """
    lines = [
        f"# {manifest.task}",
        "",
        f"A model of the sequence zoo (topology {manifest.topology or 'of a plugin'}), "
        f"{FORMATS[manifest.graph_format]} ({manifest.precision}).",
        "",
        f"- Task: {manifest.task}",
        f"- Data: {data or 'the built-in data of the task'}",
        f"- License: {manifest.license or 'not stated; ask the author'}",
        f"- Made with: {', '.join(f'{name} {found}' for name, found in manifest.versions.items())}",
        "",
        "## Use",
        "",
        use,
    ]
    if parity is not None:
        lines += ["", "## Compared with the run", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in parity_table(parity, size)]
    (folder / CARD).write_text("\n".join(lines) + "\n", encoding="utf-8")


PIPELINES = {
    "LanguageModel": "text-generation",
    "ManyToMany": "translation",
    "ManyToOne": "text-classification",
    "OneToMany": "image-to-text",
    "OneToOne": "image-classification",
}


def hub_header(manifest: BundleManifest) -> str:
    """What a hub reads at the top of a card: license, kind of task and tags, as YAML.

    Args:
        manifest: of the bundle.
    """
    lines = ["---", "library_name: seqzoo"]
    if manifest.license:
        lines.append(f"license: {json.dumps(manifest.license.lower())}")
    if manifest.topology in PIPELINES:
        lines.append(f"pipeline_tag: {PIPELINES[manifest.topology]}")
    lines += ["tags:", "- sequence-zoo", "- onnx", f"- {json.dumps(manifest.task)}", "---", ""]
    return "\n".join(lines) + "\n"
