"""`zoo devices`: show the devices that a run would use."""

from __future__ import annotations

from dataclasses import dataclass

import click

from zoo.cli.arguments import accepts_settings
from zoo.cli.console import print_json
from zoo.cli.table import print_table
from zoo.settings import BatchSettings, DeviceSettings, part, setting
from zoo.settings.overrides import from_arguments
from zoo.settings.resolve import build
from zoo.training.engines.cluster import Cluster


@dataclass
class DevicesArguments:
    """The settings of `zoo devices`."""

    device: DeviceSettings = part(DeviceSettings)
    batch: BatchSettings = part(BatchSettings)
    engine: str = setting("auto", "tensorflow or jax; auto: JAX if there is a TPU", ("auto", "tensorflow", "jax"))


@click.command("devices")
@accepts_settings(DevicesArguments, "[key=value]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(arguments: tuple[str, ...], as_json: bool) -> None:
    """Show which devices a run with these settings would use, and why."""
    settings = build(DevicesArguments, from_arguments(arguments), " of zoo devices")
    from zoo.plugins import Plugins
    from zoo.training.engines import check_kind, choose_engine, find_cluster
    from zoo.training.engines.device_inventory import describe_machine
    from zoo.training.engines.find_devices import find_devices

    device = settings.device
    planners = Plugins().load_kind("devices")
    check_kind(device.kind, planners)
    inventory = find_devices(choose_engine(settings.engine, device.kind, load=False))
    if device.local_workers:
        cluster = Cluster(device.local_workers)
    else:
        cluster = find_cluster(device.kind)
    row = describe_machine(device, settings.batch.size, cluster, planners.get(device.kind), inventory)
    if as_json:
        print_json(row)
    else:
        print_table(("WHAT", "VALUE"), [(name, str(value)) for name, value in row.items()])
