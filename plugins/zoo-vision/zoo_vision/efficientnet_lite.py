"""EfficientNet-Lite0, as a Keras model of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import keras
import numpy as np

import zoo

EPSILON = 1e-3
HEAD, CLASSES = 1280, 1000


class Stage(NamedTuple):
    """Blocks of one kind: how many, the size of their kernels, the first one's stride, expansion, channels."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def efficientnet_lite0(shape: tuple[int, int, int], classifier: bool = False) -> keras.Model:
    """Make the network of Tan and Le 2019 (arXiv:1905.11946) in its form for small devices, with random weights.

    Without squeeze-and-excitation, and with ReLU6 (https://github.com/tensorflow/tpu, EfficientNet-lite).

    Args:
        shape: (height, width, 3) of the images.
        classifier: whether the logits of ImageNet's 1,000 classes are the output.

    Returns:
        A model from images, as `preprocess` gives them, to `[B, h, w, 1280]`, or logits `[B, 1000]`.
    """
    inputs = keras.Input(shape, name="images")
    x = _convolution(inputs, 32, 3, 2, "conv_stem", "bn0")  # [B, h / 2, w / 2, 32]
    number = 0
    for stage in STAGES:
        for turn in range(stage.repeats):
            x = _block(x, stage, stage.stride if turn == 0 else 1, f"blocks_{number}")
            number += 1
    x = _convolution(x, HEAD, 1, 1, "conv_head", "bn1")  # [B, h / 32, w / 32, 1280]
    if classifier:
        x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
        x = keras.layers.Dense(CLASSES, name="fc")(x)
    return keras.Model(inputs, x, name="efficientnet_lite0")


def load_tensors(network: keras.Model, tensors: Mapping[str, np.ndarray]) -> None:
    """Put the tensors of the PyTorch model of the same network into it.

    Args:
        network: of `efficientnet_lite0`.
        tensors: by their names in PyTorch, such as `_blocks.3._bn1.running_mean`.

    Raises:
        zoo.ZooError: a tensor is missing, has another shape, or is not finite.
    """
    values: list[tuple[keras.Variable, np.ndarray]] = []
    for layer in network.layers:
        for variable in layer.weights:
            name = f"_{layer.name.replace('blocks_', 'blocks.').replace('__', '._')}.{_TORCH[variable.name]}"
            if name not in tensors:
                raise zoo.ZooError(f"the weights of EfficientNet-Lite0 lack '{name}'")
            value = _as_keras(tensors[name], isinstance(layer, keras.layers.DepthwiseConv2D))
            if value.shape != tuple(variable.shape) or not np.isfinite(value).all():
                raise zoo.ZooError(f"the weights of EfficientNet-Lite0: '{name}' is damaged")
            values.append((variable, value))
    for variable, value in values:
        variable.assign(value)


_TORCH = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def _as_keras(value: np.ndarray, depthwise: bool) -> np.ndarray:
    """Bring the axes of a tensor of PyTorch into the order of Keras."""
    if value.ndim == 4:  # [out, in, k, k]
        return value.transpose(2, 3, 0, 1) if depthwise else value.transpose(2, 3, 1, 0)
    return value.T if value.ndim == 2 else value


def _convolution(
    x: keras.KerasTensor, channels: int, kernel: int, stride: int, name: str, norm: str
) -> keras.KerasTensor:
    x = keras.layers.Conv2D(channels, kernel, stride, padding="same", use_bias=False, name=name)(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(_norm(x, norm))


def _norm(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return keras.layers.BatchNormalization(epsilon=EPSILON, momentum=0.99, name=name)(x)


def _block(x: keras.KerasTensor, stage: Stage, stride: int, name: str) -> keras.KerasTensor:
    """An inverted bottleneck: wider, a convolution of each channel, narrower; with a way around it where that fits."""
    before = x
    if stage.expansion > 1:
        wide = stage.expansion * x.shape[-1]
        x = _convolution(x, wide, 1, 1, f"{name}__expand_conv", f"{name}__bn0")
    x = keras.layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=f"{name}__depthwise_conv"
    )(x)
    x = keras.layers.ReLU(6.0, name=f"{name}__depthwise_relu")(_norm(x, f"{name}__bn1"))
    x = keras.layers.Conv2D(stage.channels, 1, use_bias=False, name=f"{name}__project_conv")(x)
    x = _norm(x, f"{name}__bn2")
    if stride == 1 and before.shape[-1] == stage.channels:
        x = keras.layers.Add(name=f"{name}__add")([before, x])
    return x
