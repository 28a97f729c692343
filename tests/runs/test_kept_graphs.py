"""The graphs that a run's folder keeps: only where a command succeeds, and never outside the folder."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from tests.runs.conftest import Command, contents

pytest.importorskip("onnx", reason="needs pip install 'seqzoo[export]'")
pytest.importorskip("onnxruntime", reason="needs pip install 'seqzoo[export]'")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")


def test_a_command_that_fails_keeps_none(copied: Path, command: Command) -> None:
    before = contents(copied)
    for words in (
        ("predict", copied, "one", "--alignment"),
        ("predict", copied, "one", "--stream"),
        ("predict", copied, "one", "search.beam=0"),
        ("sample", copied, "length=0"),
        ("export", copied, "format=tflite"),
        ("export", copied, f"out={copied}"),
        ("export", copied, "precision=int8", "tolerance=nan"),
    ):
        status, _, err = command(*map(str, words))
        assert status in (1, 2) and err.count("error: ") == 1, err
        assert contents(copied) == before, words


def test_nothing_is_kept_or_removed_through_a_link(copied: Path, tmp_path: Path, command: Command) -> None:
    outside = tmp_path / "outside"
    (outside / ("0" * 16)).mkdir(parents=True)  # named as graphs of earlier weights are
    (outside / ("0" * 16) / "thesis.txt").write_text("mine")
    (copied / "runtime").symlink_to(outside)
    before = contents(outside)
    assert command("sample", str(copied), "length=3")[0] == 0
    assert contents(outside) == before
