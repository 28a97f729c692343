"""Reports of trained runs: what is on the page, in a browser without a network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import zoo
from tests.report.conftest import HOSTILE
from zoo.cli.program import main
from zoo.report.neurons.features import FEATURES
from zoo.runs.fast_run import keep_graphs, with_model
from zoo.runs.loaded_run import open_run
from zoo.runs.run import Run

OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def titles(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", page)


@pytest.fixture(scope="session")
def code_report(code_run: Run) -> Path:
    return code_run.report()


def test_the_report_of_a_language_model(code_run: Run, code_report: Path):
    page = code_report.read_text(encoding="utf-8")
    assert code_report == code_run.folder.path / "report.html"
    assert titles(page) == [
        "Overview", "Curves", "Learning to write", "Neurons", "Saturation of the gates", "Settings", "Data", "Versions",
    ]  # fmt: skip
    assert page.count("<h3>step ") == 3  # a sample from each evaluation
    assert len(page) < 1_000_000
    data = json.loads(page.split('data-widget="neurons"')[1].split('<script type="application/json">')[1].split("<")[0])
    assert len(data["activations"]) == 24 and {len(one) for one in data["activations"]} == {len(data["texts"])}
    followed = re.findall(r"<tr><td>([\w ]+)</td>", page)
    assert set(followed) <= set(FEATURES) and "inside quotes" in followed


def test_the_neurons_are_those_of_the_model(code_run: Run):
    """The activations on the page are tanh of the cell states that the stepping model has."""
    import numpy as np

    from zoo.report.neurons.activations import read

    codec = code_run.codecs["target"]
    tokens = codec.encode("if a > 1:\n")
    model = code_run.model
    seen = read(code_run.inference, tokens[None])
    states = model.start(1)
    for step, token in enumerate(tokens):
        logits, states = model.step(np.array([token]), states)
        for layer in (0, 1):
            np.testing.assert_allclose(seen.units[layer][0, step], np.tanh(states[layer][1])[0], atol=1e-5)
        np.testing.assert_allclose(seen.logits[step], logits[0], atol=1e-4)


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1400, "light")])
def test_the_page_in_a_browser(code_report: Path, opened, width: int, scheme: str):
    seen = opened(code_report, width, scheme)
    page = seen.page
    assert seen.problems == []
    assert page.evaluate(OVERFLOW) <= 0
    assert page.locator(".uplot canvas").count() >= 3
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 26)"
    assert dark == (scheme == "dark")
    page.click("#theme")
    assert dark != (page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 26)")
    assert page.title() == "charlm: run · report"
    assert seen.problems == []


def test_neurons_answer_to_the_pointer(code_report: Path, opened):
    seen = opened(code_report)
    page = seen.page
    assert page.evaluate(
        "[...document.querySelectorAll('.neurons .text span')].some((span) => span.style.background.startsWith('rgba'))"
    )
    page.hover(".neurons .text span >> nth=5")
    told = page.inner_text(".neurons .hover")
    assert "surprise" in told and told.count("%") == 5
    page.select_option(".neurons select.layer", "1")
    assert page.evaluate("document.querySelector('.neurons select.number').selectedOptions[0].textContent") == "0"
    page.evaluate(
        """() => {
        const spans = document.querySelectorAll(".neurons .text span");
        getSelection().setBaseAndExtent(spans[30].firstChild, 0, spans[30].firstChild, 1);
        }"""
    )
    page.click(".neurons .find")
    assert "active throughout" in page.inner_text(".neurons .found")
    page.click(".neurons .surprise")
    assert page.get_attribute(".neurons .surprise", "aria-pressed") == "true"
    assert seen.problems == []


def test_hostile_texts_are_shown_and_not_obeyed(label_run: Run, tmp_path: Path, opened):
    page = label_run.report(tmp_path / "label's <report>.html").read_text(encoding="utf-8")
    assert titles(page)[2:6] == ["Confusion", "Confidence", "Words that counted", "Worst and best answers"]
    seen = opened(tmp_path / "label's <report>.html")
    assert seen.problems == []
    shown = seen.page.inner_text("body")
    for text in (*HOSTILE[:4], "bell\u2407", "\u241b[31m", "\u27e8U+202E\u27e9", "good <i>"):
        assert text in shown
    assert seen.page.locator("main b, main i, main img").count() == 0
    assert "owned" not in seen.page.title()


def test_a_run_with_graphs_is_reported_without_tensorflow(label_run: Run, tmp_path: Path):
    keep_graphs(label_run)
    folder, out = label_run.folder.path, tmp_path / "fast.html"
    code = f"""
import sys
from zoo.cli.program import main
assert main(["report", {str(folder)!r}, {f"out={out}"!r}]) == 0
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    of_the_model = label_run.report(tmp_path / "model.html").read_text(encoding="utf-8")
    assert titles(out.read_text(encoding="utf-8")) == titles(of_the_model)


def test_sections_that_need_the_model_have_it(label_run: Run):
    """Plugins add sections that look into the model, whether or not graphs answer."""
    import keras

    keep_graphs(label_run)
    run = open_run(label_run.folder.path, fast=True, report=True)
    assert run.inference.model is None  # graphs
    sections = with_model(run)
    assert with_model(run) is sections and isinstance(sections.inference.model, keras.Model)
    text = next(iter(run.splits.validation))["source"]
    assert sections.predict([text]) == run.predict([text])


def test_several_runs_are_compared(code_run: Run, label_run: Run, tmp_path: Path, opened, capsys):
    out = tmp_path / "two.html"
    folders = [str(code_run.folder.path), str(label_run.folder.path)]
    assert main(["report", *folders, f"out={out}", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"path": str(out), "size": out.stat().st_size}
    page = out.read_text(encoding="utf-8")
    assert titles(page) == ["Comparison", "Curves", "Settings", "Versions"]
    seen = opened(out, 400)
    assert seen.problems == []
    legend = seen.page.inner_text(".uplot >> nth=0")
    assert "train" in legend and "labels <b>0/run" in legend
    assert seen.page.evaluate(OVERFLOW) <= 0


def test_what_cannot_be_reported(code_run: Run, tmp_path: Path, capsys):
    assert main(["report"]) == 2
    assert "no run given" in capsys.readouterr().err
    assert main(["report", str(tmp_path)]) == 1
    assert main(["report", str(code_run.folder.path), f"out={tmp_path}"]) == 2
    assert "it is a folder" in capsys.readouterr().err
    with pytest.raises(zoo.UsageError, match="1 to 20 runs"):
        from zoo.report.report import write_report

        write_report([code_run] * 21)


def test_without_its_data_a_run_still_has_a_report(code_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def gone() -> None:
        raise zoo.ZooError("data=code.txt: no such file")

    run = zoo.load(code_run.folder.path)
    monkeypatch.setattr(run.task, "splits", gone)
    page = run.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert titles(page) == ["Overview", "Curves", "Settings", "Versions"]
    assert "What needs the data is left out: data=code.txt: no such file" in page


def test_a_notebook_shows_a_run_in_a_frame(code_run: Run, tmp_path: Path, opened):
    for number, view in enumerate((code_run, code_run.plot(), code_run.neurons("if x:\n    'quoted' # <b>"))):
        path = tmp_path / f"{number}.html"
        path.write_text(f"<meta charset=utf-8>{view._repr_html_()}", encoding="utf-8")
        seen = opened(path)
        frame = seen.page.frames[1]
        frame.wait_for_selector(".neurons .text span" if number == 2 else ".uplot canvas")
        assert seen.problems == []
    assert "Curves" in repr(code_run.plot())


def test_only_a_language_model_has_neurons(label_run: Run):
    with pytest.raises(zoo.ZooError, match="has no neurons to show"):
        label_run.neurons("text")


def test_plugins_add_sections_and_a_broken_one_is_left_out(code_run: Run, monkeypatch: pytest.MonkeyPatch):
    from dataclasses import replace

    from zoo.report import Section
    from zoo.report.report import plugin_sections

    def broken(run):
        raise ValueError("no luck")

    reports = {"mine": lambda run: [Section("Mine", run.name)], "broken": broken}
    monkeypatch.setattr(code_run.task, "components", replace(code_run.task.components, reports=reports))
    with pytest.warns(UserWarning, match="plugin 'broken' are left out: ValueError: no luck"):
        assert plugin_sections(code_run) == [Section("Mine", "charlm")]
