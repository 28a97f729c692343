"""Vision: `model.backbone=efficientnet-lite0`, a network that has seen ImageNet, for image captions."""

from __future__ import annotations

import zoo


def efficientnet_lite0():
    """EfficientNet-Lite0, 4.65 million weights; `model.backbone_weights=imagenet` reads ImageNet's from a package."""
    from zoo_vision.backbone import EfficientNetLite0

    return EfficientNetLite0()


@zoo.hookimpl
def zoo_backbones():
    """Add the network under the name `efficientnet-lite0`."""
    return {"efficientnet-lite0": efficientnet_lite0}
