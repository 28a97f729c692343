"""The recurrent attention model (Mnih et al. 2014, arXiv:1406.6247): it looks at a few places, one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import keras
from keras import ops

from zoo.layers import Dropout, ExampleRandomness, Reinforce, Stack, Tensor, active_draws, example_randomness
from zoo_glimpse.gaze import Gaze
from zoo_glimpse.glimpse_network import GlimpseNetwork
from zoo_glimpse.retina import Retina


class Episode(NamedTuple):
    """What came of looking.

    Args:
        logits: float32 [B, classes].
        places: (down, right) of every glimpse, in order [B, T, 2].
        densities: logarithms of those of the places that were chosen, all but the first [B, T - 1].
        expected: of the reward before each choice [B, T - 1].
    """

    logits: Tensor
    places: Tensor
    densities: Tensor
    expected: Tensor


class RecurrentAttention(keras.Model):
    """Reads an image by T glimpses: the first at a place left to chance, the others where the state asks to look.

    The label learns by cross entropy; where to look learns by REINFORCE, with the reward that the state expected as a
    baseline. The reward is the probability of the right label: what the paper's 1 or 0 comes to on average for a label
    that is drawn. Outside of training an image is read in several episodes, whose random numbers are the same for
    every image, and the probabilities of the labels are their mean.

    Args:
        classes: how many labels.
        shape: (height, width, channels) of the images.
        cell: factory of the recurrent cell, or its name (see `zoo.layers.Stack`).
        units: U, of the state.
        layers: recurrent layers.
        dropout: share of the last state that is dropped while training.
        glimpses: T.
        size: pixels of the smallest window's side.
        scales: windows per glimpse, each twice as wide as the one before.
        width: of the hidden layers of the glimpse network.
        deviation: of the places, of which an image's half side is 1.
        episodes: outside of training.
    """

    def __init__(
        self,
        classes: int,
        shape: tuple[int, int, int],
        cell: str | Callable[..., keras.Layer] = "lstm",
        units: int = 256,
        layers: int = 1,
        dropout: float = 0.0,
        glimpses: int = 6,
        size: int = 8,
        scales: int = 1,
        width: int = 128,
        deviation: float = 0.1,
        episodes: int = 10,
        **keywords: object,
    ) -> None:
        super().__init__(name="recurrent_attention", **{**keywords, "autocast": False})
        self.shape, self.glimpses, self.episodes = tuple(shape), glimpses, episodes
        self.retina = Retina(size, scales, name="retina")
        self.glimpse = GlimpseNetwork(width, units, name="glimpse")
        self.stack = Stack(cell, layers=layers, units=units, name="core")
        self.gaze = Gaze(deviation, name="gaze")
        self.dropout = Dropout(dropout, name="dropout")
        self.label = keras.layers.Dense(classes, name="label")
        # A small weight, so that the noise of REINFORCE does not use up the room that clipping leaves to the label's
        # gradient; to the gaze it makes no difference, as Adam brings the steps of each weight to one size.
        self.reinforce = Reinforce(reward_weight=0.1, entropy_weight=0.0, name="reinforce")
        self.seeds = keras.random.SeedGenerator()
        self.glimpse.build((None, scales * size * size * shape[2]))
        self.stack.build((None, None, units))
        self.gaze.build((None, units))
        self.label.build((None, units))
        self.reinforce.build((None,))
        self.built = True

    def call(self, source: Tensor, training: bool = False) -> Tensor:
        """Classify; while training, leave how the gaze learns from it (see `zoo.layers.Draws`).

        Args:
            source: images [B, height, width, C], values from 0 to 255.
            training: whether places are drawn anew, and only once an image.

        Returns:
            Logits float32 [B, classes].
        """
        if not training:
            return self.explain(source)[0]
        episode = self.look(source, self.numbers(ops.shape(source)[0]), training=True)
        draws = active_draws()
        if draws is not None and self.glimpses > 1:

            def learn(rewards: Tensor, counts: Tensor) -> Tensor:
                weights = counts[:, None] * ops.ones_like(episode.densities)
                entropy = ops.full_like(episode.densities, self.gaze.entropy)
                return self.reinforce(
                    ops.exp(rewards), episode.densities, entropy, weights, training=True, expected=episode.expected
                )

            draws.add(learn)
        return episode.logits

    def explain(self, source: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Classify, and say where it looked.

        Args:
            source: images [B, height, width, C], values from 0 to 255.

        Returns:
            Logarithms of probabilities [B, classes], and `looked_at`: the places (down, right) of the first episode
            [B, T, 2].
        """
        rows, count = ops.shape(source)[0], self.episodes
        # The same numbers for every image, so that an answer does not depend on its neighbours.
        numbers = ops.reshape(ExampleRandomness(0).uniform(1, count * self.glimpses * 2), (1, count, self.glimpses, 2))
        numbers = ops.reshape(ops.repeat(numbers, rows, axis=0), (-1, self.glimpses, 2))  # [B episodes, T, 2]
        episode = self.look(ops.repeat(source, count, axis=0), numbers)
        logarithms = ops.reshape(ops.log_softmax(episode.logits, axis=-1), (-1, count, episode.logits.shape[-1]))
        places = ops.reshape(episode.places, (-1, count, self.glimpses, 2))
        return ops.logsumexp(logarithms, axis=1) - math.log(count), {"looked_at": places[:, 0]}

    def numbers(self, rows: Tensor) -> Tensor:
        """Draw what the episodes of a training step need: between 0 and 1, [B, T, 2]; they belong to the example."""
        scope = example_randomness()
        columns = self.glimpses * 2
        drawn = (
            keras.random.uniform((rows, columns), seed=self.seeds) if scope is None else scope.uniform(rows, columns)
        )
        return ops.reshape(drawn, (-1, self.glimpses, 2))

    def look(self, source: Tensor, numbers: Tensor, training: bool = False) -> Episode:
        """Read each image once.

        Args:
            source: images [B, height, width, C], values from 0 to 255.
            numbers: random, between 0 and 1, [B, T, 2].
            training: whether dropout is on.
        """
        images = ops.cast(source, self.compute_dtype) / 255
        place = 2 * numbers[:, 0] - 1  # [B, 2]
        states = self.stack.zero_state(ops.shape(source)[0])
        state: list[Tensor] | None = None
        places, densities, expected = [place], [], []
        for number in range(self.glimpses):
            if number:
                place, density, reward = self.gaze(state, gaussian(numbers[:, number]))
                places.append(place)
                densities.append(density)
                expected.append(reward)
            windows = self.retina(images, place)  # [B, K, g, g, C]
            seen = self.glimpse(ops.reshape(windows, (-1, math.prod(windows.shape[1:]))), place)  # [B, U]
            state, states = self.stack.step(seen, states, training=training)  # [B, U]
        logits = ops.cast(self.label(self.dropout(state, training=training)), "float32")  # [B, classes]
        chosen = (ops.stack(densities, axis=1), ops.stack(expected, axis=1)) if densities else (None, None)
        return Episode(logits, ops.stack(places, axis=1), *chosen)


def gaussian(numbers: Tensor) -> Tensor:
    """Turn pairs of numbers in [0, 1) into pairs from a standard Gaussian (Box and Muller 1958): [B, 2]."""
    radius = ops.sqrt(-2 * ops.log(1 - numbers[:, :1]))
    angle = 2 * math.pi * numbers[:, 1:]
    return radius * ops.concatenate([ops.cos(angle), ops.sin(angle)], axis=-1)
