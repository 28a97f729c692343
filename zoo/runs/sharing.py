"""Pushes a model to a hub and pulls one from it: graphs, arrays, JSON and the card travel, and never code."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.files import read_text
from zoo.plugins import Plugins
from zoo.runs.shared_bundle import shared_bundle
from zoo.runtime.manifest import CARD, MANIFEST, read_bundle_manifest
from zoo.runtime.target import check_target, put, writing

if TYPE_CHECKING:
    from zoo.hub import Hub

ENDINGS = (".json", ".model", ".onnx")
"""Of what travels beside the card: graphs, JSON, and models of sentencepiece."""


@dataclass(frozen=True)
class Address:
    """Where a model is on a hub.

    Attributes:
        scheme: which hub.
        name: of the model there.
    """

    scheme: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `SCHEME://NAME`.

        Raises:
            UsageError: it is something else.
        """
        scheme, separator, name = text.partition("://")
        if not separator or not scheme or not name.strip("/"):
            raise UsageError(f"'{text}' is not the address of a model on a hub; write hf://owner/name")
        return cls(scheme, name.strip("/"))

    def __str__(self) -> str:
        return f"{self.scheme}://{self.name}"


def push(name: str, address: str, trust: bool = False, **options: object) -> str:
    """Store a model on a hub (see `zoo push`).

    Args:
        name: a run's folder, a task's name for its latest run, or a bundle.
        address: `SCHEME://NAME`.
        trust: run the code of a task file that came with the run.
        **options: of the export of a run (see `zoo.export.ExportOptions`).

    Returns:
        The address that a browser shows it at.

    Raises:
        UsageError: an address of no hub, or options of an export for a bundle.
        ZooError: the run cannot be exported, or the hub refuses it.
    """
    place = Address.parse(address)
    hub = find_hub(place.scheme)
    with tempfile.TemporaryDirectory(prefix="zoo-push-") as temporary:
        bundle = shared_bundle(name, Path(temporary) / place.name.rpartition("/")[2], "a hub", trust, options)
        files = _checked([MANIFEST, CARD, *bundle.manifest.files], str(bundle.folder))
        if not (bundle.folder / CARD).is_file():
            raise UsageError(f"{name} has no {CARD}, the card that a hub shows; export the run again, or write one")
        outgoing = Path(temporary) / "outgoing"
        for file in files:
            (outgoing / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(bundle.folder / file, outgoing / file)
        from zoo.export.card import hub_header
        from zoo.runtime.manifest import write_bundle_manifest

        card = outgoing / CARD
        card.write_text(hub_header(bundle.manifest) + card.read_text(encoding="utf-8"), encoding="utf-8")
        write_bundle_manifest(outgoing, bundle.manifest)
        return hub.upload(place.name, outgoing, files)


def pull(address: str, out: str = "") -> Path:
    """Fetch a model from a hub (see `zoo pull`).

    Args:
        address: `SCHEME://NAME`.
        out: the folder to write to; by default one of the model's name.

    Returns:
        The folder: a bundle.

    Raises:
        UsageError: an address of no hub, or a place where something else is.
        ZooError: there is no such model, it is no bundle, or a file is not the one that was stored.
    """
    place = Address.parse(address)
    target = check_target(out or place.name.rpartition("/")[2])
    if target.suffix == ".zoo":
        raise UsageError(f"out={out}: a model is pulled to a folder")
    hub = find_hub(place.scheme)
    with writing(target) as temporary:
        folder = temporary / target.name
        folder.mkdir()
        hub.download(place.name, [MANIFEST], folder)
        files = _listed(folder / MANIFEST, address)
        hub.download(place.name, files, folder)
        try:
            read_bundle_manifest(folder)
        except ZooError as error:
            raise ZooError(f"{address}: {str(error).replace(f'{folder}/', '')}") from error
        put(folder, target)
    return target


def find_hub(scheme: str) -> Hub:
    """Find the hub of a scheme among the plugins.

    Raises:
        UsageError: no plugin has it.
    """
    hubs = Plugins().load_components().hubs
    if scheme not in hubs:
        hint = "; pip install zoo-huggingface" if scheme == "hf" else did_you_mean(scheme, hubs)
        raise UsageError(f"no plugin knows the hub {scheme}://{hint}")
    return hubs[scheme]()


def _listed(manifest: Path, address: str) -> list[str]:
    """The files that a manifest names, none of them code and none outside the bundle."""
    try:
        found = json.loads(read_text(manifest))
        files = list(found["files"])
    except ZooError:
        raise
    except Exception as error:  # whatever json and a foreign file make of it
        raise ZooError(f"{address}: its {MANIFEST} is damaged; it is no bundle of the zoo") from error
    return _checked(files, address)


def _checked(files: list[str], where: str) -> list[str]:
    for file in files:
        path = PurePosixPath(str(file))
        if path.is_absolute() or ".." in path.parts or "\\" in str(file):
            raise ZooError(f"{where}: damaged: {file} is not inside it")
        if path.suffix not in ENDINGS and str(file) != CARD:
            raise ZooError(f"{where}: {file} is neither a graph nor JSON; nothing else travels")
    return list(dict.fromkeys(map(str, files)))
