"""The device leaves a core free, and a run uses it."""

from __future__ import annotations

import json

import pytest

import zoo
from zoo.cli import main
from zoo.plugins import Plugins
from zoo.settings import DeviceSettings
from zoo_polite import polite


@pytest.mark.parametrize(
    ("cores", "rows", "given", "plan"),
    [
        (8, 256, {}, (7, 1)),
        (8, 32, {}, (2, 3)),
        (2, 64, {}, (1, 1)),
        (1, 64, {}, (1, 1)),
        (8, 64, {"replicas": 3}, (3, 2)),
    ],
)
def test_one_core_stays_free(cores, rows, given, plan):
    found = polite(DeviceSettings(**given), rows, cores, 1)
    assert (found.kind, found.replicas, found.threads) == ("cpu", *plan)


def test_a_run_uses_it(tmp_path, capsys):
    assert "polite" in Plugins().load_components().devices
    (tmp_path / "text.txt").write_text("one two\n" * 1000)
    run = zoo.run(
        "charlm", data=str(tmp_path / "text.txt"), preset="tiny", device="polite", train={"steps": 2},
        out=str(tmp_path / "run"),
    )  # fmt: skip
    assert "cores" in run.engine.plan.reason
    assert main(["devices", "device=polite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["replicas"] == run.engine.replicas


def test_a_name_that_is_nearly_right_is_told(tmp_path):
    with pytest.raises(zoo.UsageError, match="unknown device 'polit'; did you mean 'polite'"):
        zoo.run("sentiment", preset="tiny", device="polit", out=str(tmp_path / "run"))
    with pytest.raises(zoo.UsageError, match="device=tpu"):
        zoo.run("sentiment", preset="tiny", device="tpu", out=str(tmp_path / "run"))
