"""Arrays, and one readable file that answers with NumPy alone: `numpy_model.py`, copied into the bundle."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from zoo.backend.numpy_ops import log_softmax
from zoo.backend.types import Function
from zoo.export.formats import numpy_model
from zoo.export.formats.bundle_format import BundleFormat, WrittenGraphs
from zoo.export.formats.numpy_parts import collect_parts
from zoo.export.graphs import RunGraphs
from zoo.runtime.bundle_inference import OpenGraph
from zoo.runtime.manifest import BundleManifest, GraphEntry

if TYPE_CHECKING:
    from zoo.export.exported_run import ExportedRun

USE = """`model.py` answers; it is made to be read, and needs NumPy and nothing else:

```console
$ pip install numpy
$ python {folder}/model.py {words}
```

The zoo never runs this file: it is for people."""
WORDS = {"LanguageModel": '"Once upon a time"', "Synced": "frames.csv"}
_NAMES = {"classifier": ("predict",), "tagger": ("predict",), "translator": ("encode", "start", "step")}


class NumpyFormat(BundleFormat):
    """`weights.npz`, `model.json` and `model.py`."""

    name: ClassVar[str] = "numpy"

    def write(self, run: ExportedRun, found: RunGraphs, folder: Path, precision: str) -> WrittenGraphs:
        """Collect the weights under plain names (see `BundleFormat.write`)."""
        parts = collect_parts(run)
        small = np.float16 if precision == "float16" else np.float32
        with zipfile.ZipFile(folder / "weights.npz", "w") as archive:
            for name, array in parts.weights.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as stream:  # no date, so that files are equal
                    np.lib.format.write_array(stream, array.astype(small))
        about = json.dumps(parts.about, ensure_ascii=False, indent=1)
        (folder / "model.json").write_text(about + "\n", encoding="utf-8")
        shutil.copyfile(str(numpy_model.__file__), folder / "model.py")
        attends = parts.about.get("attention", "none") != "none"
        names = _NAMES.get(str(parts.about["kind"]), ("start", "step"))
        entries = {name: GraphEntry("weights.npz", ["source", "mask"], []) for name in names}
        if "step" in entries:
            states = sum(map(len, numpy_model.Model(folder).zeros("decoder")))
            if "encode" in entries:  # where it looked, and what it feeds to the next step
                states += 1 + bool(parts.about["input_feeding"])
            after = [f"output_{1 + place}" for place in range(states)]
            entries["step"] = GraphEntry("weights.npz", ["tokens"], ["output_0", after])
        return WrittenGraphs(entries, 0 if attends else None)

    def opener(self, folder: Path) -> OpenGraph:
        """Open the file that was copied, as a function of batches for each function of one example."""
        batches = _Batches(numpy_model.Model(folder))
        return lambda name, entry: batches.functions[name]

    def use(self, folder: Path, manifest: BundleManifest) -> str:
        """By itself."""
        return USE.format(folder=folder.name, words=WORDS.get(manifest.topology, '"A text."'))


class _Batches:
    """Computes padded batches, an example at a time.

    The memory is `[mask, values, keys, *states]`, the state of a translator `[alignment, *states, vector]`.
    """

    def __init__(self, model: numpy_model.Model) -> None:
        self._model, self._attends = model, model.about["kind"] == "translator"
        self.functions: dict[str, Function] = {
            "predict": self._tag if model.about["kind"] == "tagger" else self._classify,
            "encode": self._encode,
            "start": self._start,
            "step": self._step,
        }
        self._sizes = [len(layer) for layer in model.zeros("decoder")] if "decoder" in model.about else []

    def _classify(self, source: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
        found = [self._model.classify(row) for row in _unpadded(source, mask)]
        return [log_softmax(np.stack([logits for logits, _ in found])), _padded([w for _, w in found], mask.shape[1])]

    def _tag(self, source: np.ndarray, mask: np.ndarray) -> np.ndarray:
        found = [log_softmax(self._model.tag(row)) for row in _unpadded(source, mask)]
        return _padded(found, mask.shape[1])

    def _encode(self, source: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
        found = [self._model.encode(row) for row in _unpadded(source, mask)]
        states = zip(*([part for layer in one["states"] for part in layer] for one in found), strict=True)
        places = [_padded([one[name] for one in found], mask.shape[1]) for name in ("values", "keys")]
        return [mask, *places, *map(np.stack, states)]

    def _start(self, *memory: np.ndarray) -> list[np.ndarray]:
        if not self._attends:
            rows = int(memory[0])
            return [
                np.zeros((rows, *part.shape), np.float32) for layer in self._model.zeros("decoder") for part in layer
            ]
        states = [self._model.start(one) for one in self._memories(memory)]
        return self._joined(states, memory[0].shape[1])

    def _step(self, tokens: np.ndarray, *given: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        logits, after = [], []
        if not self._attends:
            for row, token in enumerate(tokens):
                scores, found = self._model.step(int(token), {"layers": self._layers([part[row] for part in given])})
                logits.append(scores)
                after.append(found)
            flat = zip(*([part for layer in one["layers"] for part in layer] for one in after), strict=True)
            return np.stack(logits), [np.stack(part) for part in flat]
        count = 3 + sum(self._sizes)
        memory, state = given[:count], given[count:]
        for row, (token, one) in enumerate(zip(tokens, self._memories(memory), strict=True)):
            looked, *parts = [part[row] for part in state]
            before: numpy_model.State = {"layers": self._layers(parts), "looked": looked}
            if self._model.about["input_feeding"]:
                before["vector"] = parts[-1]
            scores, found = self._model.step(int(token), before, one)
            logits.append(scores)
            after.append(found)
        return np.stack(logits), self._joined(after, memory[0].shape[1])

    def _memories(self, memory: Sequence[np.ndarray]) -> Iterator[numpy_model.Memory]:
        mask, values, keys, *states = memory
        for row, there in enumerate(mask.astype(bool)):
            parts = [state[row] for state in states]
            yield {"values": values[row][there], "keys": keys[row][there], "states": self._layers(parts)}

    def _layers(self, parts: list[np.ndarray]) -> list[list[np.ndarray]]:
        waiting = iter(parts)
        return [[next(waiting) for _ in range(size)] for size in self._sizes]

    def _joined(self, states: list[numpy_model.State], places: int) -> list[np.ndarray]:
        layers = zip(*([part for layer in one["layers"] for part in layer] for one in states), strict=True)
        vectors = [np.stack([one["vector"] for one in states])] if "vector" in states[0] else []
        return [_padded([one["looked"] for one in states], places), *map(np.stack, layers), *vectors]


def _unpadded(source: np.ndarray, mask: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of a batch without padding; one that is all padding, whose answer nobody reads, has one position."""
    for row, there in zip(source, mask.astype(bool), strict=True):
        yield row[there] if there.any() else row[:1]


def _padded(rows: list[np.ndarray], places: int) -> np.ndarray:
    """Rows of different lengths as one array, zeros behind their ends."""
    found = np.zeros((len(rows), places, *rows[0].shape[1:]), np.float32)
    for row, values in enumerate(rows):
        found[row, : len(values)] = values
    return found
