"""What answers say beside themselves: scores of one meaning, unknown words, and numbers that are not finite."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import zoo
from tests.long_run import first
from tests.settings_by_part import SettingsByPart
from zoo.codecs import WordCodec, text_codec
from zoo.topology.copying import copy_unknown
from zoo.topology.unknown import UnknownWarning

SMALL: dict[str, SettingsByPart] = {
    "translation": {"model": {"units": 8, "embedding": 8, "dropout": 0.0}, "batch": {"size": 32}},
    "sentiment": {"model": {"units": 4, "embedding": 4}, "batch": {"size": 32}},
    "charlm": {"model": {"units": 8}, "batch": {"size": 4, "length": 16}},
}


def data(task: str, folder: Path) -> str:
    draw = random.Random(0)
    lines = [" ".join(draw.choices("abcdef", k=draw.randint(2, 6))) for _ in range(200)]
    path = folder / ("book.txt" if task == "charlm" else "table.tsv")
    if task == "translation":
        path.write_text("".join(f"{line}\t{line.upper()}\n" for line in lines))
    elif task == "sentiment":
        path.write_text("text\tlabel\n" + "".join(f"{line}\t{'good' if 'a' in line else 'bad'}\n" for line in lines))
    else:
        path.write_text("\n".join(lines))
    return str(path)


@pytest.fixture(scope="module", params=list(SMALL))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> zoo.Run:
    folder = tmp_path_factory.mktemp(request.param)
    path = data(request.param, folder)
    return zoo.run(
        request.param,
        data=path,
        train={"steps": 4},
        out=str(folder / "run"),
        device={"replicas": 1},
        **SMALL[request.param],
    )


def writes(run: zoo.Run) -> bool:
    return run.name != "sentiment"


@contextmanager
def broken(run: zoo.Run, number: float) -> Iterator[None]:
    """The run with one weight that is not finite."""
    kept = run.model.get_weights()
    run.model.set_weights([np.where(np.arange(w.size).reshape(w.shape) == 0, number, w) for w in kept])
    try:
        yield
    finally:
        run.model.set_weights(kept)


def test_a_score_means_the_same_of_the_best_answer_and_of_the_others(run: zoo.Run) -> None:
    if not writes(run):
        return
    alpha, most = 1.5, 30
    (answer,) = run.answer(["a b"], strategy="beam", beam=4, n_best=4, length_penalty=alpha, length=most)
    texts = [(answer.value, answer.score), *answer.details["alternatives"]]
    scores = [score for _, score in texts]
    assert len(texts) == 4 and scores == sorted(scores, reverse=True)
    # A text that was cut at the greatest length has no end token, which is scored with the others.
    ends = run.name != "charlm"
    totals = [one.tokens for one in run.score([text for text, _ in texts], ["a b"] * 4)]
    totals = [tokens[:-1] if ends and len(tokens) > most else tokens for tokens in totals]
    assert totals[0].sum() == pytest.approx(answer.details["log_probability"], rel=1e-4)
    expected = [tokens.sum() / ((5 + len(tokens)) / 6) ** alpha for tokens in totals]
    assert scores == pytest.approx(expected, rel=1e-4)


def test_unknown_words_are_said(
    run: zoo.Run, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoo import tensorflow_messages
    from zoo.cli import main

    expected = ["Z", "?"] if run.name == "charlm" else ["Zebra", "?"]
    text = "a Z b ?" if run.name == "charlm" else "a Zebra b ?"
    with pytest.warns(UnknownWarning, match=rf"the model has never seen '{expected[0]}', '\?'; it reads"):
        first, second = run.answer([text, "a b"])
    assert first.details["unknown"] == expected and "unknown" not in second.details
    with pytest.warns(UnknownWarning):
        assert run.predict([text]) == [first.value] or run.name == "charlm"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run.predict(["a b"])
    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)
    assert main(["predict", str(run.folder.path), text, "--json"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["unknown"] == expected
    assert "the model has never seen" in err


@pytest.mark.parametrize("number", first(1, [np.nan, np.inf]))
def test_weights_that_are_not_finite_are_said(run: zoo.Run, number: float) -> None:
    calls = [lambda: run.predict(["a b"])]
    if writes(run):
        calls += [lambda: run.sample("a b", length=4), lambda: run.score(["a b"], ["a b"])]
        calls += [lambda: run.predict(["a b"], strategy="beam", beam=2)]
    before = calls[0]()
    with broken(run, number):
        for call in calls:
            with pytest.raises(zoo.ZooError, match="numbers that are not finite .NaN.: its weights are not, as after"):
                call()
    assert calls[0]() == before


def test_options_of_the_search_from_python_and_the_command_line(
    run: zoo.Run, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoo import tensorflow_messages
    from zoo.cli import main

    if not writes(run):
        return
    monkeypatch.setattr(tensorflow_messages, "silence", lambda: None)
    for search in (
        {"bias": "a:inf"},
        {"bias": "a:1e400"},
        {"bias": "a:nan"},
        {"temperature": "1e-40"},
        {"temperature": "inf"},
        {"temperature": "nan"},
        {"repetition_penalty": "inf"},
        {"length": str(10**12)},
        {"forced": f"a:{10**12}"},
        {"strategy": "beam", "length_penalty": "inf"},
        {"strategy": "beam", "diversity": "nan", "groups": "5"},
    ):
        with pytest.raises(zoo.UsageError) as caught:
            run.sample("a", **{"strategy": "sample", **search})
        assert "\n" not in str(caught.value)
        arguments = [f"{name}={value}" for name, value in {"strategy": "sample", **search}.items()]
        assert main(["sample", str(run.folder.path), "prime=a", *arguments]) == 2
        assert len(capfd.readouterr().err.strip().splitlines()) == 1
    assert isinstance(run.sample("a", seed=2**70, length=3), str)


class Letters:
    """Source and target codecs of a known vocabulary, and what is copied."""

    source, target = WordCodec(), WordCodec(least=2)
    source.fit(["the cat eats (the) mouse , ."])
    target.fit(["le chat mange (la) souris, .", "le chat mange (la) souris, . le"])


def copied(text: list[str | int], looked: list[int], source: str, spread: int = 0) -> str:
    """Copy into a text of words and ids, each of which looked at one position of the source."""
    codec = Letters.target
    tokens = [word if isinstance(word, int) else int(codec.encode(word)[0]) for word in text]
    weights = np.full((len(tokens) + 1, len(Letters.source.encode(source)) + spread), 0.01)
    for row, position in enumerate(looked):
        weights[row, position] = 0.9
    return copy_unknown(tokens, weights, source, Letters.source, codec)


def test_unknown_words_are_copied_from_where_the_model_attends() -> None:
    # A word that the model wrote as unknown, of a source word that it knows or does not know.
    assert copied(["le", 0, "mange"], [0, 1, 2], "the cat eats") == "le cat mange"
    assert copied(["le", 0, "mange"], [0, 1, 2], "the Zebra eats", spread=5) == "le Zebra mange"
    # A word that it wrote while it attended to an unknown one; several in a row are one.
    assert copied(["le", "chat", "mange"], [0, 1, 2], "the zebra eats") == "le zebra mange"
    assert copied(["le", "chat", "souris", "mange"], [0, 1, 1, 2], "the zebra eats") == "le zebra mange"
    # Marks stay, and words that attend to known ones.
    assert copied(["le", "chat", "."], [0, 1, 1], "the zebra") == "le zebra ."
    assert copied(["le", "chat"], [0, 1], "the cat") == "le chat"
    assert copied([0, 0], [0, 1], "quokka zebra") == "quokka zebra"
    assert copied([], [], "zebra") == ""


def test_codecs_without_an_unknown_copy_nothing() -> None:
    codec = text_codec("byte")
    assert copy_unknown(list(b"abc"), np.ones((4, 3)), "zebra", codec, codec) == "abc"


def test_copying_in_a_run(run: zoo.Run) -> None:
    if run.name != "translation":
        return
    with pytest.warns(UnknownWarning):
        answer, plain = (run.answer(["a zebra b"], copy_unknown=copies)[0] for copies in (True, False))
        streamed = run.sample("a zebra b", copy_unknown=True, strategy="greedy")
        greedy = run.predict(["a zebra b"], copy_unknown=True, strategy="greedy")
    assert "\ufffd" not in answer.value and "zebra" not in plain.value
    assert answer.score == pytest.approx(plain.score, abs=1.0)
    assert streamed == greedy[0]
    ((alignment,),) = [run.align(["a zebra b"], [plain.value])]
    looks = {alignment.read[row.argmax()] for row in alignment.weights[:-1]}
    assert ("zebra" in answer.value) == ("zebra" in looks) or answer.score != plain.score
