"""Whatever comes, a server refuses it with a status and one sentence."""

from __future__ import annotations

import base64
import json
import threading
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serve.conftest import Client, Reply, served

if TYPE_CHECKING:
    from zoo.serve.served_model import ServedModel
    from zoo.settings import SearchSettings

PREDICT, SAMPLE = "/v1/models/sentiment/predict", "/v1/models/charlm/sample"


@pytest.mark.parametrize(
    ("path", "content", "status", "sentence"),
    [
        (PREDICT, {"inputs": ["x" * 501]}, 422, "at most 500 characters"),
        (PREDICT, {"inputs": []}, 422, "a list of 1 to 16 inputs"),
        (PREDICT, {"inputs": ["good", ""]}, 422, "input 2 is empty"),
        (PREDICT, {"inputs": [1]}, 422, 'must be "a text"'),
        (PREDICT, {"input": ["good"]}, 422, "an unknown field; the fields are inputs, search, alignment"),
        (PREDICT, {"inputs": ["good"], "alignment": True}, 422, "does not attend"),
        (PREDICT, {"inputs": ["x" * 100_001]}, 413, "larger than 100,000 bytes"),
        ("/v1/models/../etc/predict", {}, 404, "nothing at this address"),
        ("/v1/models/%2e%2e%2fetc%2fpasswd", None, 404, "nothing at this address"),
        ("/v1/models/gpt/predict", {"inputs": ["x"]}, 404, "the models are charlm, sentiment, translation, frames"),
        ("/static/..%2fapp.py", None, 404, "nothing at this address"),
        ("/static/app.py", None, 404, "no such file"),
        (PREDICT, None, 405, "does not take this method"),
        (SAMPLE, {"search": {"length": 201}}, 422, "length must be at most 200"),
        (SAMPLE, {"search": {"temperature": "hot"}}, 422, "temperature must be a number"),
        (SAMPLE, {"search": {"strategy": "import"}}, 422, "strategy must be one of greedy, sample, beam"),
        (SAMPLE, {"search": {"banned": ["ab"]}}, 422, "'ab' is 2 tokens"),
        (SAMPLE, {"seed": True}, 422, "seed must be a whole number"),
        ("/v1/models/sentiment/sample", {"prime": "x"}, 422, "writes no text"),
        ("/v1/models/frames/predict", {"inputs": ["/etc/passwd"]}, 422, "frames"),
        ("/v1/models/frames/predict", {"inputs": [{"frames": [[1, 2, 3]]}]}, 422, "must have 2 numbers, not 3"),
        ("/v1/models/frames/predict", {"inputs": [{"frames": [[1, 1e300]]}]}, 422, "too large"),
        ("/v1/models/frames/predict", {"inputs": [{"csv": "x,z\n1,2\n"}]}, 422, "column 'y' is missing"),
    ],
)
def test_a_refusal_says_what_is_wrong(client: Client, path: str, content: object, status: int, sentence: str):
    reply = client.get(path) if content is None else client.post(path, content)
    assert reply.status == status, reply.body
    assert sentence in reply.json["error"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"inputs": NaN}', b'{"inputs": [], "inputs": []}', b'{"inputs": ["\xff"]}']
    + [b'{"inputs": ["\\ud800"]}', b'{"inputs": [1e999]}', b"[" * 90_000, b'{"inputs": ' + b"9" * 5_000 + b"}"]
    + [b'{"inputs": [[[[[[[[[[]]]]]]]]]]}'],
)
def test_what_is_not_strict_json_is_refused(client: Client, body: bytes):
    reply = client.ask("POST", PREDICT, body)
    assert reply.status == 422 and len(reply.json["error"]) > 10


def test_every_response_forbids_inline_scripts(client: Client):
    for path in ("/", "/v1/models", "/nothing"):
        policy = client.get(path).headers["content-security-policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy


class Slow:
    """A model that answers when it is told to."""

    def __init__(self, other: ServedModel) -> None:
        self.name, self.card, self.search = "slow", other.card, other.search
        self.entered, self.release = threading.Event(), threading.Event()
        self.batches: list[list[str]] = []

    def predict(self, inputs: list[str], search: SearchSettings, align: bool) -> list[dict[str, str]]:
        """Answer each input with itself."""
        self.batches.append(inputs)
        self.entered.set()
        self.release.wait(20)
        return [{"answer": text} for text in inputs]


def test_a_full_queue_refuses_and_a_slow_model_is_given_up(models: dict[str, ServedModel]):
    from zoo.serve import ServeLimits

    slow = Slow(models["sentiment"])
    with served({"slow": cast("ServedModel", slow)}, ServeLimits(queue=2, seconds=0.2, delay=0)) as client:
        given_up = client.post("/v1/models/slow/predict", {"inputs": ["x"]})
        assert (given_up.status, given_up.json["error"]) == (503, "the request took longer than 0.2 seconds")
        full = client.post("/v1/models/slow/predict", {"inputs": ["x", "y"]})
        assert full.status == 429 and full.headers["retry-after"] == "1"
        slow.release.set()


def test_requests_that_wait_are_answered_together(models: dict[str, ServedModel]):
    from zoo.serve import ServeLimits

    slow = Slow(models["sentiment"])
    with served({"slow": cast("ServedModel", slow)}, ServeLimits(delay=0)) as client:
        replies: dict[str, str] = {}

        def ask(text: str) -> None:
            replies[text] = client.post("/v1/models/slow/predict", {"inputs": [text]}).json["answers"][0]["answer"]

        threads = [threading.Thread(target=ask, args=(text,)) for text in ("first", "a", "b", "c", "x" * 400)]
        threads[0].start()
        assert slow.entered.wait(10)
        for thread in threads[1:]:
            thread.start()
        while 'zoo_pending{model="slow"} 5' not in client.get("/metrics").body.decode():
            pass
        slow.release.set()
        for thread in threads:
            thread.join(30)
    assert replies == {text: text for text in replies} and len(replies) == 5
    assert slow.batches[0] == ["first"] and ["a", "b", "c"] in [sorted(batch) for batch in slow.batches]
    assert ["x" * 400] in slow.batches


def test_an_input_that_cannot_be_answered_fails_alone(models: dict[str, ServedModel]):
    from zoo.serve import ServeLimits

    # A long delay puts both into one batch, whichever comes first.
    with served(models, ServeLimits(delay=0.5)) as client:
        replies: dict[str, Reply] = {}

        def ask(text: str) -> None:
            replies[text] = client.post("/v1/models/translation/sample", {"input": text, "search": {"length": 3}})

        threads = [threading.Thread(target=ask, args=(text,)) for text in ("", "the dog")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert (replies[""].status, replies[""].json["error"]) == (422, "input 1 is empty")
    assert replies["the dog"].events[-1][0] == "done"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["inputs", "search", "alignment", "prime", "input", "seed", "alternatives", "stream", "prompt", "model"]
NAMES += ["max_tokens", "temperature", "stop", "n", "logprobs", "echo", "stream_options"]
SEARCH = [
    "strategy",
    "length",
    "temperature",
    "top_k",
    "beam",
    "banned",
    "bias",
    "forced",
    "prefix",
    "no_repeat",
    "n_best",
]
FIELDS = st.sampled_from(["charlm", ["good day"], ["\x00\u202e<script>"], "sample", "beam"]) | VALUES
BODIES = st.dictionaries(
    st.sampled_from(NAMES), FIELDS | st.dictionaries(st.sampled_from(SEARCH), FIELDS, max_size=3), max_size=4
)
PATHS = [
    f"/v1/models/{name}/{what}"
    for name in ("charlm", "sentiment", "translation", "frames")
    for what in ("predict", "sample")
]


@pytest.mark.fuzz
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*PATHS, "/v1/completions"]), BODIES.map(json.dumps) | st.text(max_size=30))
def test_no_request_makes_a_server_fail(client: Client, path: str, body: str):
    reply = client.ask("POST", path, body.encode("utf-8", "surrogatepass"))
    assert reply.status in (200, 413, 422, 404, 429), (path, body, reply.body)
    if reply.status != 200:
        error = reply.json["error"]
        assert isinstance(error, dict) or error.isprintable()


def test_images_are_read_and_bombs_refused():
    import io

    from PIL import Image

    from zoo.serve import ServeLimits
    from zoo.serve.errors import RequestError
    from zoo.serve.model_card import ModelCard
    from zoo.serve.raw_inputs import read_input

    card = ModelCard("m", "t", "one-to-many", "image", "text", True, True, "word", (), (), 0, (8, 8), {})

    def encoded(form: str, size: tuple[int, int] = (5, 4)) -> str:
        stream = io.BytesIO()
        Image.new("RGB", size, "red").save(stream, form)
        return base64.b64encode(stream.getvalue()).decode()

    for form in ("PNG", "JPEG", "GIF", "BMP", "WEBP"):
        read = read_input({"image": encoded(form)}, card, ServeLimits())
        assert read.shape == (4, 5, 3) and read[0, 0, 0] > 240 > 20 > read[0, 0, 1]
    cut = base64.b64encode(base64.b64decode(encoded("PNG", (64, 64)))[:80]).decode()
    for wrong, limits, sentence in (
        (encoded("PNG", (100, 100)), ServeLimits(max_pixels=9_999), "at most 9,999 pixels"),
        (encoded("TIFF"), ServeLimits(), "not an image that can be read"),
        (cut, ServeLimits(), "not an image that can be read"),
        ("no base64!", ServeLimits(), "not valid base64"),
        ("/etc/passwd", ServeLimits(), "not"),
    ):
        with pytest.raises(RequestError, match=sentence):
            read_input({"image": wrong}, card, limits)


def test_a_body_that_does_not_come_is_not_waited_for(models: dict[str, ServedModel]):
    import http.client

    from zoo.serve import ServeLimits

    with served(models, ServeLimits(seconds=0.2)) as client:
        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)
        connection.putrequest("POST", PREDICT)
        connection.putheader("Content-Length", "100")
        connection.endheaders(b'{"inputs": ')
        response = connection.getresponse()
        assert response.status == 408 and "did not arrive" in json.load(response)["error"]
        connection.close()
