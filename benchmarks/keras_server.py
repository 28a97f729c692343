"""A server as it is often written: a loop that answers each request by `keras.Model.predict`; for comparison.

    python benchmarks/keras_server.py RUN PORT

RUN is a run of the task sentiment, or of another with one label for a text.
"""

from __future__ import annotations

import json
import sys
import threading

import keras
import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import zoo
from zoo.backend.types import Tensor

STEP = 16
"""Lengths are padded to a multiple of this, so that TensorFlow compiles a few graphs only."""


class Classifier(keras.Model):
    """The model of a run with both inputs in one, as `predict` takes them."""

    def __init__(self, model: keras.Model) -> None:
        super().__init__()
        self.model = model

    def call(self, inputs: dict[str, Tensor]) -> Tensor:
        """Logits `[B, classes]`."""
        return self.model(inputs["source"], mask=inputs["mask"], training=False)


def main() -> None:
    run = zoo.load(sys.argv[1])
    model, codec, labels = Classifier(run.model), run.codecs["source"], run.codecs["target"]
    one_at_a_time = threading.Lock()

    def answer(text: str) -> str:
        ids = codec.encode(text)
        width = -(-len(ids) // STEP) * STEP
        source, mask = np.zeros((1, width), np.int32), np.zeros((1, width), bool)
        source[0, : len(ids)], mask[0, : len(ids)] = ids, True
        with one_at_a_time:
            logits = model.predict({"source": source, "mask": mask}, verbose=0)
        return str(labels.decode(int(logits[0].argmax())))

    async def predict(request: Request) -> JSONResponse:
        inputs = json.loads(await request.body())["inputs"]
        return JSONResponse({"answers": [await run_in_threadpool(answer, text) for text in inputs]})

    for width in range(STEP, 4 * STEP + 1, STEP):
        answer(" ".join(["a"] * width))
    print("ready", flush=True)
    app = Starlette(routes=[Route("/v1/models/{name}/predict", predict, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
