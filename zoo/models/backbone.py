"""Convolutional networks by name, of `keras.applications` or of plugins, each with its own preprocessing."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeAlias

import keras

from zoo.backend.types import Tensor
from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.files import expanded, reason

# How the names of a family begin -> its module; the first that fits counts.
_FAMILIES = {
    "ConvNeXt": "convnext",
    "DenseNet": "densenet",
    "EfficientNetV2": "efficientnet_v2",
    "EfficientNet": "efficientnet",
    "InceptionResNetV2": "inception_resnet_v2",
    "InceptionV3": "inception_v3",
    "MobileNetV3": "mobilenet_v3",
    "MobileNetV2": "mobilenet_v2",
    "MobileNet": "mobilenet",
    "NASNet": "nasnet",
    "ResNet50V2": "resnet_v2",
    "ResNet101V2": "resnet_v2",
    "ResNet152V2": "resnet_v2",
    "ResNet": "resnet",
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "Xception": "xception",
}


class Backbone(Protocol):
    """A network that a plugin adds."""

    def make(self, shape: tuple[int, int, int]) -> keras.Model:
        """Make it with random weights, for images (height, width, 3): a model to features `[B, h, w, D]`."""
        ...

    def preprocess(self, images: Tensor) -> Tensor:
        """Bring pixels from 0 to 255 to what it was trained on."""
        ...

    def load(self, network: keras.Model) -> None:
        """Put trained weights into a network that `make` made.

        Raises:
            ZooError: they are not there, or damaged.
        """
        ...


Backbones: TypeAlias = Mapping[str, Callable[[], Backbone]]
NONE: Backbones = MappingProxyType({})


def backbone_names() -> list[str]:
    """The networks that there are."""
    return sorted(name for name in vars(keras.applications) if name[0].isupper() and _family(name))


def check_backbone(name: str, channels: int, plugins: Backbones = NONE) -> None:
    """Refuse a network that there is not, or that cannot read images of so many channels.

    Args:
        name: of the network.
        channels: of the images.
        plugins: networks that plugins add.

    Raises:
        UsageError: the images do not fit the network.
    """
    names = [*backbone_names(), *plugins]
    if name not in names:
        raise UsageError(f"model.backbone: there is no network '{name}'{did_you_mean(name, names)}")
    if channels != 3:
        raise UsageError(f"model.backbone={name} needs colour images; set picture.channels=3")


def make_backbone(name: str, shape: tuple[int, int, int], plugins: Backbones = NONE) -> keras.Model:
    """Make a network without its classifier, with random weights.

    Args:
        name: such as `MobileNetV3Small`; see https://keras.io/api/applications/.
        shape: (height, width, channels) of the images.
        plugins: networks that plugins add.

    Returns:
        A model from preprocessed images to a grid of features `[B, h, w, D]`.

    Raises:
        UsageError: the network is unknown, or cannot read such images.
    """
    check_backbone(name, shape[-1], plugins)
    if name in plugins:
        return plugins[name]().make(shape)
    try:
        network = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=shape)
        if 0 in network.output_shape[1:]:
            raise ValueError("nothing is left of them")
    except ValueError as error:
        height, width, _ = shape
        raise UsageError(
            f"model.backbone={name} cannot read images of {height} by {width} pixels; "
            f"increase picture.height and picture.width ({' '.join(str(error).split())})"
        ) from error
    return network


def preprocessing(name: str, plugins: Backbones = NONE) -> Callable[[Tensor], Tensor]:
    """The function that brings pixels from 0 to 255 to what a network was trained on."""
    if name in plugins:
        return plugins[name]().preprocess
    module = importlib.import_module(f"keras.applications.{_family(name)}")
    return module.preprocess_input  # type: ignore[no-any-return]


def load_pretrained(network: keras.Model, name: str, weights: str, plugins: Backbones = NONE) -> None:
    """Put trained weights into a network that `make_backbone` made.

    Args:
        network: it.
        name: of it.
        weights: `imagenet`, which Keras fetches once and keeps, or a file of weights without the classifier, such as
            `network.save_weights("mine.weights.h5")` writes.
        plugins: networks that plugins add.

    Raises:
        ZooError: they cannot be fetched, or do not fit.
    """
    if weights != "imagenet":
        if not os.path.isfile(expanded(weights)):
            raise ZooError(f"model.backbone_weights={weights}: expected imagenet, none, or a file; no such file exists")
        try:
            network.load_weights(expanded(weights))
        except Exception as error:  # of a damaged file h5py and Keras raise whatever they meet
            raise ZooError(f"model.backbone_weights={weights}: not the weights of {name}: {_said(error)}") from error
        return
    if name in plugins:
        plugins[name]().load(network)
        return
    try:
        # Keras reports downloads on standard output, which is reserved for answers.
        with contextlib.redirect_stdout(sys.stderr):
            trained = getattr(keras.applications, name)(
                include_top=False, weights="imagenet", input_shape=network.input_shape[1:]
            )
    except Exception as error:  # Keras raises a bare Exception where the network is not there
        raise ZooError(
            f"model.backbone_weights=imagenet: the weights of {name} cannot be downloaded: {_said(error)} "
            "(model.backbone_weights=none starts from random weights, a path reads a file)"
        ) from error
    network.set_weights(trained.get_weights())


def _said(error: Exception) -> str:
    """What a library says in several lines, as one."""
    return " ".join(str(error).split()).rstrip(": ") or reason(error)


def _family(name: str) -> str:
    return next((module for start, module in _FAMILIES.items() if name.startswith(start)), "")
