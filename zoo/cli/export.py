"""`zoo export`: a run becomes a bundle that answers without TensorFlow."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from zoo.cli.arguments import accepts_settings, parse_arguments, split_target
from zoo.cli.console import echo, print_json
from zoo.cli.table import print_table
from zoo.export.options import FORMATS, ExportOptions
from zoo.runtime.finding import find_bundle
from zoo.settings import setting


@dataclass
class ExportArguments(ExportOptions):
    """The settings of `zoo export`."""

    out: str = setting("", "a folder, or a file that ends in .zoo; empty: bundles/ in the run's folder")
    format: str = setting("onnx", "what to write; web: a page that answers in the browser", (*FORMATS, "web"))
    trust: bool = setting(False, "run the code of a task file that came with the run")


@click.command("export")
@accepts_settings(ExportArguments, "run=RUN [format=onnx] [precision=int8] [out=PATH]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Export a run as a bundle that answers without TensorFlow.

    RUN is a run's folder, or a task's name for its latest run. The run and the bundle answer the same examples; the
    table shows how their answers compare, what they score and how fast they are.
    """
    name, rest = split_target(arguments, "run", "zoo export sentiment (a task's latest run), or a run's folder")
    given = parse_arguments(ExportArguments, rest, "export")
    from zoo.runs.loaded_run import load

    trust = given.pop("trust", False)
    if given.get("format") == "web":
        _export_web(name, given, trust)
        return
    done = load(name, engine="tensorflow", trust=trust).export(**given)
    from zoo.export.card import parity_table

    rows = parity_table(done.parity, done.size) if done.parity is not None else []
    if as_json:
        print_json({"path": str(done.path), "size": done.size, "parity": done.parity and vars(done.parity)})
        return
    if rows:
        print_table(["compared", "result"], rows)
    echo(f"bundle: {done.path}")


def _export_web(name: str, given: dict[str, Any], trust: bool) -> None:
    """Write a page that answers without a server, of a run or a bundle."""
    from zoo.open_model import load as load_any
    from zoo.runtime import Bundle
    from zoo.runtime import load as load_bundle
    from zoo.serve.loading import model_name
    from zoo.serve.web_site import check_site, check_web, write_site

    check_web()
    model = load_any(name, engine="auto" if find_bundle(name) else "tensorflow", trust=trust)
    out = check_site(
        given.get("out") or (f"{model.name}-web" if isinstance(model, Bundle) else model.folder.path / "web")
    )
    with tempfile.TemporaryDirectory() as temporary:
        if not isinstance(model, Bundle):
            options = {key: value for key, value in given.items() if key not in ("out", "format")}
            model = load_bundle(model.export(Path(temporary) / "bundle", **options).path)
        write_site({model_name(model.name): model}, out)
    echo(f"page: {out}; serve this folder, for example: python -m http.server --directory {out}")
