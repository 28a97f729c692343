"""Polite: a device that leaves one core free for other work."""

from __future__ import annotations

import zoo

ZOO_API = 1
ROWS = 16  # of a batch, below which a replica is not worth its overhead


def polite(device, rows, cores, gpus):
    """Plan for all cores but one, and for no GPU, which draws the screen.

    Args:
        device: settings; replicas and threads count where they are given.
        rows: of a global batch.
        cores: that the process may use.
        gpus: that are there.

    Returns:
        The plan.
    """
    del gpus
    free = max(1, cores - 1)
    replicas = min(device.replicas or max(1, min(free, rows // ROWS)), rows)
    return zoo.DevicePlan("cpu", replicas, device.threads or max(1, free // replicas), f"{free} of {cores} cores")


@zoo.hookimpl
def zoo_devices():
    """Give the device, for `device=polite`."""
    return {"polite": polite}
