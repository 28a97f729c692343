"""What a request may cost."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.settings import setting


@dataclass
class ServeLimits:
    """Limits of a request, and how waiting requests are batched; `zoo serve` takes each as `key=value`."""

    max_body: int = setting(8_000_000, "maximum size of a request in bytes", minimum=100, maximum=1_000_000_000)
    max_inputs: int = setting(64, "maximum number of inputs in a request", minimum=1, maximum=10_000)
    max_characters: int = setting(20_000, "maximum length of a text in characters", minimum=1, maximum=10_000_000)
    max_frames: int = setting(20_000, "maximum number of frames of a sequence", minimum=1, maximum=10_000_000)
    max_tokens: int = setting(4_000, "maximum number of tokens that a request generates", minimum=1, maximum=1_000_000)
    max_beam: int = setting(32, "maximum width of a beam", minimum=1, maximum=10_000)
    max_pixels: int = setting(40_000_000, "maximum size of an image in pixels", minimum=1, maximum=1_000_000_000)
    queue: int = setting(256, "requests that may wait or run at the same time, per model", minimum=1, maximum=1_000_000)
    seconds: float = setting(60.0, "maximum time of a request in seconds", minimum=0.01, maximum=86_400)
    batch: int = setting(32, "maximum number of inputs answered together", minimum=1, maximum=4_096)
    delay: float = setting(0.002, "seconds that a lone request waits for others to join", minimum=0, maximum=10)
