"""The loop that a LiteRT bundle's card shows: thirty lines of Python, and what they need of the codecs."""

from __future__ import annotations

from pathlib import Path

from zoo.codecs import CharacterCodec, Codec, LabelCodec, WordCodec
from zoo.errors import ZooError
from zoo.runtime.bundle import CODECS, make_codec
from zoo.runtime.manifest import BundleManifest

INTRODUCTION = """Graphs of fixed shapes: one example at a time{most}.
The loop needs `pip install ai-edge-litert` and runs in the folder of the bundle:

```python
{code}
```"""

HEAD = """import json, re, sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter("model.tflite")
about = json.load(open("tokens.json", encoding="utf-8"))
"""
READ = """step = interpreter.get_signature_runner("step")
inputs = step.get_input_details()

def read(token, state, memory={}):
    given = memory | {f"state_{place}": one for place, one in enumerate(state)}
    given = {name: one for name, one in given.items() if name in inputs}
    found = step(tokens=np.array([token], np.int32), **given)
    logits = found["output_0"][0]
    logits[about["never"]] = -np.inf
    return logits, [found[f"output_{1 + place}"] for place in range(len(state))]

"""
CONTINUE = """states = [inputs[f"state_{place}"] for place in range(len(inputs) - 1)]
state, written = [np.zeros(one["shape"], one["dtype"]) for one in states], []
for token in numbers(sys.argv[1] or "\\n"):
    logits, state = read(token, state)
while len(written) < 40:
    written.append(int(logits.argmax()))  # the likeliest; or draw one
    logits, state = read(written[-1], state)
print(sys.argv[1] + text(written))
"""
WRITE = """found, start = encode({arguments}), interpreter.get_signature_runner("start")
memory = {{f"memory_{{place}}": found[f"output_{{place}}"] for place in range(len(found))}}
found = start(**{{name: memory[name] for name in start.get_input_details()}})
state, token, written = [found[f"output_{{place}}"] for place in range(len(found))], about["begin"], []
while len(written) < about["length"]:
    logits, state = read(token, state, memory)
    token = int(logits.argmax())
    if token == about["end"]:
        break
    written.append(token)
print(text(written))
"""
PADDED = """source = np.zeros({first}.get_input_details()["source"]["shape"], {dtype})  # [1, S{more}]
mask = np.zeros(source.shape[:2], bool)
source[0, : len(given)], mask[0, : len(given)] = given, True
"""
FRAMES = ("ClipCodec", "FrameCodec", "VectorCodec")


def tokens(folder: Path, manifest: BundleManifest) -> dict[str, object]:
    """Say what the loop needs of the codecs.

    Args:
        folder: of the bundle.
        manifest: of it.

    Raises:
        ZooError: texts are made of pieces, which need sentencepiece.
    """
    source, target = (_codec(folder, manifest, role) for role in ("source", "target"))
    if "PieceCodec" in (type(source).__name__, type(target).__name__):
        raise ZooError("format=litert shows texts of characters, bytes and words, not of pieces; use format=onnx")
    about: dict[str, object] = {"length": manifest.settings["search"]["length"]}
    for role, codec in (("source", source), ("target", target)):
        if isinstance(codec, CharacterCodec):
            about[role] = ["\ufffd", *codec.characters]
        elif isinstance(codec, WordCodec):
            about[role] = ["\ufffd", *codec.words]
        elif isinstance(codec, LabelCodec):
            about[role] = [str(label) for label in codec.labels]
    unknown = getattr(target, "unknown_id", None)
    never = [] if unknown is None else [unknown]
    if target is not None and "encode" in manifest.graphs:
        about |= {"begin": target.size, "end": target.size + 1}
        never.append(target.size)
    return about | {"never": never}


def use(folder: Path, manifest: BundleManifest, length: int) -> str:
    """Write the part of the card on how to use a bundle.

    Args:
        folder: of the bundle.
        manifest: of it.
        length: positions of a source.
    """
    source, target = (_codec(folder, manifest, role) for role in ("source", "target"))
    writes = "encode" in manifest.graphs
    if manifest.topology == "LanguageModel":
        parts = [HEAD, _numbers(target, "target"), _text(target), READ, CONTINUE]
        return INTRODUCTION.format(most="", code="".join(parts).strip())
    first = "encode" if writes else "predict"
    arguments = ", ".join(f"{name}={name}" for name in manifest.graphs[first].inputs)
    parts = [HEAD, f'{first} = interpreter.get_signature_runner("{first}")\n']
    if "mask" not in manifest.graphs[first].inputs:
        parts.append("given = np.load(sys.argv[1])  # an image [height, width, channels], from 0 to 255\n")
        parts.append(f'source = given[None].astype({first}.get_input_details()["source"]["dtype"])\n')
    elif type(source).__name__ in FRAMES:
        parts.append("given = np.load(sys.argv[1])  # frames [T, ...], scaled as codecs/source.json says\n")
        parts.append(PADDED.format(first=first, more=", ...", dtype="given.dtype"))
    else:
        parts += [_numbers(source, "source"), "given = numbers(sys.argv[1])\n"]
        parts.append(PADDED.format(first=first, more="", dtype="np.int32"))
    if writes:
        parts += [_text(target), READ, WRITE.format(arguments=arguments)]
    else:
        parts.append(f'logarithms = predict({arguments})["output_0"][0]\n')
        frames = manifest.topology == "Synced"
        places = "place in logarithms[: len(given)].argmax(-1)"
        parts.append(f'print(*(about["target"][place] for {places}))\n' if frames else "")
        parts.append("" if frames else 'print(about["target"][logarithms.argmax()])\n')
    most = f", a source of at most {length} positions, padded with zeros"
    return INTRODUCTION.format(most=most, code="".join(parts).strip())


def _codec(folder: Path, manifest: BundleManifest, role: str) -> Codec | None:
    made: Codec | None = make_codec(manifest.codecs.get(role, ""))
    if made is not None:
        made.restore(folder / CODECS, role)
    return made


def _numbers(codec: Codec | None, role: str) -> str:
    """The lines that make numbers of a text."""
    kind = type(codec).__name__
    if kind == "ByteCodec":
        return "def numbers(text):\n    return list(text.encode())\n\n"
    pattern = r'r" ?\w+| ?[^\w\s]"' if kind == "WordCodec" else 'r"(?s)."'
    given = 'f" {text}"' if kind == "WordCodec" else "text"
    given += ".lower()" if getattr(codec, "lowercase", False) else ""
    return (
        f'known = {{token: place for place, token in enumerate(about["{role}"])}}\n\n'
        "def numbers(text):\n"
        f"    return [known.get(token, 0) for token in re.findall({pattern}, {given})]\n\n"
    )


def _text(codec: Codec | None) -> str:
    """The lines that make a text of numbers."""
    body = '"".join(about["target"][place] for place in numbers)'
    if type(codec).__name__ == "WordCodec":
        body += '.removeprefix(" ")'
    if type(codec).__name__ == "ByteCodec":
        body = 'bytes(numbers).decode("utf-8", "replace")'
    return f"def text(numbers):\n    return {body}\n\n"
