"""Every endpoint, as real clients call it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zoo.runtime
from tests.serve.conftest import Client

if TYPE_CHECKING:
    from zoo.serve.served_model import ServedModel


def test_a_server_predicts_as_its_bundle_does(client: Client, bundles: dict[str, Path]):
    inputs = ["good day 3", "a bad night"]
    found = client.post("/v1/models/sentiment/predict", {"inputs": inputs}).json["answers"]
    wanted = zoo.runtime.load(bundles["sentiment"]).answer(inputs)
    assert [one["answer"] for one in found] == [one.value for one in wanted]
    assert found[0]["probabilities"] == pytest.approx(wanted[0].details["probabilities"], abs=1e-5)
    assert [word for word, _ in found[1]["looked_at"]] == ["a", "bad", "night"]


def test_a_sample_is_the_text_of_the_bundle_with_the_probability_of_each_token(
    client: Client, bundles: dict[str, Path]
):
    model = zoo.runtime.load(bundles["charlm"])
    wanted = model.sample("one ", seed=3, length=12, temperature=0.7)
    asked = {"prime": "one ", "seed": 3, "alternatives": 3, "search": {"length": 12, "temperature": 0.7}}
    reply = client.post("/v1/models/charlm/sample", asked)
    assert reply.headers["content-type"].startswith("text/event-stream")
    *tokens, (last, done) = reply.events
    assert (last, done["text"], done["reason"]) == ("done", wanted, "length")
    assert "".join(token["token"] for _, token in tokens) == wanted
    (score,) = model.score([wanted], ["one "])
    assert [math.log(token["probability"]) for _, token in tokens] == pytest.approx(list(score.tokens), abs=1e-3)
    for _, token in tokens:
        shares = [other["probability"] for other in token["alternatives"]]
        assert shares == sorted(shares, reverse=True) and len(shares) == 3
        assert token["token"] not in [other["token"] for other in token["alternatives"]]


def test_a_language_model_predicts_a_text(client: Client, bundles: dict[str, Path]):
    model = zoo.runtime.load(bundles["charlm"])
    (answer,) = client.post("/v1/models/charlm/predict", {"inputs": ["one "], "search": {"length": 9}}).json["answers"]
    assert (answer["answer"], answer["reason"]) == (model.sample("one ", seed=0, length=9), "length")
    assert answer["score"] == pytest.approx(model.score([answer["answer"]], ["one "])[0].total, abs=1e-3)


def test_texts_of_one_batch_are_those_of_the_bundle(models: dict[str, ServedModel], bundles: dict[str, Path]):
    from dataclasses import replace

    model, primes, seeds = zoo.runtime.load(bundles["charlm"]), ["one ", "t", "three four, knock"], [3, 5, 7]
    search = replace(models["charlm"].search, strategy="sample", length=12)
    texts = [""] * 3
    for events in models["charlm"].stream(primes, seeds, search, 2):
        for row, event in events:
            texts[row] += event.text
    alone = [model.sample(prime, seed=seed, length=12) for prime, seed in zip(primes, seeds, strict=True)]
    assert texts == alone


def test_samples_that_run_together_are_what_each_is_alone(client: Client, models: dict[str, ServedModel]):
    from concurrent.futures import ThreadPoolExecutor

    def ask(seed: int) -> str:
        asked = {"prime": "two"[: 1 + seed % 3], "seed": seed, "stream": False, "search": {"length": 10 + seed}}
        text: str = client.post("/v1/models/charlm/sample", asked).json["text"]
        return text

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, range(8)))
    assert together == [ask(seed) for seed in range(8)]


def test_a_translation_says_where_it_looked(client: Client):
    asked = {"inputs": ["the dog runs"], "alignment": True, "search": {"beam": 2, "length": 6}}
    (answer,) = client.post("/v1/models/translation/predict", asked).json["answers"]
    assert answer["alignment"]["read"] == ["the", "dog", "runs"]
    assert len(answer["alignment"]["weights"]) == len(answer["alignment"]["written"])
    assert all(sum(row) == pytest.approx(1, abs=0.01) for row in answer["alignment"]["weights"])


def test_frames_come_as_numbers_or_as_a_table(client: Client):
    frames = [[0.5, 1.0], [-0.5, 2.0], [1.5, -1.0]]
    table = "label;y;x\nup;1,0;0,5\nup;2,0;-0,5\nup;-1,0;1,5\n"
    inputs = [{"frames": frames, "columns": ["x", "y"]}, {"csv": table}]
    one, other = client.post("/v1/models/frames/predict", {"inputs": inputs}).json["answers"]
    assert one == other
    assert len(one["answer"]) == 3 and set(one["answer"]) <= {"up", "down"}
    assert len(one["probabilities"]["up"]) == 3


def test_clients_of_openai_are_answered(client: Client):
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=f"{client.url}/v1", api_key="none", max_retries=0) as api:
        assert [model.id for model in api.models.list()] == ["charlm", "sentiment", "translation", "frames"]
        asked: dict[str, Any] = {
            "model": "charlm",
            "prompt": ["one ", "two "],
            "max_tokens": 9,
            "seed": 1,
            "logprobs": 2,
        }
        whole = api.completions.create(**asked, n=2)
        assert [choice.index for choice in whole.choices] == [0, 1, 2, 3]
        assert all(len(choice.text) == 9 and choice.finish_reason == "length" for choice in whole.choices)
        assert len(whole.choices[0].logprobs.top_logprobs[0]) == 2
        assert whole.usage.completion_tokens == 36
        texts = ["", ""]
        for chunk in api.completions.create(**asked, stream=True):
            texts[chunk.choices[0].index] += chunk.choices[0].text
        each = [{**asked, "prompt": text, "seed": 1 + n} for n, text in enumerate(asked["prompt"])]
        alone = [api.completions.create(**one) for one in each]
        assert texts == [one.choices[0].text for one in alone]
        stop = whole.choices[0].text[3:5]
        (cut,) = api.completions.create(model="charlm", prompt="one ", max_tokens=9, seed=1, stop=stop).choices
        assert (cut.text, cut.finish_reason) == (whole.choices[0].text.partition(stop)[0], "stop")
        with pytest.raises(openai.NotFoundError, match="there is no model of this name"):
            api.completions.create(model="gpt", prompt="one")
        with pytest.raises(openai.UnprocessableEntityError, match="max_tokens must be from 1 to 200"):
            api.completions.create(model="charlm", prompt="one", max_tokens=10_000)


def test_health_and_metadata_of_the_open_inference_protocol(client: Client):
    assert client.get("/v2/health/live").json == {"live": True}
    assert client.get("/v2/health/ready").json == {"ready": True}
    assert client.get("/v2/models/charlm/ready").json == {"name": "charlm", "ready": True}
    metadata = client.get("/v2/models/frames").json
    assert metadata["inputs"] == [{"name": "frames", "datatype": "FP32", "shape": [-1, -1, 2]}]


def test_metrics_count_what_was_answered(client: Client):
    def count() -> float:
        lines = client.get("/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("zoo_batch_size_sum"))

    before = count()
    client.post("/v1/models/sentiment/predict", {"inputs": ["good", "bad", "day"]})
    assert count() == before + 3


def test_the_interface_describes_itself(client: Client):
    described = client.get("/openapi.json").json
    assert described["openapi"] == "3.1.0"
    schema = described["paths"]["/v1/models/{name}/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert schema["schema"]["properties"]["inputs"]["maxItems"] == 16
    assert described["components"]["schemas"]["Search"]["properties"]["length"]["maximum"] == 200
