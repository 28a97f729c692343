"""Settings as the tests give them to `zoo.run`: by part, each a dictionary."""

from __future__ import annotations

from typing import TypedDict


class SettingsByPart(TypedDict, total=False):
    """Settings of any task, so that `zoo.run(task, **settings)` takes them; a plugin's tasks may have further parts."""

    preset: str
    data: object
    text: dict[str, object]
    picture: dict[str, object]
    model: dict[str, object]
    glimpses: dict[str, object]
    batch: dict[str, object]
    train: dict[str, object]
    search: dict[str, object]
    device: dict[str, object]
    seed: int
