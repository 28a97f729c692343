"""`zoo devices`: what a run would compute on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from zoo.cli.table import print_json, print_table
from zoo.cli.words import takes_words
from zoo.settings import BatchSettings, DeviceSettings, part
from zoo.settings.layers import from_words
from zoo.settings.resolve import build


@dataclass
class DevicesWords:
    """What `zoo devices` can be told."""

    device: DeviceSettings = part(DeviceSettings)
    batch: BatchSettings = part(BatchSettings)


@click.command("devices")
@takes_words(DevicesWords, "[key=value]...")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(words: tuple[str, ...], as_json: bool) -> None:
    """Show what a run with these settings would compute on, and why."""
    settings = build(DevicesWords, from_words(words), " of zoo devices")
    from zoo.training.engines import make_engine

    device = settings.device
    engine: Any = make_engine(device.kind, device.replicas, device.threads, device.precision, settings.batch.size)
    plan = engine.plan
    row = {
        "device": plan.kind,
        "replicas": plan.replicas,
        "threads": plan.threads,
        "precision": device.precision,
        "engine": engine.describe(),
        "reason": plan.reason,
    }
    if as_json:
        print_json(row)
    else:
        print_table(("WHAT", "VALUE"), [(name, str(value)) for name, value in row.items()])
