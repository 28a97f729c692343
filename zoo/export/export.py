"""`zoo export`: a run becomes a bundle, which is compared with the run before it is kept."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.export.bundle_writer import write_bundle
from zoo.export.card import write_card
from zoo.export.formats import make_format
from zoo.export.options import Export, ExportOptions
from zoo.export.parity import Parity, compare
from zoo.runtime.bundle import Bundle
from zoo.runtime.manifest import write_bundle_manifest
from zoo.runtime.target import put, writing

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample
    from zoo.data.splitting.splits import Examples
    from zoo.export.exported_run import ExportedRun
    from zoo.runtime.predictor import Predictor


def export(
    run: ExportedRun, answers: Predictor, examples: Examples, out: Path, options: ExportOptions, data: str
) -> Export:
    """Write a bundle, and compare it with the run.

    Args:
        run: what is exported.
        answers: the run itself.
        examples: of the validation split, or of another.
        out: the folder, or the `.zoo` file.
        options: how.
        data: name of the data, for the card.

    Returns:
        Where it lies, and how it compares.

    Raises:
        ZooError: the model cannot be exported, or a smaller precision loses more than it may.
    """
    compared = list(islice(iter(examples), max(1, options.examples)))
    inputs = [example["source"] for example in compared[:2] if "source" in example]
    with writing(out) as temporary:
        folder = temporary / out.name
        folder.mkdir()
        form = make_format(options.format, options.length or _longest(run, compared))
        manifest = replace(write_bundle(run, inputs, folder, form, options.precision), license=options.license)
        bundle = Bundle(folder, manifest, open_graph=form.opener(folder))
        parity = compare(run.topology, answers, bundle, compared) if options.examples else None
        if parity is not None:
            _check(parity, options)
            metrics = {name: {"run": one, "bundle": other} for name, (one, other) in parity.metrics.items()}
            manifest = replace(manifest, metrics=metrics)
        write_card(folder, manifest, form.use(folder, manifest), data, parity, _size(folder))
        write_bundle_manifest(folder, manifest)
        size = _size(folder)
        _keep(folder, out)
    return Export(out, parity, size)


def _longest(run: ExportedRun, examples: Sequence[RawExample]) -> int:
    """The positions of the longest source, a multiple of 8, for graphs of a fixed length; 0 where sources have none."""
    from zoo.codecs import ImageCodec

    codec = run.codecs.get("source")
    if codec is None or isinstance(codec, ImageCodec):
        return 0
    longest = max((len(codec.encode(example["source"])) for example in examples), default=0)
    if hasattr(codec, "normalization"):  # texts are cut
        longest = min(longest, run.settings.batch.length)
    return -(-longest // 8) * 8


def _check(parity: Parity, options: ExportOptions) -> None:
    """Refuse a bundle of smaller numbers that lost too much."""
    if options.precision == "float32" or parity.loss <= options.tolerance:
        return
    name, (before, after) = next(iter(parity.metrics.items()), ("equal answers", (1.0, parity.equal)))
    raise ZooError(
        f"precision={options.precision} loses {parity.loss:.1%} of {name} ({before:.4f} becomes {after:.4f}), more "
        f"than tolerance={options.tolerance:g}; use precision=float16 or float32, or allow more"
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _keep(folder: Path, out: Path) -> None:
    """Put a finished bundle where it shall stand, in place of an older one."""
    if out.suffix == ".zoo":
        packed = folder.with_suffix(".zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                archive.write(path, path.relative_to(folder).as_posix())
        os.replace(packed, out)
        return
    put(folder, out)
