"""A run's folder that was damaged: each file, each kind of damage, one line."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import zoo
from tests.long_run import first
from zoo.errors import ZooError
from zoo.runs.folder import RunFolder
from zoo.training.checkpoint import load_checkpoint

Damage = Callable[[Path], object]


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def one_bit_flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def not_utf8(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00" + path.read_bytes())


def a_list(path: Path) -> None:
    path.write_text("[1, 2, 3]\n")


def noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(500))


def removed(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [truncated, emptied, one_bit_flipped, noise, a_folder])
@pytest.mark.parametrize("name", ["weights/best.safetensors", "checkpoint.safetensors"])
def test_arrays(refused: Callable[..., str], copied: Path, name: str, damage: Damage):
    damage(copied / name)
    words = ["resume", str(copied), "train.steps=6"] if "checkpoint" in name else ["sample", str(copied)]
    assert name in refused(*words, status=1)


@pytest.mark.parametrize("damage", [truncated, emptied, not_utf8, a_list, noise, removed, a_folder])
@pytest.mark.parametrize("name", ["settings.yaml", "run.json", "codecs/target.json"])
def test_texts(refused: Callable[..., str], copied: Path, name: str, damage: Damage):
    damage(copied / name)
    line = refused("sample", str(copied), status=(1, 2))
    assert str(copied) in line


def test_one_bit_of_the_codec(refused: Callable[..., str], copied: Path):
    one_bit_flipped(copied / "codecs" / "target.json")
    assert "target.json" in refused("sample", str(copied), status=1)


def test_settings_that_lost_their_last_line(refused: Callable[..., str], copied: Path):
    path = copied / "settings.yaml"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert "settings.yaml is damaged or was edited" in refused("sample", str(copied), status=1)


def test_no_weights_at_all(refused: Callable[..., str], copied: Path):
    shutil.rmtree(copied / "weights")
    assert "weights" in refused("sample", str(copied), status=1)


def test_a_lost_checkpoint_is_not_begun_anew(refused: Callable[..., str], copied: Path):
    removed(copied / "checkpoint.safetensors")
    assert "lost its checkpoint" in refused("resume", str(copied), "train.steps=6", status=1)
    assert zoo.load(copied).sample("one", length=5)


def test_weights_of_another_model(refused: Callable[..., str], copied: Path):
    folder = RunFolder(copied)
    text = folder.read_settings().replace("units: 16", "units: 24")
    folder.settings.write_text(text)
    assert "is damaged or was edited" in refused("sample", str(copied), status=1)
    folder.begin(folder.manifest(), text)
    assert "another model" in refused("sample", str(copied), status=1)
    assert "another model" in refused("resume", str(copied), "train.steps=6", status=1)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"format": 99}, "newer version"),
        ({"format": "one"}, "damaged"),
        ({"task": "charlmm"}, "did you mean 'charlm'"),
        ({"task": 7}, "damaged"),
        ({"file": "/nowhere/task.py", "task": "task"}, "/nowhere/task.py"),
    ],
)
def test_what_the_run_says_of_itself(refused: Callable[..., str], copied: Path, change: dict, part: str):
    path = copied / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert part in refused("sample", str(copied))


@pytest.mark.parametrize("damage", first(1, [truncated, removed, emptied, not_utf8, a_list, noise]))
def test_damaged_metrics_are_no_reason_to_fail(copied: Path, damage: Damage):
    damage(copied / "metrics.jsonl")
    run = zoo.load(copied)
    assert run.sample("one", length=5)
    assert run.resume(train={"steps": 6}).metrics[-1]["step"] == 6


def test_any_flipped_bit_is_noticed(trained: Path, tmp_path: Path):
    """Two thousand bits of a checkpoint, header and arrays: refused in a ZooError, or nothing that is read differs."""
    whole = (trained / "checkpoint.safetensors").read_bytes()
    arrays, state = load_checkpoint(trained / "checkpoint.safetensors")
    draw, path, refusals = random.Random(3), tmp_path / "flipped.safetensors", 0
    header = 8 + int.from_bytes(whole[:8], "little")
    for turn in range(2000):
        data = bytearray(whole)
        place = draw.randrange(header if turn % 2 else len(data))
        data[place] ^= 1 << draw.randrange(8)
        path.write_bytes(data)
        try:
            found, found_state = load_checkpoint(path)
        except ZooError:
            refusals += 1
        else:
            assert found_state == state and found.keys() == arrays.keys()
            assert all(found[name].tobytes() == arrays[name].tobytes() for name in arrays)
    print(f"\nflipped bits: {refusals} of 2000 refused, the others changed nothing that is read")
    assert refusals > 1900
