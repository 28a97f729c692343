"""Networks of `keras.applications` as encoders of images."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras.applications import resnet50, vgg16

import zoo
from tests.faults.mutations import damaged
from tests.faults.test_any_exception import RAISED
from tests.properties import DEFAULT, tried
from zoo.errors import UsageError, ZooError
from zoo.models import BackboneEncoder
from zoo.models.backbone import backbone_names, check_backbone, load_pretrained, make_backbone, preprocessing

SMALL = "MobileNetV3Small"


def images(count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 32, 32, 3)).astype(np.uint8)


def test_every_network_of_keras_has_its_preprocessing():
    models = [name for name, value in vars(keras.applications).items() if name[0].isupper() and callable(value)]
    assert backbone_names() == sorted(models)
    for name in backbone_names():
        assert callable(preprocessing(name))
    pixels = images(1).astype("float32")
    np.testing.assert_array_equal(preprocessing("ResNet50")(pixels.copy()), resnet50.preprocess_input(pixels.copy()))
    np.testing.assert_array_equal(preprocessing("VGG16")(pixels.copy()), vgg16.preprocess_input(pixels.copy()))
    assert abs(np.asarray(preprocessing("ResNet50V2")(pixels.copy()))).max() <= 1
    assert np.asarray(preprocessing(SMALL)(pixels.copy())).max() > 200, "this network scales the pixels itself"


def test_what_cannot_be_is_refused_in_one_line():
    with pytest.raises(
        UsageError, match=r"model.backbone: there is no network 'MobilNetV2'; did you mean 'MobileNetV2'"
    ):
        check_backbone("MobilNetV2", 3)
    with pytest.raises(UsageError, match="needs colour images; set picture.channels=3"):
        check_backbone(SMALL, 1)
    with pytest.raises(UsageError, match=r"InceptionV3 cannot read images of 32 by 32 pixels; increase picture.height"):
        make_backbone("InceptionV3", (32, 32, 3))


def test_features_and_images_give_the_same_and_a_frozen_network_does_not_learn():
    encoder = BackboneEncoder(SMALL, 5, (32, 32, 3), frozen=True)
    encoder.build()
    grid = np.asarray(encoder(images()))
    assert grid.shape == tuple(encoder.compute_output_shape((3, 32, 32, 3))) == (3, 1, 1, 5)
    np.testing.assert_allclose(encoder(encoder.features(images())), grid, rtol=1e-6)
    assert [variable.path.split("/")[-2] for variable in encoder.trainable_variables] == ["project"] * 2
    # What an image gives does not depend on its neighbours.
    np.testing.assert_allclose(encoder(images(1)), grid[:1], rtol=1e-4, atol=1e-5)
    assert len(BackboneEncoder(SMALL, 5, (32, 32, 3)).trainable_variables) > 100
    again = BackboneEncoder.from_config(encoder.get_config())
    assert again.get_config() == encoder.get_config()


def test_weights_come_from_a_file_or_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first, second = (make_backbone(SMALL, (32, 32, 3)) for _ in range(2))
    first.save_weights(tmp_path / "own.weights.h5")
    load_pretrained(second, SMALL, str(tmp_path / "own.weights.h5"))
    for one, other in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(ZooError, match=r"no such file exists"):
        load_pretrained(second, SMALL, str(tmp_path / "none.weights.h5"))
    (tmp_path / "bad.weights.h5").write_text("no weights")
    with pytest.raises(ZooError, match=rf"bad.weights.h5: not the weights of {SMALL}: "):
        load_pretrained(second, SMALL, str(tmp_path / "bad.weights.h5"))

    def unreachable(*_, **__):
        raise Exception("URL fetch failure on https://example.org/weights.h5: None -- [Errno -2] Name not known")

    monkeypatch.setattr(keras.applications, SMALL, unreachable)
    with pytest.raises(zoo.ZooError, match="MobileNetV3Small cannot be downloaded: URL fetch failure") as error:
        load_pretrained(second, SMALL, "imagenet")
    assert "\n" not in str(error.value)


def test_trained_weights_are_taken_over_and_nothing_is_told_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    made = keras.applications.MobileNetV3Small

    def fetched(weights: str, **more):
        assert weights == "imagenet"
        print("Downloading data")
        network = made(weights=None, **more)
        network.set_weights([np.full(value.shape, 0.5, value.dtype) for value in network.get_weights()])
        return network

    network = make_backbone(SMALL, (32, 32, 3))
    monkeypatch.setattr(keras.applications, SMALL, fetched)
    load_pretrained(network, SMALL, "imagenet")
    assert all((value == 0.5).all() for value in network.get_weights())
    told = capsys.readouterr()
    assert told.out == "" and "Downloading data" in told.err


def tiny_network() -> keras.Sequential:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])


@pytest.mark.parametrize("call", ["h5py.File", "h5py.File.__getitem__"])
def test_whatever_h5py_raises_is_one_line(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, network = tmp_path / "own.weights.h5", tiny_network()
    network.save_weights(path)
    for raised in RAISED:

        def fail(*_: object, raised: Callable[[], Exception] = raised, **__: object) -> None:
            raise raised()

        with monkeypatch.context() as patch, pytest.raises(ZooError) as caught:
            patch.setattr(call, fail)
            load_pretrained(network, "Tiny", str(path))
        said = str(caught.value)
        assert "own.weights.h5: not the weights of Tiny: " in said and "\n" not in said
        assert said == said.rstrip(": "), said


@tried(DEFAULT // 3)
@given(st.data())
def test_damaged_weights_are_one_line(data: st.DataObject):
    with tempfile.TemporaryDirectory() as folder:
        path, network = Path(folder, "own.weights.h5"), tiny_network()
        network.save_weights(path)
        path.write_bytes(data.draw(damaged([path.read_bytes()])))
        try:
            load_pretrained(network, "Tiny", str(path))
        except ZooError as error:
            assert "own.weights.h5: not the weights of Tiny: " in str(error) and "\n" not in str(error)
