"""The documentation says what the code does: its samples run, and its headings are the hooks."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import zoo
from tests.plugins.fake import hide_own_plugins
from tests.settings_by_part import SettingsByPart
from zoo import hookspecs
from zoo.plugins import Plugins

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
HOOKS = sorted(name for name, value in vars(hookspecs).items() if name.startswith("zoo_") and inspect.isfunction(value))


def sample(hook: str) -> str:
    """The first piece of Python below a hook's heading."""
    section = GUIDE.split(f"## {hook}\n")[1]
    return re.split(r"```python\n", section)[1].split("```")[0]


def test_every_hook_has_a_heading_and_no_heading_lacks_a_hook():
    assert sorted(re.findall(r"^## (zoo_\w+)$", GUIDE, re.MULTILINE)) == HOOKS


def test_the_task_in_the_guide_is_the_file_that_is_tested():
    ((place, code),) = re.findall(r"<!-- sample: (\S+) -->\n```python\n(.*?)```", GUIDE, re.DOTALL)
    assert place == "plugins/zoo-reverse/zoo_reverse.py"
    assert code == (ROOT / place).read_text(encoding="utf-8")
    assert sample("zoo_tasks") == code


def test_the_test_in_the_guide_is_the_one_that_runs():
    test = "def test_promises_are_kept" + GUIDE.split("def test_promises_are_kept")[1].split("```")[0]
    assert test in (ROOT / "plugins" / "zoo-reverse" / "tests" / "test_reverse.py").read_text(encoding="utf-8")


def install(hook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a hook's sample as the plugin that it is a sample of, and no other."""
    hide_own_plugins(monkeypatch)
    package = tmp_path / "site"
    (package / "guide-1.0.dist-info").mkdir(parents=True)
    (package / "guide-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: guide\nVersion: 1.0\n")
    (package / "guide-1.0.dist-info" / "entry_points.txt").write_text(f"[zoo.plugins]\nguide = guide_{hook}\n")
    (package / f"guide_{hook}.py").write_text(sample(hook), encoding="utf-8")
    monkeypatch.syspath_prepend(str(package))


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        ("zoo_cells", {"model": {"cell": "leaky", "units": 8, "layers": 1}}),
        ("zoo_strategies", {"search": {"strategy": "second_best", "length": 20}}),
        ("zoo_data", {"data": "counting"}),
        ("zoo_devices", {"device": "half"}),
        ("zoo_vectors", {"text": {"vectors": "lengths", "unit": "word"}}),
        ("zoo_callbacks", {"train": {"callbacks": ["backup_log"], "steps": 2}}),
    ],
)
def test_the_samples_of_components_work_in_a_run(
    tmp_path: Path,
    rhyme: Path,
    tiny: SettingsByPart,
    monkeypatch: pytest.MonkeyPatch,
    hook: str,
    words: SettingsByPart,
):
    install(hook, tmp_path, monkeypatch)
    kind = hook.removeprefix("zoo_")
    (name,) = getattr(Plugins().load_components(), kind)
    settings: SettingsByPart = {"data": str(rhyme), **tiny, **words}
    run = zoo.run("charlm", out=str(tmp_path / "run"), **settings)
    assert run.metrics[-1]["step"] in (2, 4)
    assert name in run.folder.settings.read_text()
    if kind == "callbacks":
        assert (run.folder.path / "backup.csv").exists()


def test_the_sample_of_an_attention_attends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import numpy as np

    from zoo.layers import attention_by_name

    install("zoo_attentions", tmp_path, monkeypatch)
    factory = attention_by_name("cosine", Plugins().load_components().attentions)
    memory = np.array([[[1, 0], [0, 3], [2, 2]]], "float32")
    contexts, alignments = factory(8)(np.array([[[5, 5]]], "float32"), memory, mask=np.array([[True, True, False]]))
    np.testing.assert_allclose(alignments, [[[0.5, 0.5, 0]]], atol=1e-6)
    np.testing.assert_allclose(contexts, [[[0.5, 1.5]]], atol=1e-6)


def test_the_sample_of_a_hub_stores_models(
    tmp_path: Path,
    rhyme: Path,
    tiny: SettingsByPart,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    pytest.importorskip("onnx", reason="needs pip install 'seqzoo[export]'")
    from zoo.cli import main

    install("zoo_hubs", tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **tiny)
    assert main(["push", "run", "shelf://me/rhymes", "examples=0", "license=CC0-1.0"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'shelf' / 'me' / 'rhymes'}\n"
    assert (tmp_path / "shelf/me/rhymes/README.md").read_text().startswith("---\nlibrary_name: seqzoo\nlicense:")
    assert main(["pull", "shelf://me/rhymes"]) == 0
    assert zoo.load("rhymes").sample("one ", seed=3, length=20) == run.sample("one ", seed=3, length=20)
    (tmp_path / "shelf/me/rhymes/graphs/step.onnx").write_bytes(b"other")
    capsys.readouterr()
    assert main(["pull", "shelf://me/rhymes", "out=again"]) == 1
    assert "graphs/step.onnx: damaged or changed" in capsys.readouterr().err and not (tmp_path / "again").exists()
    for address, message in (
        ("shelf://me/none", "there is no such model"),
        ("rhymes", "write hf://owner/name"),
        ("moon://me/rhymes", "no plugin knows the hub moon://"),
    ):
        assert main(["pull", address, "out=again"]) in (1, 2)
        assert message in capsys.readouterr().err and not (tmp_path / "again").exists()


def test_the_sample_of_a_network_makes_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import numpy as np

    from zoo.models import BackboneEncoder

    install("zoo_backbones", tmp_path, monkeypatch)
    encoder = BackboneEncoder("tiny", 4, (9, 9, 3), backbones=Plugins().load_components().backbones)
    assert encoder(np.full((2, 9, 9, 3), 255.0, "float32")).shape == (2, 4, 4, 4)
    with pytest.raises(zoo.ZooError, match="tiny has no trained weights"):
        encoder.load("imagenet")


def commands() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return sorted(
        set(re.findall(r"^\$ (?:\.venv/bin/)?zoo (\w+)", readme, re.MULTILINE))
        | set(re.findall(r"^\| `zoo (\w+)", readme, re.MULTILINE))
    )


def test_the_readme_knows_every_command_and_no_other():
    from zoo.cli.program import COMMANDS

    assert commands() == sorted(COMMANDS)
