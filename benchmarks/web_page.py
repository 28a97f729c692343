"""The page without a server: size of its folder, time to the first answer, and speed beside `zoo serve`.

    python benchmarks/web_page.py RUN...

RUN is a run or a bundle of charlm, translation or sentiment. Needs Chromium and plugins/zoo-web. Prints Markdown.
"""

from __future__ import annotations

import functools
import http.client
import http.server
import json
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.serving import start_zoo
from tests.serve.chromium import Chromium
from zoo.open_model import load
from zoo.runtime import Bundle
from zoo.runtime import load as load_bundle
from zoo.serve.web_site import write_site

INPUTS = {"sentiment": "I never thought I would like it, but I do.", "translation": "Good morning."}
LENGTH = 1_000
CHARLM = {"prime": "the ", "seed": 1, "search": {"strategy": "sample", "length": LENGTH}}
ASK = """(async () => {
  const began = performance.now();
  const { makeBackend } = await import("./static/backend_browser.js");
  const backend = await makeBackend();
  const ask = () => NAME === "charlm" ? backend.sample(NAME, GIVEN, () => 0) : backend.predict(NAME, [GIVEN]);
  await ask();
  const first = performance.now() - began;
  const again = performance.now();
  for (let time = 0; time < TIMES; time++) await ask();
  return [first, (performance.now() - again) / TIMES];
})()"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A static server."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def ask_server(port: int, name: str, given: object, times: int) -> float:
    """Milliseconds of an answer of the server."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    path = f"/v1/models/{name}/{'sample' if name == 'charlm' else 'predict'}"
    body = json.dumps(given if name == "charlm" else {"inputs": [given]})
    began = time.perf_counter()
    for _ in range(times):
        connection.request("POST", path, body)
        connection.getresponse().read()
    return 1000 * (time.perf_counter() - began) / times


def measure(place: str, folder: Path) -> str:
    """A row of the table."""
    model = load(place)
    if not isinstance(model, Bundle):
        model = load_bundle(model.export(folder / "bundle", examples=0).path)
    name = model.name
    site = write_site({name: model}, folder / "site")
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    own = sum(path.stat().st_size for path in (site / "models").rglob("*") if path.is_file())
    given = CHARLM if name == "charlm" else INPUTS[name]
    times = 2 if name == "charlm" else 10
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script = ASK.replace("NAME", json.dumps(name)).replace("GIVEN", json.dumps(given)).replace("TIMES", str(times))
    with Chromium() as browser:
        browser.open(f"http://127.0.0.1:{server.server_port}/")
        browser.wait("document.querySelector('main h2')")
        first, again = browser.run(script)
    server.shutdown()
    process, port, _ = start_zoo([f"{name}={model.folder}"])
    ask_server(port, name, given, 1)
    served = ask_server(port, name, given, times)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    speed = [
        f"{LENGTH / (one / 1000):,.0f} characters/s" if name == "charlm" else f"{one:.1f} ms" for one in (again, served)
    ]
    return f"| {name} | {size / 1e6:.1f} | {own / 1e6:.2f} | {first / 1000:.2f} | {speed[0]} | {speed[1]} |"


def main() -> None:
    print(
        "| task | folder MB | of it the model MB | first answer s | browser | server |\n"
        + "|---|---:|---:|---:|---:|---:|"
    )
    for place in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(place, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
