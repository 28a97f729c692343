"""seqzoo-runtime, the small distribution of the same sources: what its wheel holds, and that it answers alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import keras
import pytest

import zoo
from tests.conftest import RHYME, TINY

pytest.importorskip("onnxruntime", reason="needs pip install 'seqzoo[export]'")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "backend",
    "cli",
    "codecs",
    "data",
    "metrics",
    "plugins",
    "runtime",
    "search",
    "serve",
    "settings",
    "topology",
)
COMMANDS = {"list", "predict", "sample", "serve"}
REFUSED = (
    *("tensorflow", "keras", "jax", "pluggy", "sklearn", "sacrebleu", "pooch", "requests", "platformdirs", "rich"),
    *("babel", "safetensors", "matplotlib", "onnx", "zoo_tasks"),
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runtime")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*build, str(ROOT / "packaging" / "runtime")], check=True, capture_output=True, timeout=300)
    (found,) = out.glob("seqzoo_runtime-*.whl")
    return found


@pytest.fixture(scope="module")
def site(wheel: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(wheel.parent / "site")
    return wheel.parent / "site"


def test_the_wheel_holds_what_answers_byte_for_byte(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        for name in names:
            assert archive.read(name) == (ROOT / name).read_bytes(), name
        metadata = message_from_string(archive.read(f"{info(wheel)}/METADATA").decode())
        points = archive.read(f"{info(wheel)}/entry_points.txt").decode()
    assert {name.split("/")[0] for name in names} == {"zoo"}
    assert {name.split("/")[1] for name in names if name.count("/") > 1} == set(FOLDERS)
    for folder in FOLDERS:
        if folder not in ("backend", "cli"):
            whole = {path.relative_to(ROOT).as_posix() for path in (ROOT / "zoo" / folder).rglob("*.py")}
            assert whole == {name for name in names if name.startswith(f"zoo/{folder}/") and name.endswith(".py")}
    assert {"zoo/serve/static/index.html", "zoo/serve/static/app.js"} <= set(names)
    assert not [name for name in names if re.match(r"zoo/backend/\w+/", name)]
    assert metadata["Version"] == zoo.__version__
    needs = {re.split(r"[^\w-]", need)[0] for need in metadata.get_all("Requires-Dist") if "extra ==" not in need}
    assert needs == {"click", "numpy", "omegaconf", "onnxruntime", "pillow", "pyyaml", "sentencepiece"}
    assert points.strip() == "[console_scripts]\nzoo = zoo.cli:main"


def info(wheel: Path) -> str:
    return f"{wheel.name.split('-py3')[0]}.dist-info"


def test_every_module_finds_what_it_imports(site: Path):
    lacking = []
    for path in site.rglob("*.py"):
        for node in module_level(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for name in names:
                place = site / name.replace(".", "/")
                if name.split(".")[0] == "zoo" and not (place.is_dir() or place.with_suffix(".py").is_file()):
                    lacking.append(f"{path.relative_to(site)} imports {name}")
    # Only what trains or loads plugins may miss something.
    assert [line for line in lacking if not line.startswith("zoo/plugins/")] == []


def module_level(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    found, pending = [], list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append(node)
        elif isinstance(node, (ast.If, ast.Try)) and "TYPE_CHECKING" not in ast.unparse(getattr(node, "test", node)):
            pending += node.body
    return found


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
refused = set(sys.argv[2].split(","))

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
from zoo.cli import main
assert main.__code__.co_filename.startswith(sys.argv[1])
sys.exit(main(sys.argv[3:]))
"""


def alone(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(site), ",".join(REFUSED), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=site)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[zoo.Run, Path]]:
    folder = tmp_path_factory.mktemp("bundles")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    charlm = zoo.run("charlm", data=str(folder / "rhyme.txt"), out=str(folder / "charlm"), **TINY)
    rows = [f"{text} {number},{label}" for number in range(20) for text, label in (("good", "yes"), ("bad", "no"))]
    (folder / "reviews.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    small = {"units": 4, "embedding": 4}
    sentiment = zoo.run(
        "sentiment",
        data=str(folder / "reviews.csv"),
        out=str(folder / "sentiment"),
        model=small,
        train={"steps": 2},
    )
    runs = {"charlm": charlm, "sentiment": sentiment}
    return {name: (run, run.export(folder / f"{name}.zoo", examples=0).path) for name, run in runs.items()}


def test_bundles_answer_with_it_alone(site: Path, bundles: dict[str, tuple[zoo.Run, Path]]):
    run, bundle = bundles["charlm"]
    done = alone(site, "sample", str(bundle), "prime=one ", "seed=3", "length=20")
    assert (done.returncode, done.stdout) == (0, f"one {run.sample('one ', seed=3, length=20)}\n"), done.stderr
    run, bundle = bundles["sentiment"]
    done = alone(site, "predict", str(bundle), "good 3", "bad 4")
    assert (done.returncode, done.stdout.split()) == (0, run.predict(["good 3", "bad 4"])), done.stderr
    table = bundle.parent / "reviews.csv"
    done = alone(site, "predict", str(bundle), f"file={table}", f"out={table.with_name('answers.csv')}")
    assert done.returncode == 0, done.stderr
    assert len(table.with_name("answers.csv").read_text().splitlines()) == 41


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "charlm"], "zoo run needs seqzoo, and only seqzoo-runtime is installed: pip install seqzoo"),
        (["sample", "charlm"], "'charlm' is no bundle and no installed model"),
    ],
)
def test_what_needs_tensorflow_says_so_in_one_line(site: Path, words: list[str], message: str):
    done = alone(site, *words)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert message in line and "pip install seqzoo" in line


def test_help_lists_what_is_there(site: Path):
    done = alone(site, "--help")
    listed = set(re.findall(r"^  (\w+)  ", done.stdout.split("Commands:")[1], re.MULTILINE))
    assert done.returncode == 0 and listed == COMMANDS, done.stderr
