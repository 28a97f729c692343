"""The contenders of `runtime.py`, each in a process of its own (see `zoo.bench.turns`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from zoo.bench.turns import serve

if TYPE_CHECKING:
    from types import ModuleType

    import torch

    from zoo.bench.torch_search import Translator
    from zoo.models import Decoder

    State = tuple[torch.Tensor, ...]  # of an LSTM, each [1, B, U]

VOCABULARY, STEPS = 1000, 50


class SpeedCase(NamedTuple):
    """An embedding, an LSTM and a softmax's logits, over whole sequences and step by step."""

    units: int
    rows: int
    cores: int

    def tokens(self) -> np.ndarray:
        return np.random.default_rng(0).integers(0, VOCABULARY, (self.rows, STEPS)).astype(np.int32)


def keras_decoder(units: int) -> Decoder:
    """The model, on TensorFlow."""
    from zoo.models import Decoder

    model = Decoder(VOCABULARY, layers=1, units=units, embedding=units)
    model.build()
    return model


def write_graphs(folder: Path, units: int) -> None:
    """Write the model's graphs, in float32 and int8."""
    from zoo.export.formats.onnx_graphs import write_graphs as write
    from zoo.export.graphs import RunGraphs, TracedFunction, _add_steps

    model = keras_decoder(units)
    sequence = TracedFunction(lambda tokens: [model(tokens)[0]], [("tokens", (None, None), "int32")])
    found = RunGraphs({"sequence": sequence})
    _add_steps(found, model, [], np.zeros(1, np.int32))
    for precision in ("float32", "int8"):
        place = folder / f"{units}-{precision}"
        place.mkdir(parents=True)
        entries = write(found, place, precision)
        described = {name: [entry.file, entry.inputs, entry.outputs] for name, entry in entries.items()}
        (place / "graphs.json").write_text(json.dumps(described))


def serve_keras(case: SpeedCase) -> None:
    """Our Keras model, in a graph of TensorFlow as `Run` has it."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(case.cores)
    model, tokens = keras_decoder(case.units), case.tokens()
    sequence = tf.function(lambda tokens: model(tokens)[0], autograph=False)
    step = tf.function(model.step, autograph=False)
    state = model.start(case.rows)
    serve({"sequence": lambda: sequence(tokens).numpy(), "step": lambda: step(tokens[:, 0], state)[0].numpy()})


def serve_runtime(case: SpeedCase, folder: Path) -> None:
    """The graphs, as a bundle computes them."""
    from zoo.runtime.session import Graph

    described = json.loads((folder / "graphs.json").read_text())
    graphs = {name: Graph(folder / file, inputs, outputs) for name, (file, inputs, outputs) in described.items()}
    tokens = case.tokens()
    state = list(graphs["start"](np.array(case.rows, np.int32)))
    serve(
        {
            "sequence": lambda: graphs["sequence"](tokens),
            "step": lambda: graphs["step"](tokens[:, 0], *state),
        }
    )


def serve_torch(case: SpeedCase, compiled: bool) -> None:
    """PyTorch's LSTM, eager or compiled."""
    import torch

    torch.set_num_threads(case.cores)
    embedding, logits = torch.nn.Embedding(VOCABULARY, case.units), torch.nn.Linear(case.units, VOCABULARY)
    lstm = torch.nn.LSTM(case.units, case.units, batch_first=True)
    tokens = torch.from_numpy(case.tokens()).long()
    state = tuple(torch.zeros(1, case.rows, case.units) for _ in range(2))

    def sequence(tokens: torch.Tensor) -> torch.Tensor:
        return logits(lstm(embedding(tokens))[0])

    def step(tokens: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        output, after = lstm(embedding(tokens), state)
        return logits(output[:, 0]), after

    if compiled:
        sequence, step = torch.compile(sequence), torch.compile(step)
    with torch.no_grad():
        serve({"sequence": lambda: sequence(tokens).numpy(), "step": lambda: step(tokens[:, :1], state)[0].numpy()})


def serve_bundle(bundle: Path, inputs: Path, answers: Path) -> None:
    """Translations by a bundle."""
    import zoo.runtime

    model, sentences = zoo.runtime.load(bundle), json.loads(inputs.read_text())
    found: list[str] = []

    def search() -> None:
        found[:] = model.predict(sentences, strategy="beam", beam=5)

    serve({"beam": search, "write": lambda: answers.write_text(json.dumps(found))})


def serve_joeynmt(weights: Path, inputs: Path, answers: Path, length: int, cores: int) -> None:
    """Translations by the same weights in PyTorch, searched as JoeyNMT does: sources in the order of the file, keys
    projected and the memory gathered at every step, until the likeliest hypothesis of a sentence has ended.
    """
    import torch

    from zoo.bench.torch_search import Translator

    torch.set_num_threads(cores)
    arrays = [torch.from_numpy(value) for value in np.load(weights).values()]

    model = loaded(torch, Translator, arrays)
    given = json.loads(inputs.read_text())
    sources, begin, end, banned = given["sources"], given["begin"], given["end"], given["banned"]
    found: list[list[int]] = []

    @torch.no_grad()
    def search() -> None:
        found.clear()
        for place in range(0, len(sources), 64):
            found.extend(beam_search(torch, model, sources[place : place + 64], begin, end, banned, length))

    serve({"beam": search, "write": lambda: answers.write_text(json.dumps(found))})


def loaded(torch: ModuleType, translator: type[Translator], arrays: list[torch.Tensor]) -> Translator:
    """The model of `zoo.bench.torch_search` with the weights of a run, whatever their sizes."""

    class Loaded(translator):
        def __init__(self) -> None:
            torch.nn.Module.__init__(self)
            (source, embedded), (target, written), (units, size) = arrays[0].shape, arrays[14].shape, arrays[15].shape
            half = arrays[2].shape[0]
            linear = torch.nn.Linear
            self.read, self.write = torch.nn.Embedding(source, embedded), torch.nn.Embedding(target, written)
            self.encoder = torch.nn.LSTM(embedded, half, batch_first=True, bidirectional=True)
            self.bridge, self.logits = linear(2 * half, 2 * units), linear(units, size)
            self.decoder = torch.nn.LSTM(written + units, units, batch_first=True)
            self.keys, self.query = linear(2 * half, units, bias=False), linear(units, units, bias=False)
            self.score, self.combine = linear(units, 1, bias=False), linear(2 * half + units, units, bias=False)
            self._load(arrays)

    return Loaded().eval()


def beam_search(
    torch: ModuleType,
    model: Translator,
    sources: list[list[int]],
    begin: int,
    end: int,
    banned: list[int],
    length: int,
    beam: int = 5,
    limits: list[int] | None = None,
) -> list[list[int]]:
    """JoeyNMT's `beam_search` (joeynmt/search.py), for a model with input feeding and without a length penalty.

    With `limits`, each sentence ends at its own greatest length.
    """
    lengths = torch.tensor([len(source) for source in sources])
    source = torch.nn.utils.rnn.pad_sequence([torch.tensor(one) for one in sources], batch_first=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        model.read(source), lengths, batch_first=True, enforce_sorted=False
    )
    outputs, (last, _) = model.encoder(packed)
    memory, _ = torch.nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)
    flat = torch.tanh(model.bridge(torch.cat([last[0], last[1]], -1)))
    state = tuple(part[None].contiguous().repeat_interleave(beam, 1) for part in flat.chunk(2, -1))
    mask = (torch.arange(memory.shape[1])[None] < lengths[:, None])[:, None]
    memory, mask = memory.repeat_interleave(beam, 0), mask.repeat_interleave(beam, 0)
    rows = len(sources)
    vector = memory.new_zeros(rows * beam, 1, state[0].shape[-1])
    offset, places = torch.arange(rows), torch.arange(0, rows * beam, beam)
    texts = torch.full((rows * beam, 1), begin)
    totals = torch.zeros(rows, beam)
    totals[:, 1:] = float("-inf")
    hypotheses: list[list[tuple[float, list[int]]]] = [[] for _ in sources]
    results: list[list[int]] = [[] for _ in sources]
    for step in range(length):
        logits, state, vector = model.step(texts[:, -1:], state, vector, memory, model.keys(memory), mask)
        scores = torch.log_softmax(logits, -1)
        scores[:, banned] = float("-inf")
        size = scores.shape[-1]
        scores = (scores + totals.view(-1, 1)).view(-1, beam * size)
        best, chosen = scores.topk(beam, -1)
        totals = best
        parents = torch.div(chosen, size, rounding_mode="floor")
        tokens = chosen % size
        index = parents + places[: len(parents)].unsqueeze(1)
        select = index.view(-1)
        texts = torch.cat([texts.index_select(0, select), tokens.view(-1, 1)], -1)
        finished = tokens.eq(end)
        if step + 1 == length:
            finished.fill_(True)
        if limits is not None:
            finished |= (torch.tensor(limits)[offset] == step + 1)[:, None]
        done = finished[:, 0].eq(True)
        if finished.any():
            predictions = texts.view(-1, beam, texts.shape[-1])
            for row in range(len(finished)):
                number = int(offset[row])
                if done[row]:
                    finished[row].fill_(True)
                for one in finished[row].nonzero(as_tuple=False).view(-1).tolist():
                    hypotheses[number].append((float(best[row, one]), predictions[row, one, 1:].tolist()))
                if done[row]:
                    text = max(hypotheses[number], key=lambda pair: pair[0])[1]
                    results[number] = text[: text.index(end)] if end in text else text
            left = done.eq(False).nonzero(as_tuple=False).view(-1)
            if not len(left):
                break
            index, totals, offset = (
                index.index_select(0, left),
                totals.index_select(0, left),
                offset.index_select(0, left),
            )
            totals = totals.masked_fill(finished.index_select(0, left), float("-inf"))
            texts = predictions.index_select(0, left).view(-1, texts.shape[-1])
        select = index.view(-1)
        state = tuple(part.index_select(1, select) for part in state)
        vector = vector.index_select(0, select)
        memory, mask = memory.index_select(0, select), mask.index_select(0, select)
    return results


if __name__ == "__main__":
    name, *words = sys.argv[1:]
    if name == "write":
        write_graphs(Path(words[0]), int(words[1]))
    elif name in ("keras", "torch", "compiled"):
        case = SpeedCase(*map(int, words))
        serve_keras(case) if name == "keras" else serve_torch(case, name == "compiled")
    elif name == "runtime":
        serve_runtime(SpeedCase(*map(int, words[1:])), Path(words[0]))
    elif name == "bundle":
        serve_bundle(*map(Path, words))
    else:
        serve_joeynmt(*map(Path, words[:3]), *map(int, words[3:]))
