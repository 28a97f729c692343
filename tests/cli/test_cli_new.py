"""`zoo new`: what it writes runs, installs, passes its own test, and is as clean as the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import REPOSITORY
from tests.long_run import first
from tests.plugins.fake import TASK, write_plugin

# kind of component -> what a command says to use it
COMPONENTS = {
    "cell": "model.cell=fresh_one",
    "data": "data=fresh_one",
    "attention": "model.attention=fresh_one",
    "strategy": "search.strategy=fresh_one",
    "callback": "train.callbacks=fresh_one",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, and forget what joins the import path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))


def python(*words: str, folder: str = ".", **environment: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, **environment}
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=folder, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def installed(name: str) -> Path:
    """Install a plugin that was written, into a folder of its own and without the network."""
    pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    python(*pip, "--target", "site", f"./{name}")
    return Path("site").resolve()


def test_a_task_is_one_file_that_runs(command):
    status, out, err = command("new", "task", "hello")
    assert (status, out) == (0, "hello.py\n") and "zoo run task=./hello.py" in err
    assert [path.name for path in Path().iterdir()] == ["hello.py"]
    small = ["train.epochs=0", "train.steps=2", "model.units=4", "out=run"]
    status, out, err = command("run", "task=./hello.py", *small)
    assert status == 0, err
    assert "accuracy" in out


def test_a_task_reads_texts_of_a_user(command):
    command("new", "task", "hello")
    rows = [f"{'good' if number % 2 else 'bad'} {number},{number % 2}" for number in range(60)]
    Path("texts.csv").write_text("text,label\n" + "\n".join(rows))
    small = ["train.epochs=0", "train.steps=2", "model.units=4", "out=run"]
    status, _, err = command("run", "task=./hello.py", "data=texts.csv", *small)
    assert status == 0 and "54 examples" in err, err


def test_a_plugin_is_a_package_that_installs_and_shows(command):
    status, out, err = command("new", "plugin", "hello_you")
    assert (status, out) == (0, "zoo-hello-you\n") and "pip install -e './zoo-hello-you[test]'" in err
    files = {path.relative_to("zoo-hello-you").as_posix() for path in Path("zoo-hello-you").rglob("*")}
    assert files == {
        *(".gitignore", "README.md", "pyproject.toml", "zoo_hello_you.py"),
        *("tests", "tests/test_hello_you.py"),
    }
    assert not [path for path in Path("zoo-hello-you").rglob("*") if path.is_file() and "mytask" in path.read_text()]
    site = installed("zoo-hello-you")
    listed = python("-m", "zoo", "list", "tasks", PYTHONPATH=f"{site}{os.pathsep}{os.pathsep.join(sys.path)}").stdout
    (row,) = [" ".join(line.split()) for line in listed.splitlines() if line.startswith("hello_you ")]
    assert row.startswith("hello_you zoo-hello-you 0.1.0 HelloYou: find which of two letters")


@pytest.mark.slow
def test_a_plugin_passes_its_own_test_and_learns(command):
    command("new", "plugin", "hello")
    path = os.pathsep.join([str(installed("zoo-hello")), *filter(None, sys.path)])
    python("-m", "pytest", "-q", "-p", "no:cacheprovider", "zoo-hello", PYTHONPATH=path)
    done = python("-m", "zoo", "run", "task=hello", "out=run", PYTHONPATH=path)
    accuracy = float(next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("accuracy")))
    print(f"\nhello: accuracy {accuracy:.3f} on held-out words")
    assert accuracy > 0.95


@pytest.mark.parametrize("kind", first(1, COMPONENTS))
def test_a_component_is_a_package_whose_test_passes(command, launcher, kind):
    status, out, err = command("new", "plugin", "fresh_one", f"kind={kind}")
    assert (status, out) == (0, "zoo-fresh-one\n") and COMPONENTS[kind] in err
    files = {path.relative_to("zoo-fresh-one").as_posix() for path in Path("zoo-fresh-one").rglob("*")}
    assert files == {
        *(".gitignore", "README.md", "pyproject.toml", "zoo_fresh_one.py"),
        *("tests", "tests/test_fresh_one.py"),
    }
    readme = Path("zoo-fresh-one/README.md").read_text()
    assert COMPONENTS[kind] in readme and "KIND" not in readme and "USE" not in readme
    package = Path("zoo-fresh-one").resolve()
    # As pip would install it, but without pip.
    info = package / "fresh.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zoo-fresh-one\nVersion: 0.1.0\n")
    points = tomllib.loads((package / "pyproject.toml").read_text())["project"]["entry-points"]
    assert points == {"zoo.plugins": {"fresh_one": "zoo_fresh_one"}}
    (info / "entry_points.txt").write_text("[zoo.plugins]\nfresh_one = zoo_fresh_one\n")
    script = "import sys, pytest\nsys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', 'tests']))"
    launcher.run(cwd=package, script=script, path=[str(package)])


@pytest.mark.parametrize("kind", COMPONENTS)
def test_the_name_of_a_component_must_be_free(command, kind):
    taken = {"cell": "gru", "attention": "dot", "data": "stdlib", "strategy": "beam", "callback": "csv"}[kind]
    status, _, err = command("new", "plugin", taken, f"kind={kind}")
    assert status == 2 and f"the name '{taken}' is taken: seqzoo has a" in err and not list(Path().iterdir())


def test_a_kind_that_there_is_not(command):
    status, _, err = command("new", "plugin", "hello", "kind=cel")
    assert status == 2 and "not 'kind=cel'; did you mean 'cell'?" in err
    status, _, err = command("new", "task", "hello", "kind=cell")
    assert status == 2 and "write zoo new plugin hello kind=cell" in err
    assert not list(Path().iterdir())


def test_components_are_clean(command):
    for kind in COMPONENTS:
        command("new", "plugin", f"fresh_{kind}", f"kind={kind}")
    ruff = ["-m", "ruff", "check", "--isolated", "--no-cache", "--line-length=120", "--target-version=py311"]
    folders = sorted(Path().glob("zoo-*"))
    for folder in folders:  # what is first-party depends on it
        python(*ruff, "--select=B,C4,D100,D101,D103,E,F,I,RUF100,SIM,UP,W", ".", folder=str(folder))
    python("-m", "ruff", "format", "--isolated", "--no-cache", "--line-length=120", "--check", ".")


@pytest.mark.parametrize("name", first(1, ["abcdefgh_abcdefgh_abcdefgh_123", "a"]))
def test_what_is_written_is_clean(command, name):
    command("new", "plugin", name)
    command("new", "task", name)
    ruff = ["-m", "ruff", "check", "--isolated", "--no-cache", "--line-length=120", "--target-version=py311"]
    rules = "--select=B,C4,D100,D101,D103,E,F,I,RUF100,SIM,UP,W"
    python(*ruff, rules, f"{name}.py")
    # The package's own folder, as what is first-party depends on it.
    python(*ruff, rules, ".", folder=str(next(Path().glob("zoo-*"))))
    python("-m", "ruff", "format", "--isolated", "--no-cache", "--line-length=120", "--check", ".")
    path = os.pathsep.join([str(REPOSITORY), str(next(Path().glob("zoo-*")).resolve())])
    strict = ["--check-untyped-defs", "--disallow-untyped-defs", "--follow-imports=silent"]
    written = [str(file) for file in next(Path().glob("zoo-*")).rglob("*.py")]
    config = f"--config-file={REPOSITORY / 'pyproject.toml'}"
    python("-m", "mypy", "--cache-dir=cache", config, *strict, *written, MYPYPATH=path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Hello-World", "'Hello-World' cannot be the name of a task: .*, such as 'hello_world'"),
        ("2fast", "cannot be the name of a task: .*, such as 'fast'"),
        ("class", "cannot be the name of a task"),
        ("ä", "cannot be the name of a task"),
        ("../away", "cannot be the name of a task"),
        ("x" * 31, "at most 30"),
        ("charlm", r"the name 'charlm' is taken: seqzoo \S+ has a task of this name"),
    ],
)
@pytest.mark.parametrize("what", ["task", "plugin"])
def test_a_name_that_cannot_be(command, what, name, words):
    status, out, err = command("new", what, name)
    assert (status, out, err.count("\n")) == (2, "", 1)
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(err)
    assert not list(Path().iterdir())


def test_the_name_of_a_stranger_s_task_or_of_a_module_is_taken(command, tmp_path, monkeypatch):
    site = write_plugin(tmp_path / "x", "own-dist", {"zoo_mine.py": TASK.format(name="own")}, tasks="own = zoo_mine")
    monkeypatch.syspath_prepend(str(site))
    assert "own-dist 1.0 has a task of this name" in command("new", "task", "own")[2]
    assert "it would hide the Python module 'random'" in command("new", "task", "random")[2]
    assert "it would hide the Python module 'zoo_mine'" in command("new", "plugin", "mine")[2]
    assert [path.name for path in Path().iterdir()] == ["x"]


def test_nothing_is_overwritten(command):
    Path("hello.py").write_text("mine")
    Path("zoo-hello").mkdir()
    for what, path in (("task", "hello.py"), ("plugin", "zoo-hello")):
        assert command("new", what, "hello") == (1, "", f"error: {path} already exists; nothing was written\n")
    assert Path("hello.py").read_text() == "mine" and not list(Path("zoo-hello").iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to(command):
    Path().chmod(0o500)
    for what in ("task", "plugin"):
        status, _, err = command("new", what, "hello")
        assert status == 1 and "cannot write" in err and err.count("\n") == 1
    Path().chmod(0o700)


def test_a_plugin_appears_whole_or_not_at_all(command, monkeypatch):
    from zoo import templates

    monkeypatch.setattr(templates, "plugin_files", lambda kind: {"mytask.py": "a.py", "plugin/nowhere": "nowhere"})
    status, _, err = command("new", "plugin", "hello")
    assert status == 1 and err.startswith("error: cannot write zoo-hello: ") and not list(Path().iterdir())


def test_tensorflow_is_not_imported():
    code = (
        "import sys\nfrom zoo.cli import main\nassert main(['new', 'task', 'hello']) == 0\n"
        "assert main(['new', 'plugin', 'hello']) == 0\n"
        "print([name for name in ('tensorflow', 'keras', 'numpy', 'pluggy', 'rich') if name in sys.modules])"
    )
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tasks")])
    assert python("-c", code, PYTHONPATH=path).stdout.splitlines()[-1] == "[]"
