"""Whatever is wrong with a plugin: every other command works beside it, and `zoo plugins` names the culprit.

A plugin that hangs when it is imported, or ends the process (os._exit), is not among them: it runs in this process, and
ZOO_DISABLE switches it off.
"""

from __future__ import annotations

import pytest

from tests.plugins.fake import BROKEN, write_broken

TINY = ["model.units=4", "model.layers=1", "batch.size=8", "batch.length=8", "train.steps=2", "search.length=5"]


@pytest.fixture(params=BROKEN)
def broken(request, tmp_path, installed):
    """One broken plugin, installed: the kind of trouble, which is also the distribution's name."""
    installed(write_broken(tmp_path, request.param))
    return request.param


def test_the_tasks_are_listed_and_the_plugin_is_not_imported(broken, command):
    status, out, err = command("list")
    assert (status, err) == (0, "")
    assert "charlm" in out and "translation" in out


def test_another_task_is_shown(broken, command):
    status, out, err = command("show", "task=translation")
    assert (status, err) == (0, "")
    assert "model.attention" in out


def test_the_culprit_is_named(broken, command):
    status, out, _ = command("plugins")
    rows = {line.split()[2]: line for line in out.splitlines()[1:]}
    assert status == 0 and "BROKEN" not in rows["seqzoo"]
    assert rows[broken].split()[3] == "1.0"
    assert all(words in rows[broken].partition("BROKEN: ")[2] for words in BROKEN[broken][2])


@pytest.mark.slow
def test_another_task_runs(broken, command, rhyme, tmp_path):
    words = [f"data={rhyme}", *TINY, f"out={tmp_path / 'run'}"]
    status, out, err = command("run", "charlm", *words)
    assert status == 0, err
    assert out.splitlines()[-1] == str(tmp_path / "run")
    # A task is loaded only when it is asked for: one that is broken says nothing, but for one with a built-in's name.
    told = "plugins" in BROKEN[broken][1] or broken == "shadows-a-built-in"
    assert (f" of {broken} 1.0 is left out: " in err) == told
