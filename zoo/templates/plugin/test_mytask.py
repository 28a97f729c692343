"""The task keeps the promises of a task."""

from __future__ import annotations

from zoo.plugins import Plugins
from zoo.testing import check_task

from zoo_mytask import Mytask


def test_promises_are_kept() -> None:
    """It trains on two replicas, evaluates, resumes, and predicts the same in a fresh process."""
    check_task(Mytask)


def test_it_is_found_by_its_name() -> None:
    """The entry point in pyproject.toml names the module."""
    assert Plugins().load_task("mytask") is Mytask
