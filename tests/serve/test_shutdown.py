"""`zoo serve` as a process: it starts, answers, and at SIGTERM loses nothing that it accepted."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.serve.conftest import Client


def start(*words: str) -> tuple[subprocess.Popen[str], Client]:
    """Start the command, and wait until it listens."""
    command = [sys.executable, "-m", "zoo", "serve", "port=0", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
    assert found, line + str(process.communicate())
    return process, Client(int(found[1]))


def test_sigterm_answers_what_was_accepted(bundles: dict[str, Path]):
    process, client = start(str(bundles["charlm"]), f"mood={bundles['sentiment']}")
    assert [model["id"] for model in client.get("/v1/models").json["data"]] == ["charlm", "mood"]
    first, replies = threading.Barrier(9), []

    def ask(number: int) -> None:
        import http.client
        import json

        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
        content = {"prime": "one ", "seed": number, "search": {"length": 800}}
        connection.request("POST", "/v1/models/charlm/sample", json.dumps(content))
        response = connection.getresponse()  # its head has come: the request was accepted
        first.wait(60)
        replies.append(response.read().decode())
        connection.close()

    answered, lost = [], []

    def ask_again_and_again() -> None:
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
        while True:
            try:
                connection.request("POST", "/v1/models/mood/predict", b'{"inputs": ["good day"]}')
                answered.append(connection.getresponse().read())
            except ConnectionRefusedError:
                return
            except (ConnectionError, http.client.HTTPException) as error:
                lost.append(error)
                return

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    threads += [threading.Thread(target=ask_again_and_again) for _ in range(8)]
    for thread in threads:
        thread.start()
    first.wait(60)
    process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(60)
    assert process.wait(60) == 0
    assert len(replies) == 8 and all("event: done" in reply and '"count":800' in reply for reply in replies)
    assert answered and all(b'"answers"' in reply for reply in answered) and lost == []
    with pytest.raises(OSError):
        client.get("/v2/health/live")


def test_a_run_keeps_the_graphs_that_were_made_to_serve_it(bundles: dict[str, Path], tmp_path: Path):
    from zoo.serve.loading import load_predictor, prepare

    run = shutil.copytree(bundles["sentiment"].with_suffix(""), tmp_path / "run")
    shutil.rmtree(run / "runtime", ignore_errors=True)
    prepare(str(run), trust=False)
    kept = list((run / "runtime").iterdir())
    assert len(kept) == 1
    load_predictor(str(run)).predict(["good day 3"])
    assert list((run / "runtime").iterdir()) == kept


@pytest.mark.slow  # TensorFlow starts, and converts the model
def test_a_run_is_served_by_graphs_that_are_made_first(bundles: dict[str, Path]):
    run = bundles["sentiment"].with_suffix("")
    process, client = start(str(run))
    assert len(list((run / "runtime").iterdir())) == 1
    assert client.post("/v1/models/sentiment/predict", {"inputs": ["good day 3"]}).status == 200
    memory = re.search(r"process_resident_memory_bytes (\d+)", client.get("/metrics").body.decode())
    assert memory is not None and int(memory[1]) < 400_000_000  # TensorFlow alone takes as much
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no model given"),
        (["port=99999", "x"], "port: expected a whole number from 0 to 65535"),
        (["nothing-there"], "no run 'nothing-there'"),
        (["host=256.0.0.1", "x"], "cannot listen on 256.0.0.1"),
    ],
)
def test_what_cannot_be_served_is_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]):
    from zoo.cli import main

    assert main(["serve", "port=0", *words] if words and "port" not in words[0] else ["serve", *words]) in (1, 2)
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_two_models_of_one_name_are_refused(bundles: dict[str, Path]):
    from zoo.errors import UsageError
    from zoo.serve import load_models

    with pytest.raises(UsageError, match="two models are called charlm"):
        load_models([str(bundles["charlm"])] * 2)
    with pytest.raises(UsageError, match="cannot be a model's name"):
        load_models([f"../x={bundles['charlm']}"])
