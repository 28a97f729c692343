"""The attending decoder: whole sequences and single steps, masks, gradients, scheduled sampling, saving, XLA."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.long_run import first
from zoo.backend.types import Nest, Tensor
from zoo.errors import UsageError

if TYPE_CHECKING:
    from zoo.models import AttendingDecoder

ROWS, PLACES, STEPS, WIDTH, TOKENS, UNITS = 3, 5, 4, 8, 11, 8
ATTENTIONS = ["none", "additive", "dot", "general", "concat", "location", "multihead", "coverage", "monotonic", "hard"]
WAYS = [("after", False), ("after", True), ("before", False), ("before", True)]
CELLS = {("after", False): ("lstm", 2), ("after", True): ("lstm", 1), ("before", False): ("gru", 2)}
LENGTHS = np.array([PLACES, 3, 1])


@pytest.fixture
def memory() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(ROWS, PLACES, WIDTH)).astype("float32")


@pytest.fixture
def mask() -> np.ndarray:
    return np.arange(PLACES)[None] < LENGTHS[:, None]


@pytest.fixture
def tokens() -> np.ndarray:
    return np.random.default_rng(1).integers(0, TOKENS, (ROWS, STEPS)).astype("int32")


def make(**arguments: Any) -> AttendingDecoder:
    """A small decoder with weights large enough for mistakes to show."""
    from zoo.models import AttendingDecoder

    model = AttendingDecoder(TOKENS, WIDTH, **{"units": UNITS, "embedding": 4, **arguments})
    model.build()
    generator = np.random.default_rng(2)
    for weight in model.trainable_weights:
        weight.assign(generator.normal(size=weight.shape) * 0.5)
    return model


def stepped(
    model: AttendingDecoder, tokens: np.ndarray, prepared: Nest, state: Nest = None
) -> tuple[Tensor, Tensor, Nest]:
    """Logits and alignments of `step` by `step`, and the last state."""
    from keras import ops

    state = model.start(len(tokens), prepared) if state is None else state
    logits, alignments = [], []
    for time in range(tokens.shape[1]):
        scores, state = model.step(tokens[:, time], state, prepared)
        logits.append(scores)
        alignments.append(model.alignment(state))
    return ops.stack(logits, 1), ops.stack(alignments, 1), state


def assert_same(found: Nest, wanted: Nest, tolerance: float = 1e-5) -> None:
    from keras import tree

    tree.assert_same_structure(found, wanted)
    for ours, theirs in zip(tree.flatten(found), tree.flatten(wanted), strict=True):
        np.testing.assert_allclose(np.asarray(ours, "float32"), np.asarray(theirs, "float32"), atol=tolerance)


@pytest.mark.parametrize(("attend", "feeding"), WAYS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_steps_give_the_numbers_of_the_sequence(attention, attend, feeding, memory, mask, tokens):
    cell, layers = CELLS.get((attend, feeding), ("rnn", 2))
    model = make(attention=attention, attend=attend, input_feeding=feeding, cell=cell, layers=layers)
    prepared = model.prepare(memory, mask)
    outcome = model(tokens, memory=prepared)
    logits, alignments, state = stepped(model, tokens, prepared)
    assert_same(outcome["logits"], logits)
    assert_same(outcome["alignments"], alignments)
    assert_same(outcome["states"], state)
    assert outcome["logits"].shape == (ROWS, STEPS, TOKENS)
    assert outcome["alignments"].shape == (ROWS, STEPS, PLACES)


@pytest.mark.parametrize(
    "arguments",
    [{"cell": "lnlstm"}, {"attend": "before", "cell": "lngru"}, {"tied": True, "embedding": UNITS}],
    ids=str,
)
def test_other_cells_and_tied_weights(arguments, memory, mask, tokens):
    model = make(**arguments)
    prepared = model.prepare(memory, mask)
    logits, _, state = stepped(model, tokens, prepared)
    outcome = model(tokens, memory=prepared)
    assert_same([outcome["logits"], outcome["states"]], [logits, state])


@pytest.mark.parametrize("feeding", [False, True])
def test_sixteen_bits(feeding, memory, mask, tokens):
    model = make(input_feeding=feeding, dtype="mixed_bfloat16")
    prepared = model.prepare(memory, mask)
    outcome = model(tokens, memory=prepared)
    logits, alignments, _ = stepped(model, tokens, prepared)
    assert outcome["logits"].dtype == "bfloat16"
    assert outcome["alignments"].dtype == "float32"
    assert_same([outcome["logits"], outcome["alignments"]], [logits, alignments], 0.1)
    exact = make(input_feeding=feeding)
    assert_same(outcome["logits"], exact(tokens, memory=exact.prepare(memory, mask))["logits"], 0.15)


@pytest.mark.parametrize(("attend", "feeding"), WAYS)
def test_one_can_go_on_from_the_states(attend, feeding, memory, mask, tokens):
    model = make(attention="coverage", attend=attend, input_feeding=feeding)
    prepared = model.prepare(memory, mask)
    whole = model(tokens, memory=prepared)
    first = model(tokens[:, :2], memory=prepared)
    second = model(tokens[:, 2:], memory=prepared, states=first["states"])
    assert_same(np.concatenate([first["logits"], second["logits"]], 1), whole["logits"])
    assert_same(second["states"], whole["states"])


@pytest.mark.parametrize(
    "arguments",
    first(
        2,
        [
            {"cell": "lstm"},
            {"attend": "before", "cell": "gru", "input_feeding": False, "layers": 2},
            {"attend": "before", "cell": "rnn"},
            {"attention": "dot", "input_feeding": False},
        ],
    ),
    ids=str,
)
def test_gradients_are_those_of_the_steps(arguments, memory, mask, tokens):
    """Unrolled, and in a loop of unknown length, against plain differentiation through `step`."""
    import tensorflow as tf
    from keras import ops

    model = make(**arguments)
    variables = [variable.value for variable in model.trainable_variables]

    def gradients(forward: Callable[[Tensor, Nest], tuple[Tensor, Tensor]], tokens: Tensor) -> list[Tensor]:
        with tf.GradientTape() as tape:
            logits, alignments = forward(tokens, model.prepare(memory, mask))
            loss = ops.sum(ops.sin(logits)) + ops.sum(ops.square(alignments))
        return [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]

    def whole(tokens: Tensor, prepared: Nest) -> tuple[Tensor, Tensor]:
        outcome = model(tokens, memory=prepared)
        return outcome["logits"], outcome["alignments"]

    unknown = tf.function(
        lambda tokens: gradients(whole, tokens), input_signature=[tf.TensorSpec([ROWS, None], tf.int32)]
    )
    wanted = gradients(lambda tokens, prepared: stepped(model, tokens, prepared)[:2], tokens)
    assert_same(gradients(whole, tokens), wanted, 1e-4)
    assert_same(list(unknown(tokens)), wanted, 1e-4)


@pytest.mark.parametrize("attention", ["additive", "hard", "coverage"])
@pytest.mark.parametrize("arguments", [{"attend": "before"}, {"scheduled_sampling": 0.5}, {"dropout": 0.3}], ids=str)
def test_gradients_reach_every_weight(arguments, attention, memory, mask, tokens):
    import tensorflow as tf
    from keras import ops

    model = make(attention=attention, layers=2, **arguments)
    with tf.GradientTape() as tape:
        outcome = model(tokens, memory=model.prepare(memory, mask), training=True)
        loss = ops.sum(ops.sin(ops.cast(outcome["logits"], "float32")))
        if attention == "hard":
            assert outcome["log_probability"].shape == outcome["entropy"].shape == (ROWS, STEPS)
            loss += ops.sum(outcome["log_probability"])
    variables = model.trainable_variables
    for variable, gradient in zip(variables, tape.gradient(loss, [one.value for one in variables]), strict=True):
        assert gradient is not None, variable.path
        assert np.abs(tf.convert_to_tensor(gradient)).max() > 0, variable.path


@pytest.mark.parametrize("attention", ["none", "additive", "location", "monotonic"])
def test_what_is_masked_does_not_matter(attention, memory, mask, tokens):
    model = make(attention=attention)
    outcome = model(tokens, memory=model.prepare(memory, mask))
    other = model(tokens, memory=model.prepare(np.where(mask[:, :, None], memory, 99).astype("float32"), mask))
    assert_same(other["logits"], outcome["logits"])
    assert np.all(np.asarray(outcome["alignments"])[~np.repeat(mask[:, None], STEPS, 1)] == 0)
    if attention == "additive":
        np.testing.assert_allclose(np.sum(outcome["alignments"], -1), 1, atol=1e-6)


def test_a_row_with_nothing_to_look_at_is_finite(memory, mask, tokens):
    model = make()
    mask[1] = False
    outcome = model(tokens, memory=model.prepare(memory, mask))
    assert np.all(np.isfinite(outcome["logits"]))
    assert np.all(outcome["alignments"][1] == 0)


def test_without_a_mask_all_places_count(memory, tokens):
    model = make()
    everything = model.prepare(memory, np.ones((ROWS, PLACES), bool))
    assert_same(model(tokens, memory=model.prepare(memory))["logits"], model(tokens, memory=everything)["logits"], 1e-6)


def test_the_first_states(memory, mask, tokens):
    """tanh of a dense layer, of the summary or of the mean of what is not masked."""
    means = np.stack([memory[row, :length].mean(0) for row, length in enumerate(LENGTHS)])
    summary = np.random.default_rng(3).normal(size=(ROWS, 7)).astype("float32")
    for model, seen, initial in ((make(), means, None), (make(summary=7), summary, summary)):
        state = model.start(ROWS, model.prepare(memory, mask, initial))
        dense = np.tanh(seen @ model.bridge.kernel.numpy() + model.bridge.bias.numpy())
        np.testing.assert_allclose(np.concatenate(state["recurrent"][0], 1), dense, atol=1e-5)


def test_without_scheduled_sampling_it_is_teacher_forcing(memory, mask, tokens):
    plain, sampling = make(), make(scheduled_sampling=0.5)
    sampling.sampling_rate.assign(0.0)
    wanted = plain(tokens, memory=plain.prepare(memory, mask), training=True)["logits"]
    assert_same(sampling(tokens, memory=sampling.prepare(memory, mask), training=True)["logits"], wanted)


@pytest.mark.parametrize(("attend", "feeding"), WAYS)
def test_with_scheduled_sampling_of_all_it_runs_free(attend, feeding, memory, mask, tokens):
    model = make(scheduled_sampling=1.0, attend=attend, input_feeding=feeding)
    prepared = model.prepare(memory, mask)
    state, token, logits = model.start(ROWS, prepared), tokens[:, 0], []
    for _ in range(STEPS):
        scores, state = model.step(token, state, prepared)
        token = np.asarray(scores).argmax(-1)
        logits.append(scores)
    assert_same(model(tokens, memory=prepared, training=True)["logits"], np.stack(logits, 1))
    # Outside of training it hears the truth.
    assert_same(model(tokens, memory=prepared)["logits"], stepped(model, tokens, prepared)[0])


@pytest.mark.parametrize("known", [True, False], ids=["unrolled", "looped"])
def test_random_choices_belong_to_the_examples(known, memory, mask, tokens):
    """A replica with the last two rows draws what it would draw had it all of them."""
    import tensorflow as tf

    from zoo.layers import ExampleRandomness

    model = make(scheduled_sampling=0.5, dropout=0.3, attention="monotonic")

    def run(tokens: Tensor, memory: Tensor, mask: Tensor, first: Tensor) -> Tensor:
        with ExampleRandomness(5, first):
            return model(tokens, memory=model.prepare(memory, mask), training=True)["logits"]

    length = STEPS if known else None
    signature = [
        tf.TensorSpec([None, length], tf.int32),
        tf.TensorSpec([None, PLACES, WIDTH]),
        tf.TensorSpec([None, PLACES], tf.bool),
        tf.TensorSpec([], tf.int32),
    ]
    compiled = tf.function(run, input_signature=signature)
    whole = compiled(tokens, memory, mask, 0)
    part = compiled(tokens[1:], memory[1:], mask[1:], 1)
    assert_same(part, whole[1:])
    assert np.abs(np.asarray(whole) - np.asarray(compiled(tokens, memory, mask, 1))).max() > 0.01


@pytest.mark.parametrize("attention", first(1, ["monotonic", "additive"]))
def test_a_greedy_loop_compiles_with_xla(attention, memory, mask):
    import tensorflow as tf
    from keras import ops

    model = make(attention=attention, layers=2)

    def greedy(memory: Tensor, mask: Tensor) -> Tensor:
        prepared = model.prepare(memory, mask)

        def body(time: Tensor, token: Tensor, state: Nest, chosen: Tensor) -> tuple[Tensor, Tensor, Nest, Tensor]:
            logits, state = model.step(token, state, prepared)
            token = ops.cast(ops.argmax(logits, -1), "int32")
            return time + 1, token, state, ops.slice_update(chosen, (time, 0), token[None])

        start = (0, ops.zeros(ROWS, "int32"), model.start(ROWS, prepared), ops.zeros((STEPS, ROWS), "int32"))
        return ops.while_loop(lambda time, *_: time < STEPS, body, start)[-1]

    chosen = np.asarray(tf.function(greedy, jit_compile=True)(tf.constant(memory), tf.constant(mask))).T
    # The choices are the likeliest tokens, given themselves.
    previous = np.concatenate([np.zeros((ROWS, 1), "int32"), chosen[:, :-1]], 1)
    logits = model(previous, memory=model.prepare(memory, mask))["logits"]
    np.testing.assert_array_equal(chosen, np.argmax(logits, -1))


def test_a_mechanism_of_a_plugin(memory, mask, tokens):
    import keras

    from zoo.layers import DotAttention

    class Uniform(DotAttention):
        def scores(self, queries: Tensor, prepared: Nest) -> Tensor:
            return keras.ops.zeros((*queries.shape[:2], prepared["values"].shape[1]))

    model = make(attention="uniform", attentions={"uniform": Uniform})
    alignments = model(tokens, memory=model.prepare(memory, mask))["alignments"]
    np.testing.assert_allclose(alignments[1, :, :3], 1 / 3, atol=1e-6)


def message(call: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_errors_are_one_sentence(memory, mask, tokens):
    assert "did you mean 'additive'" in message(lambda: make(attention="aditive"))
    assert "did you mean 'before'" in message(lambda: make(attend="befor"))
    assert "did you mean 'lstm'" in message(lambda: make(cell="lsmt"))
    assert "scheduled_sampling must be from 0 to 1, not 2" in message(lambda: make(scheduled_sampling=2))
    assert "model.embedding equal to model.units" in message(lambda: make(tied=True))
    model = make()
    assert "should be [batch, places, 8]" in message(lambda: model.prepare(memory[:, :, :3]))
    assert "made for no summary, and got one of width 8" in message(lambda: model.prepare(memory, mask, memory[:, 0]))
    assert "a summary of width 7, and got none" in message(lambda: make(summary=7).prepare(memory))
    assert "mask has shape (3, 4)" in message(lambda: model.prepare(memory, mask[:, :4]))
    assert "needs memory=" in message(lambda: model(tokens))
    assert "needs memory=" in message(lambda: model.start(ROWS))
    assert "should be [batch, time]" in message(lambda: model(tokens[0], memory=model.prepare(memory)))
