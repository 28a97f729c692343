"""ONNX Runtime Web, as files that a page loads."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

VERSION = "1.30.0"
"""Of the npm package `onnxruntime-web`."""
FILES = {
    "LICENSE": "2f07c72751aed99790b8a4869cf2311df85a860b22ded05fa22803587a48922c",
    "ThirdPartyNotices.txt": "d8696258afcf9df7827a5e01d6b6d55ee9b461b4e82020f5f48242deb9cc2270",
    "ort-wasm-simd-threaded.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
    "ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
    "ort.wasm.min.mjs": "d74289d67bb9a3240003ea422793472042bbab764e19ed15e9cb48da771ba57a",
}
"""Name -> SHA-256."""


def runtime_files() -> dict[str, Traversable]:
    """The files that belong beside a page, by name."""
    folder = files("zoo_web") / "onnxruntime"
    return {name: folder / name for name in FILES}
