"""Drives a headless Chromium over a pipe, by the DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import pytest

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium")
SECONDS = 60


class Chromium:
    """A browser with one page, inside a `with`.

    Attributes:
        errors: what the page's scripts wrote to the console as errors, and exceptions.
        requests: addresses that the page asked for.
    """

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._numbers = itertools.count(1)
        self._held = b""

    def __enter__(self) -> Self:
        assert PROGRAM is not None
        self._folder = tempfile.TemporaryDirectory(prefix="zoo-chromium-", ignore_cleanup_errors=True)
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        command = [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
        command += ["--no-first-run", "--disable-dev-shm-usage", f"--user-data-dir={self._folder.name}"]
        # Chromium reads commands from descriptor 3 and writes to 4.
        script = f'exec 3<&{theirs_in} 4>&{theirs_out}; exec "$@"'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", script, "chromium", *command, "about:blank"],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        os.set_blocking(self._from, False)
        targets = self._send("Target.getTargets", session="")["targetInfos"]
        (page,) = [target["targetId"] for target in targets if target["type"] == "page"]
        self._session: str = self._send("Target.attachToTarget", targetId=page, flatten=True, session="")["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility", "DOM"):
            self._send(f"{domain}.enable")
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._to)
        os.close(self._from)
        self._folder.cleanup()

    def _send(self, method: str, session: str | None = None, **parameters: object) -> Any:
        number = next(self._numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": parameters}
        if session != "":
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            answer = self._receive(end)
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._note(answer)
        raise TimeoutError(method)

    def _receive(self, end: float) -> dict[str, Any]:
        import select

        while b"\0" not in self._held:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            self._held += os.read(self._from, 1 << 20)
        message, self._held = self._held.split(b"\0", 1)
        found: dict[str, Any] = json.loads(message)
        return found

    def _note(self, event: Mapping[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(parameters["exceptionDetails"].get("exception", {}).get("description")))
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.errors.append(parameters["entry"]["text"])
        elif event.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def open(self, url: str) -> None:
        """Open an address."""
        self._send("Page.navigate", url="about:blank")
        self._send("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """Evaluate an expression in the page; promises are awaited."""
        found = self._send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, script: str) -> Any:
        """Wait until an expression is true.

        Returns:
            Its value.
        """
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            look = f"const v = {script}; return v instanceof Node ? true : v"
            if found := self.run(f"(() => {{ try {{ {look} }} catch {{ return null }} }})()"):
                return found
            self.run("new Promise((resolve) => setTimeout(resolve, 30))")
        raise TimeoutError(f"{script}; the page says: {self.run('document.body.innerText')}; {self.errors}")

    def press(self, key: str, text: str = "", modifiers: int = 0) -> None:
        """Press a key, such as `Tab`, `Enter` or `ArrowRight`."""
        codes = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        text = text or ("\r" if key == "Enter" else "")
        common = {"key": key, "code": key, "windowsVirtualKeyCode": codes.get(key, 0), "modifiers": modifiers}
        self._send("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self._send("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text: str) -> None:
        """Type a text where the cursor is."""
        self._send("Input.insertText", text=text)

    def choose_files(self, selector: str, *paths: Path) -> None:
        """Choose files in a field."""
        root = self._send("DOM.getDocument")["root"]["nodeId"]
        node = self._send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self._send("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def look(self, width: int, dark: bool = False) -> None:
        """Set the width of the window, and whether the system is dark."""
        self._send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._send("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole page."""
        data = self._send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def offline(self, off: bool = True) -> None:
        """Take the network away."""
        self._send(
            "Network.emulateNetworkConditions", offline=off, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    def accessible(self) -> list[tuple[str, str]]:
        """What a screen reader finds: role and name of every element that is not ignored."""
        nodes = self._send("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")
        ]
