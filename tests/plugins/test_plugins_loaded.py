"""Plugins are loaded by name, completely or not at all, and a broken one affects no other."""

from __future__ import annotations

import sys

import pytest

from tests.plugins.fake import BROKEN, GOOD_ATTENTIONS, GOOD_CELLS, TASK, write_broken, write_plugin
from zoo.errors import UsageError, ZooError
from zoo.plugins import Plugins, PluginWarning
from zoo.task import Task


def test_a_task_is_loaded_by_name_and_no_other_plugin_with_it(tmp_path, installed):
    installed(
        write_plugin(tmp_path, "one-dist", {"one_task.py": TASK.format(name="one")}, tasks="one = one_task"),
        write_plugin(tmp_path, "two-dist", {"two_task.py": TASK.format(name="two")}, tasks="two = two_task"),
    )
    assert issubclass(Plugins().load_task("one"), Task)
    assert "two_task" not in sys.modules


def test_unknown_task():
    with pytest.raises(UsageError, match=r"^unknown task 'charlmm'; did you mean 'charlm'\?$"):
        Plugins().load_task("charlmm")


def test_components_of_plugins_and_of_the_task_s_own_module(tmp_path, installed):
    both = TASK.format(name="both") + "\n    @zoo.hookimpl\n    def zoo_callbacks():\n        return {'own': dict}\n"
    modules = {"both_task.py": both, "good_cells.py": GOOD_CELLS}
    installed(write_plugin(tmp_path, "both-dist", modules, tasks="both = both_task", plugins="cells = good_cells"))
    plugins = Plugins()
    plugins.load_task("both")
    components = plugins.load_components()
    assert set(components.cells) == {"good"}
    assert set(components.callbacks) == {"own"}
    assert plugins.load_components() is components
    assert plugins.broken == []
    assert set(Plugins().load_components().callbacks) == set()  # nothing is kept outside the object


def test_one_module_behind_two_names(tmp_path, installed):
    source = TASK.format(name="a").replace('{"a": Mine}', '{"a": Mine, "b": Mine}')
    installed(write_plugin(tmp_path, "ab-dist", {"ab.py": source}, tasks="a = ab;b = ab", plugins="ab = ab"))
    plugins = Plugins()
    assert plugins.load_task("a") is plugins.load_task("b")
    assert [s.cause for s in plugins.load_all() if s.info.distribution == "ab-dist"] == ["", "", ""]


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_fails_alone(kind, tmp_path, installed):
    good = write_plugin(tmp_path, "good-dist", {"good_cells.py": GOOD_CELLS}, plugins="good = good_cells")
    installed(good, write_broken(tmp_path, kind))
    plugins = Plugins()
    with pytest.warns(PluginWarning) if "plugins" in BROKEN[kind][1] else _nothing():
        assert "good" in plugins.load_components().cells
    if kind != "shadows-a-built-in":
        assert plugins.load_task("charlm").__name__ == "CharLM"
    status = {status.info.distribution: status for status in Plugins().load_all()}
    assert status["good-dist"].cause == ""
    assert status["seqzoo"].cause == ""
    assert status[kind].error is not None
    assert "\n" not in status[kind].cause
    for words in BROKEN[kind][2]:
        assert words in status[kind].cause, status[kind].cause


@pytest.mark.parametrize(
    "kind", [kind for kind in BROKEN if "tasks" in BROKEN[kind][1] and kind != "shadows-a-built-in"]
)
def test_a_broken_task_is_one_line_that_names_distribution_version_and_cause(kind, tmp_path, installed):
    installed(write_broken(tmp_path, kind))
    name = BROKEN[kind][1]["tasks"].split(" =")[0]
    with pytest.raises(ZooError) as caught:
        Plugins().load_task(name)
    assert f"task '{name}' of {kind} 1.0 is broken: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nobody_takes_a_built_in_task_away(tmp_path, installed):
    installed(write_broken(tmp_path, "shadows-a-built-in"))
    plugins = Plugins()
    with pytest.warns(PluginWarning, match=r"shadows-a-built-in 1.0 is left out: .* given by seqzoo .* and by shadows"):
        assert plugins.load_task("charlm").__name__ == "CharLM"
    assert [status.info.distribution for status in plugins.broken] == ["shadows-a-built-in"]


def test_two_distributions_with_one_task_name(tmp_path, installed):
    for name in ("first", "second"):
        modules = {f"{name}_twin.py": TASK.format(name="twin")}
        installed(write_plugin(tmp_path, f"{name}-dist", modules, tasks=f"twin = {name}_twin"))
    with pytest.raises(ZooError, match=r"'twin' is given by first-dist 1.0 and by second-dist 1.0: .*ZOO_DISABLE="):
        Plugins().load_task("twin")
    assert issubclass(Plugins(["second-dist"]).load_task("twin"), Task)
    causes = [status.cause for status in Plugins().load_all() if status.info.name == "twin"]
    assert all("first-dist 1.0" in cause and "second-dist 1.0" in cause for cause in causes)


def test_two_distributions_with_one_cell_name(tmp_path, installed):
    for name in ("first", "second"):
        modules = {f"{name}_cells.py": GOOD_CELLS}
        installed(write_plugin(tmp_path, f"{name}-dist", modules, plugins=f"{name} = {name}_cells"))
    with pytest.warns(PluginWarning, match=r"cell 'good' is given by first-dist 1.0 and by second-dist 1.0.*neither"):
        assert "good" not in Plugins().load_components().cells
    causes = [status.cause for status in Plugins().load_all() if status.info.kind == "plugin"]
    assert len(causes) == 2 and all("first-dist 1.0 and by second-dist 1.0" in cause for cause in causes)


def test_nobody_takes_a_built_in_cell_away(tmp_path, installed):
    modules = {"own_cells.py": GOOD_CELLS.replace('{"good": Good}', '{"good": Good, "lstm": Good}')}
    installed(write_plugin(tmp_path, "own-dist", modules, plugins="own = own_cells"))
    with pytest.warns(PluginWarning, match=r"cell 'lstm' is given by seqzoo and by own-dist 1.0: .*the built-in one"):
        assert set(Plugins().load_components().cells) == {"good"}
    (status,) = [status for status in Plugins().load_all() if status.info.distribution == "own-dist"]
    assert "cell 'lstm' is given by seqzoo" in status.cause


def test_attentions_of_a_plugin(tmp_path, installed):
    modules = {"own_looks.py": GOOD_ATTENTIONS.replace('{"good": Good}', '{"good": Good, "luong": Good}')}
    installed(write_plugin(tmp_path, "look-dist", modules, plugins="look = own_looks"))
    with pytest.warns(PluginWarning, match=r"attention 'luong' is given by seqzoo and by look-dist 1.0: .*built-in"):
        components = Plugins().load_components()
    assert set(components.attentions) == {"good"}
    assert components.cells == {}
    (status,) = [status for status in Plugins().load_all() if status.info.distribution == "look-dist"]
    assert status.hooks == ("zoo_attentions",)
    assert "attention 'luong' is given by seqzoo" in status.cause


def test_the_names_that_are_taken_are_those_of_the_zoo(tmp_path):
    from zoo.data.named import catalogue
    from zoo.layers import ATTENTIONS, CELLS
    from zoo.plugins.registry import BUILT_IN
    from zoo.runs.named_callbacks import named_callbacks
    from zoo.search import STRATEGIES
    from zoo.training.engines.device_plan import KINDS

    assert set(BUILT_IN["strategies"]) == set(STRATEGIES)
    assert set(BUILT_IN["cells"]) == set(CELLS)
    assert set(BUILT_IN["attentions"]) == set(ATTENTIONS)
    assert BUILT_IN["data"] == ("stdlib", *catalogue())
    assert BUILT_IN["devices"] == KINDS
    assert len(named_callbacks(BUILT_IN["callbacks"], tmp_path, {})) == len(BUILT_IN["callbacks"])
    with pytest.raises(UsageError) as caught:
        named_callbacks(["?"], tmp_path, {})
    assert all(name in str(caught.value) for name in BUILT_IN["callbacks"])


def test_a_task_class_for_a_newer_api(tmp_path, installed):
    source = TASK.format(name="newer").replace("        pass", "        api = 2")
    installed(write_plugin(tmp_path, "newer-dist", {"newer_task.py": source}, tasks="newer = newer_task"))
    with pytest.raises(ZooError, match="made for plugin API 2, and this zoo has 1"):
        Plugins().load_task("newer")


def test_an_interrupt_is_no_broken_plugin(tmp_path, installed):
    modules = {"stopped.py": "raise KeyboardInterrupt"}
    installed(write_plugin(tmp_path, "stopped-dist", modules, plugins="stopped = stopped"))
    with pytest.raises(KeyboardInterrupt):
        Plugins().load_components()


def _nothing():
    from contextlib import nullcontext

    return nullcontext()
