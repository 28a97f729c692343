"""A bundle as a wheel, so that pip installs a model: its files, metadata and an entry point, and no code."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from zoo.errors import UsageError
from zoo.runtime.installed_models import GROUP, PREFIX
from zoo.runtime.manifest import BundleManifest

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")
_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file, so that the same bundle makes the same wheel."""


@dataclass(frozen=True)
class WheelName:
    """What a model is called.

    Attributes:
        name: in commands: lower-case letters, digits and hyphens.
        version: of the distribution, as PEP 440 has it.

    Raises:
        UsageError: pip would refuse the name or the version.
    """

    name: str
    version: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"'{self.name}' cannot name a model: use lower-case letters, digits and hyphens")
        if not _VERSION.fullmatch(self.version):
            raise UsageError(f"version={self.version}: expected numbers and dots, such as 1.0 or 2.1rc1")

    @property
    def distribution(self) -> str:
        """The name that pip installs."""
        return PREFIX + self.name

    @property
    def package(self) -> str:
        """The folder of the bundle in the wheel."""
        return self.distribution.replace("-", "_")

    @property
    def file(self) -> str:
        """The wheel's file name."""
        return f"{self.package}-{self.version}-py3-none-any.whl"


def write_wheel(bundle: Path, manifest: BundleManifest, called: WheelName, out: Path) -> Path:
    """Write the wheel of a bundle.

    Args:
        bundle: its folder.
        manifest: of it.
        called: name and version.
        out: the folder to write to.

    Returns:
        The wheel.
    """
    out.mkdir(parents=True, exist_ok=True)
    path, info = out / called.file, f"{called.package}-{called.version}.dist-info"
    files = {
        f"{called.package}/{one.relative_to(bundle).as_posix()}": one.read_bytes()
        for one in sorted(bundle.rglob("*"))
        if one.is_file()
    }
    files[f"{info}/METADATA"] = _metadata(bundle, manifest, called).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: seqzoo\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/entry_points.txt"] = f"[{GROUP}]\n{called.name} = {called.package}\n".encode()
    record = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    partial = path.with_suffix(".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    partial.replace(path)
    return path


def _metadata(bundle: Path, manifest: BundleManifest, called: WheelName) -> str:
    needs = manifest.versions.get("seqzoo", "0")
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {called.distribution}",
        f"Version: {called.version}",
        f"Summary: A model of the sequence zoo: {manifest.task}, {manifest.precision}",
        *([f"License: {manifest.license}"] if manifest.license else []),
        "Requires-Python: >=3.11",
        "Provides-Extra: runtime",
        f'Requires-Dist: seqzoo-runtime>={needs}; extra == "runtime"',
        "Description-Content-Type: text/markdown",
    ]
    card = bundle / "README.md"
    return "\n".join(lines) + "\n\n" + (card.read_text(encoding="utf-8") if card.is_file() else "")


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
