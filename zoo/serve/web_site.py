"""`zoo export format=web`: a folder with the page, the models and ONNX Runtime Web, which answers without a server."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from zoo.errors import UsageError, ZooError
from zoo.files import expanded
from zoo.runtime import Bundle
from zoo.serve.model_card import make_card
from zoo.serve.pages import page_files

TARGETS = ("LabelCodec", "CharacterCodec", "ByteCodec", "WordCodec", "PieceCodec")
"""Codecs of what it answers."""
TOPOLOGIES = ("LanguageModel", "ManyToMany", "ManyToOne")
"""Topologies that the page answers by itself."""
SERVER_FILES = ("index.html", "docs.html", "docs.js", "backend_server.js")
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def check_web() -> None:
    """Refuse where ONNX Runtime Web is not installed.

    Raises:
        ZooError: says how to install it.
    """
    if find_spec("zoo_web") is None:
        raise ZooError("format=web needs ONNX Runtime Web: pip install zoo-web (plugins/zoo-web in the repository)")


def check_site(out: str | Path) -> Path:
    """Refuse a place where something else is.

    Raises:
        UsageError: it is not an empty folder, and no site.
    """
    place = expanded(out)
    if place.exists() and not (place / "models" / "models.json").is_file():
        if not place.is_dir():
            raise UsageError(f"out={out} is a file; choose a folder")
        if any(place.iterdir()):
            raise UsageError(f"out={out} is not empty, and no site; choose another out=")
    return place


def write_site(models: Mapping[str, Bundle], out: str | Path) -> Path:
    """Write a folder that any static server can serve.

    Args:
        models: bundles of ONNX graphs, by name.
        out: the folder; an older site in it is replaced.

    Returns:
        The folder.

    Raises:
        ZooError: ONNX Runtime Web is not installed, or the page cannot answer for a model.
    """
    check_web()
    place = check_site(out)
    for bundle in models.values():
        _check_bundle(bundle)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.") as temporary:
        site = Path(temporary) / "site"
        _write(models, site)
        if place.exists():
            shutil.rmtree(place)
        site.rename(place)
    return place


def _check_bundle(bundle: Bundle) -> None:
    manifest = bundle.manifest
    answers = manifest.topology in TOPOLOGIES and manifest.codecs.get("target") in TARGETS
    if not answers or "" in manifest.codecs.values():
        raise ZooError(
            f"a page without a server reads and writes texts, or labels them; {manifest.task} needs zoo serve"
        )
    if not all(entry.file.endswith(".onnx") for entry in manifest.graphs.values()):
        raise ZooError(f"{bundle.folder} holds no ONNX graphs; export the run with format=onnx")
    if make_card(manifest.task, bundle).input != "text":
        raise ZooError(f"a page without a server reads texts; {manifest.task} needs zoo serve")


def _write(models: Mapping[str, Bundle], site: Path) -> None:
    import zoo_web

    for folder in ("static", "ort", "models"):
        (site / folder).mkdir(parents=True)
    pages = page_files()
    for name, content in pages.items():
        if name not in SERVER_FILES:
            (site / "static" / name).write_bytes(content)
    (site / "index.html").write_text(_index(pages["index.html"].decode()), encoding="utf-8")
    for name, file in zoo_web.runtime_files().items():
        (site / "ort" / name).write_bytes(file.read_bytes())
    for name, bundle in models.items():
        shutil.copytree(bundle.folder, site / "models" / name)
        _write_json(site / "models" / f"{name}.json", make_card(name, bundle).as_json())
    _write_json(site / "models" / "models.json", list(models))


def _index(page: str) -> str:
    """The page as it is without a server: which backend it has, and what it may load."""
    server = '<meta name="zoo-backend" content="server">'
    if server not in page:
        raise ZooError("the page of this installation is damaged; install seqzoo again")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return page.replace(server, f'{policy}\n<meta name="zoo-backend" content="browser">')


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content) + "\n", encoding="ascii")
