"""Examples that share pictures: each is decoded once, ahead of its turn where it is a file, and kept."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from zoo.data.batching.image_examples import ImageExamples
from zoo.errors import ZooError

COUNT = 50


def examples(captions: int = 3) -> list[dict[str, object]]:
    """Captions of files whose names are numbers, picture after picture."""
    return [
        {"source": Path(f"{number}.png"), "target": number * captions + turn, "place": f"line {number}"}
        for number in range(COUNT)
        for turn in range(captions)
    ]


def told(example: object) -> dict[str, np.ndarray]:
    return {"target": np.asarray(example["target"], np.int32)}  # type: ignore[index]


@pytest.mark.parametrize("cores", [1, 3])
@pytest.mark.parametrize("most", [1 << 20, 40])
def test_files_are_decoded_once_and_in_order(
    cores: int, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoo.data.batching.image_examples.available_cores", lambda: cores)
    decoded: list[int] = []
    threads: set[str] = set()

    def encode(path: Path) -> np.ndarray:
        decoded.append(int(path.stem))
        threads.add(threading.current_thread().name.rsplit("_", 1)[0])
        return np.full(4, int(path.stem), np.uint8)

    made = ImageExamples(examples(), encode, told, tmp_path, most)
    for _ in range(2):
        for index, example in enumerate(made):
            assert example["source"].tolist() == [index // 3] * 4
            assert int(example["target"]) == index
            assert int(example["source_index"]) == index // 3
    assert ("zoo-decode" in threads) == (cores > 1)
    assert set(decoded) == set(range(COUNT))
    if most > 40:  # there is room for all
        assert len(decoded) == COUNT and len(threads) == 1


def test_a_file_that_cannot_be_decoded_is_named_in_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.data.batching.image_examples.available_cores", lambda: 3)

    def encode(path: Path) -> np.ndarray:
        if path.stem == "7":
            raise ZooError(f"{path} is no picture")
        return np.zeros(2, np.uint8)

    seen = 0
    with pytest.raises(ZooError, match=r"^line 7: 7\.png is no picture$"):
        for _ in ImageExamples(examples(), encode, told, tmp_path):
            seen += 1
    assert seen == 21
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("zoo-decode")]
