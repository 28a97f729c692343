"""Answers with a trained recurrent network in NumPy alone, to be read from top to bottom.

    python model.py "Good morning."     classify or translate a text; a language model goes on with it
    python model.py sensors.csv         label the frames of a file, a frame a line

`weights.npz` holds the weights, `model.json` says what the parts are and how text becomes numbers. One example is
computed at a time: no batches, no padding, no masks. Shapes: S places of the source, D their width, U units of a
recurrent layer, V tokens of the vocabulary.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

Array = np.ndarray
States = list[list[Array]]
"""For each layer its states: [h, c] of an LSTM, [h] of the others."""


class Memory(TypedDict):
    """What the encoder makes of a source: a vector for each place, what a query meets there, the decoder's states."""

    values: Array  # [S, D]
    keys: Array  # [S, D]
    states: States


class State(TypedDict, total=False):
    """Of a decoder between two tokens: its layers', where it looked, and the vector that it feeds to the next step."""

    layers: States
    looked: Array  # [S]
    vector: Array  # [U]


def sigmoid(x: Array) -> Array:
    """A gate: from 0, closed, to 1, open."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))  # the same as 1 / (1 + exp(-x)), and never overflows


def softmax(x: Array) -> Array:
    """Scores as probabilities."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# The three cells. Each reads x and its states, and returns the new states; the first of them, h, is also its output.


def rnn(x: Array, states: list[Array], kernel: Array, recurrent: Array, bias: Array) -> list[Array]:
    """Elman 1990."""
    return [np.tanh(x @ kernel + states[0] @ recurrent + bias)]


def lstm(x: Array, states: list[Array], kernel: Array, recurrent: Array, bias: Array) -> list[Array]:
    """Hochreiter and Schmidhuber 1997: what to take in, what to forget, what to write and what to show."""
    h, c = states
    take, forget, write, show = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(forget) * c + sigmoid(take) * np.tanh(write)
    return [sigmoid(show) * np.tanh(c), c]


def gru(x: Array, states: list[Array], kernel: Array, recurrent: Array, bias: Array) -> list[Array]:
    """Cho et al. 2014, in the form of cuDNN: the reset gate meets the product, so there are two biases."""
    (h,) = states
    keep, reset, write = np.split(x @ kernel + bias[0], 3, axis=-1)
    keep_h, reset_h, write_h = np.split(h @ recurrent + bias[1], 3, axis=-1)
    keep = sigmoid(keep + keep_h)
    return [keep * h + (1 - keep) * np.tanh(write + sigmoid(reset + reset_h) * write_h)]


CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru}


class Model:
    """A trained model.

    Args:
        folder: of `weights.npz` and `model.json`.
    """

    def __init__(self, folder: str | Path = ".") -> None:
        self.about: dict[str, Any] = json.loads(Path(folder, "model.json").read_text(encoding="utf-8"))
        with np.load(Path(folder, "weights.npz")) as arrays:
            self.weights: dict[str, Array] = {name: arrays[name].astype(np.float32) for name in arrays.files}
        self.source, self.target = Tokens(self.about["source"]), Tokens(self.about["target"])

    # Layers.

    def dense(self, name: str, x: Array) -> Array:
        """A linear layer."""
        return x @ self.weights[f"{name}.kernel"] + self.weights[f"{name}.bias"]

    def cell(self, stack: str, name: str, x: Array, states: list[Array]) -> list[Array]:
        """One step of one recurrent layer."""
        parts = (self.weights[f"{name}.{part}"] for part in ("kernel", "recurrent", "bias"))
        return CELLS[self.about[stack]["cell"]](x, states, *parts)

    def zeros(self, stack: str) -> States:
        """The states before the first step."""
        many = 2 if self.about[stack]["cell"] == "lstm" else 1
        units = [len(self.weights[f"{stack}.{layer}.recurrent"]) for layer in range(self.about[stack]["layers"])]
        return [[np.zeros(size, np.float32)] * many for size in units]

    def step_stack(self, stack: str, x: Array, states: States) -> tuple[Array, States]:
        """One step of a stack of layers: each reads the output of the one below."""
        after = []
        for layer, before in enumerate(states):
            found = self.cell(stack, f"{stack}.{layer}", x, before)
            x = found[0] + x if self._meets(stack, x, found[0]) else found[0]
            after.append(found)
        return x, after

    def read_stack(self, stack: str, xs: Array) -> tuple[Array, Array]:
        """Read a whole sequence [S, D]: the outputs [S, U], and the last state of the last layer.

        A layer in both directions reads the sequence from its end, too; outputs and states are then 2 U wide.
        """
        last = np.zeros(0, np.float32)
        for layer, start in enumerate(self.zeros(stack)):
            directions, ends = [], []
            for name in ("", ".backward") if self.about[stack]["bidirectional"] else ("",):
                states, outputs = start, []
                for x in xs[::-1] if name else xs:
                    states = self.cell(stack, f"{stack}.{layer}{name}", x, states)
                    outputs.append(states[0])
                directions.append(np.stack(outputs[::-1] if name else outputs))  # [S, U]
                ends.append(states[0])
            found, last = np.concatenate(directions, axis=-1), np.concatenate(ends)
            xs = found + xs if self._meets(stack, xs, found) else found
        return xs, last

    def _meets(self, stack: str, before: Array, after: Array) -> bool:
        return bool(self.about[stack]["residual"]) and before.shape[-1] == after.shape[-1]

    # A classifier: reads a text, pools what it has read, and gives a score for each label.

    def classify(self, tokens: Array) -> tuple[Array, Array]:
        """Logits of the labels, and how much each of the S tokens counted."""
        memory, last = self.read_stack("encoder", self.weights["encoder.embeddings"][tokens])  # [S, D]
        how, none = self.about["pooling"], np.zeros(len(tokens), np.float32)
        if how == "last":
            return self.dense("logits", last), none
        if how == "max":
            return self.dense("logits", memory.max(axis=0)), none
        if how == "mean":
            weights = none + 1 / len(tokens)
        else:
            hidden = np.tanh(self.dense("pooling.hidden", memory))
            weights = softmax((hidden @ self.weights["pooling.score.kernel"])[:, 0])
        return self.dense("logits", weights @ memory), weights

    # A tagger: a label for every frame.

    def scaled(self, frames: Array) -> Array:
        """Frames [T, D] at the scale of the training data, or each recording at its own; and how far they moved."""
        mean, deviation = self.weights["scale.mean"], self.weights["scale.deviation"]
        if self.about["scale"]["by"] == "sequence":
            mean, deviation = frames.mean(0, np.float64), frames.std(0, np.float64)
            deviation = np.where(deviation > 1e-8, deviation, 1.0).astype(np.float32)
        frames = ((frames - mean) / deviation).astype(np.float32)
        back = self.about["scale"]["changes"]
        if not back:
            return frames
        before = frames[np.maximum(np.arange(len(frames)) - back, 0)]
        return np.concatenate([frames, (frames - before) / self.weights["scale.change"]], axis=1)

    def tag(self, frames: Array) -> Array:
        """Logits [T, labels] of frames [T, D]."""
        features = np.maximum(self.dense("features", frames), 0)
        outputs = self.read_stack("recurrent", features)[0] if "recurrent" in self.about else features
        return self.dense("logits", outputs)

    # A decoder: reads a token, and says how likely each token is to be the next. A language model is nothing but that;
    # a translator's decoder also looks at a memory, which the encoder has made of the source.

    def encode(self, tokens: Array) -> Memory:
        """The memory of a source: a vector for each of its places, and the states that the decoder begins with."""
        values, last = self.read_stack("encoder", self.weights["encoder.embeddings"][tokens])  # [S, D]
        flat = np.tanh(self.dense("bridge", last if self.about["summary"] else values.mean(axis=0)))
        states: States = []
        for layer in self.zeros("decoder"):
            states.append([])
            for part in layer:
                states[-1].append(flat[: len(part)])
                flat = flat[len(part) :]
        keys = self.weights.get("attention.memory_kernel")
        return {"values": values, "keys": values if keys is None else values @ keys, "states": states}

    def attend(self, query: Array, memory: Memory) -> tuple[Array, Array]:
        """Look at a memory: the average of its values, weighed by how well each place answers the query."""
        if self.about["attention"] == "additive":  # Bahdanau, Cho and Bengio 2015
            hidden = np.tanh(query @ self.weights["attention.query_kernel"] + memory["keys"])
            scores = (hidden @ self.weights["attention.score_kernel"])[:, 0]
        else:  # Luong, Pham and Manning 2015
            scores = memory["keys"] @ query
        weights = softmax(scores)  # [S]
        return weights @ memory["values"], weights

    def start(self, memory: Memory | None = None) -> State:
        """The state before the first token."""
        if memory is None:
            return {"layers": self.zeros("decoder")}
        state: State = {"layers": memory["states"], "looked": np.zeros(len(memory["values"]), np.float32)}
        if self.about["input_feeding"]:
            state["vector"] = np.zeros(len(self.weights["decoder.0.recurrent"]), np.float32)
        return state

    def step(self, token: int, state: State, memory: Memory | None = None) -> tuple[Array, State]:
        """Read a token: the logits of the next [V], and the new state."""
        embeddings = self.weights.get("decoder.embeddings")
        x = np.eye(self.about["vocabulary"], dtype=np.float32)[token] if embeddings is None else embeddings[token]
        state, context = state.copy(), None
        attends = memory is not None and self.about["attention"] != "none"
        if memory is not None and attends and self.about["attend"] == "before":
            context, state["looked"] = self.attend(state["layers"][-1][0], memory)
            x = np.concatenate([x, context])
        if "vector" in state:
            x = np.concatenate([x, state["vector"]])
        vector, state["layers"] = self.step_stack("decoder", x, state["layers"])
        if memory is not None and attends:
            if context is None:
                context, state["looked"] = self.attend(vector, memory)
            vector = np.tanh(np.concatenate([context, vector]) @ self.weights["attending.kernel"])
        if "vector" in state:
            state["vector"] = vector
        kernel = (
            self.weights["logits.kernel"] if "logits.kernel" in self.weights else self.weights["decoder.embeddings"].T
        )
        return vector @ kernel + self.weights["logits.bias"], state

    # Whole answers.

    def write(
        self,
        prime: list[int],
        memory: Memory | None = None,
        length: int = 200,
        temperature: float = 0,
        seed: int = 0,
    ) -> list[int]:
        """Write token by token: the likeliest each time, or at a temperature above 0 one drawn by its probability."""
        random, state = np.random.default_rng(seed), self.start(memory)
        written: list[int] = []
        for token in prime[:-1]:
            _, state = self.step(token, state, memory)
        token = prime[-1]
        while len(written) < length:
            logits, state = self.step(token, state, memory)
            logits[self.about["never"]] = -np.inf
            token = int(logits.argmax())
            if temperature:
                token = int(random.choice(len(logits), p=softmax(logits.astype(np.float64) / temperature)))
            if token == self.about["end"]:
                break
            written.append(token)
        return written

    def sample(self, prime: str = "", length: int = 200, temperature: float = 1.0, seed: int = 0) -> str:
        """Go on with a text."""
        return self.target.text(self.write(list(self.target.numbers(prime or "\n")), None, length, temperature, seed))

    def predict(self, source: str | Array) -> str | list[str]:
        """Answer a text, or frames [T, D]: a label, a translation, or a label for each frame."""
        labels = self.about["labels"]
        if self.about["kind"] == "tagger":
            return [labels[place] for place in self.tag(self.scaled(np.asarray(source, np.float32))).argmax(-1)]
        tokens = self.source.numbers(str(source))
        if self.about["kind"] == "classifier":
            return labels[int(self.classify(tokens[: self.about["longest"]])[0].argmax())]
        return self.target.text(self.write([self.about["begin"]], self.encode(tokens), self.about["length"]))


class Tokens:
    """How text becomes numbers and back: by characters, bytes or words. Number 0 is what was not learned.

    Args:
        about: `unit`, `tokens` in the order of their numbers, and what is made alike first.
    """

    WORD = re.compile(
        r" ?\w+['\u2019](?=[aeiouyhœæàâäéèêëîïôöùûü])| ?\w+|(?<=\w)['\u2019-]\w+| ?[^\w\s]|\s", re.IGNORECASE
    )
    JOINT = "\u2060"  # ends a bracket or a quote that stands before a word, with no space between them

    def __init__(self, about: dict[str, Any]) -> None:
        self.about, self.tokens = about, ["\ufffd", *about.get("tokens", [])]
        self.ids = {token: number for number, token in enumerate(self.tokens) if number}

    def numbers(self, text: str) -> Array:
        """The tokens of a text [N]."""
        if self.about.get("nfc"):
            text = unicodedata.normalize("NFC", text)
        if self.about.get("white_space"):
            text = re.sub("[\\s\u200b\u2060\ufeff]+", " ", text).strip(" ")
        if self.about["unit"] == "byte":
            return np.frombuffer(text.encode(), np.uint8).astype(int)
        if self.about["unit"] == "character":
            return np.array([self.ids.get(character, 0) for character in text], int)
        found = self.WORD.findall(f" {text.lower() if self.about.get('lowercase') else text}" if text else "")
        for place, token in enumerate(found[:-1]):
            if self._opens(token.strip()) and re.match(r"\w", found[place + 1]):
                found[place], found[place + 1] = token + self.JOINT, f" {found[place + 1]}"
        return np.array([self._word(token) for token in found], int)

    def text(self, numbers: list[int]) -> str:
        """The text of some tokens."""
        if self.about["unit"] == "byte":
            return bytes(numbers).decode("utf-8", "replace")
        if self.about["unit"] == "character":
            return "".join(self.tokens[number] for number in numbers)
        text = "".join(self.tokens[number] if number else " \ufffd" for number in numbers).removeprefix(" ")
        return text.replace(f"{self.JOINT} ", "").replace(self.JOINT, "")

    def _word(self, token: str) -> int:
        bare = token.strip(f" {self.JOINT}")
        alike = (token, f" {bare}", bare, f" {bare}{self.JOINT}")
        return next((self.ids[one] for one in alike if one in self.ids), 0)

    def _opens(self, token: str) -> bool:
        return len(token) == 1 and (token in "\"'`¿¡" or unicodedata.category(token) in ("Ps", "Pi", "Pf"))


def main(words: list[str]) -> None:
    """Answer what stands on the command line."""
    model = Model(Path(__file__).parent)
    for word in words or [""]:
        if model.about["kind"] == "language model":
            print(word + model.sample(word))
        elif model.about["kind"] == "tagger":
            print(*model.predict(np.loadtxt(word, delimiter=",", ndmin=2)))
        else:
            print(model.predict(word))


if __name__ == "__main__":
    main(sys.argv[1:])
