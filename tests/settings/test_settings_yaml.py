"""Settings written as YAML come back equal."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.errors import UsageError
from zoo.settings import Settings, from_yaml, part, resolve, setting, to_yaml


@dataclass
class Extra:
    """Something of each type."""

    texts: list[str] = setting(["a"], "texts")
    numbers: list[float] = setting([], "numbers")
    flag: bool = setting(True, "a flag")


@dataclass
class All(Settings):
    """All types."""

    extra: Extra = part(Extra)


# "???" is OmegaConf's word for a missing value, and is refused.
texts = st.text(st.characters(), max_size=30).filter(lambda text: text != "???")


@tried(60)
@given(
    source=texts,
    out=texts,
    seed=st.integers(0, 2**31 - 1),
    rate=st.floats(0, 1_000),
    flag=st.booleans(),
    items=st.lists(texts, max_size=4),
    numbers=st.lists(st.floats(-3e38, 3e38), max_size=3),
)
@example("null", "~", 0, 1e-05, False, ["", "no", "1", " a, b "], [1e30, -3e38])
@example("${seed}", "\\${x}", 1, 0.1, True, ["${", "$", "\\\\${"], [])
@example("d\x85d", "\u2029", 1, 1.0, True, ["a\x85", "\x85d"], [])
@example("\x85\u2028\ufeff\x00", "\r\n", 1, 5e-324, True, ["\t", "#", "- "], [])
def test_round_trip(source, out, seed, rate, flag, items, numbers):
    before = All(out=out, seed=seed)
    before.data.source = source
    before.train.learning_rate = rate
    before.extra = Extra(items, numbers, flag)
    assert from_yaml(All, to_yaml(before), "settings.yaml") == before


def test_a_run_s_settings_serve_as_a_config_file(tmp_path):
    before = resolve(All, {}, ["data=a: b", "seed=3"], task="any")
    file = tmp_path / "settings.yaml"
    file.write_text(to_yaml(before), encoding="utf-8")
    assert resolve(All, {}, [f"config={file}"], task="any") == before


def test_a_wrong_line_is_named():
    with pytest.raises(UsageError, match=r"^run/settings.yaml:2: unknown setting 'sed'; did you mean 'seed'\?$"):
        from_yaml(All, "out: x\nsed: 3\n", "run/settings.yaml")
