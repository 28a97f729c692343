"""Bad input: one clear sentence."""

from __future__ import annotations

import numpy as np
import pytest

from tests.layers.attention.references import NAMES
from zoo.errors import UsageError

QUERIES = np.zeros((2, 3, 4), "float32")
MEMORY = np.zeros((2, 5, 4), "float32")


def message(call) -> str:
    with pytest.raises(UsageError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_shapes(name):
    from zoo.layers import attention_by_name

    layer = attention_by_name(name)(4)
    layer(QUERIES, MEMORY)
    prepared = layer.prepare(MEMORY)
    state = layer.start(prepared)
    wrong = "memory has shape (5, 4); it should be [batch, places, features]"
    assert wrong in message(lambda: layer(QUERIES, MEMORY[0]))
    assert wrong in message(lambda: layer.prepare(MEMORY[0]))
    wrong = "mask has shape (2, 6); the memory's [batch, places] is (2, 5)"
    assert wrong in message(lambda: layer(QUERIES, MEMORY, mask=np.ones((2, 6), bool)))
    assert wrong in message(lambda: layer(QUERIES, MEMORY, np.ones((2, 6), bool)))
    assert wrong in message(lambda: layer.prepare(MEMORY, np.ones((2, 6), bool)))
    assert "mask has shape (2, 5, 1)" in message(lambda: layer(QUERIES, MEMORY, mask=np.ones((2, 5, 1), bool)))
    wrong = "queries have shape (3, 4); it should be [batch, time, features]"
    assert wrong.replace("it", "they") in message(lambda: layer(QUERIES[0], MEMORY))
    assert wrong.replace("it", "they") in message(lambda: layer.attend(QUERIES[0], prepared))
    wrong = "query has shape (2, 3, 4); it should be [batch, features]"
    assert wrong in message(lambda: layer.step(QUERIES, prepared, state))


def test_names():
    from zoo.layers import ATTENTIONS, AdditiveAttention, GeneralAttention, attention_by_name

    assert attention_by_name("none") is None
    assert attention_by_name("bahdanau") is AdditiveAttention and attention_by_name("luong") is GeneralAttention
    assert attention_by_name("mine", {"mine": dict}) is dict
    assert message(lambda: attention_by_name("adittive")).startswith(
        "unknown attention 'adittive'; did you mean 'additive'?"
    )
    listed = message(lambda: attention_by_name("zzz", {"mine": dict}))
    assert "\n" not in listed and all(name in listed for name in [*ATTENTIONS, "mine"])


def test_arguments():
    from zoo.layers import AdditiveAttention, DotAttention, HardAttention, MonotonicAttention, MultiHeadAttention

    assert "one width; they have 4 and 3 features" in message(lambda: DotAttention()(QUERIES, MEMORY[:, :, :3]))
    assert "4 heads cannot share 6 units" in message(lambda: MultiHeadAttention(6))
    assert "units is 0" in message(lambda: AdditiveAttention(0))
    assert "did you mean 'likeliest'?" in message(lambda: HardAttention(4, inference="likelyest"))
    assert "did you mean 'hard'?" in message(lambda: MonotonicAttention(4, inference="hrad"))
    assert "soft_share is 1.5; it should be between 0 and 1" in message(lambda: HardAttention(4, soft_share=1.5))


def test_the_mechanisms_need_no_tensorflow_by_name():
    from pathlib import Path

    import zoo.layers.attention

    for path in Path(zoo.layers.attention.__file__).parent.glob("*.py"):
        assert "tensorflow" not in path.read_text().replace("TensorFlow", ""), path


def test_a_mechanism_that_defines_nothing():
    from zoo.layers import Attention

    with pytest.raises(NotImplementedError, match="neither scores nor step"):
        Attention()(QUERIES, MEMORY)
