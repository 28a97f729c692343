"""Images in a run: each is decoded once, looked at once by a frozen backbone, and varied where that is right."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import zoo
from tests.settings_by_part import SettingsByPart
from zoo.backend.types import Tensor
from zoo.codecs import Codec, ImageCodec, WordCodec
from zoo.codecs.codec import RawExample
from zoo.data import Batches
from zoo.data.batching.feature_batches import FeatureBatches
from zoo.data.batching.image_examples import ImageExamples
from zoo.data.storage.array_cache import ArrayCache
from zoo.models import BackboneEncoder
from zoo.models.backbone import make_backbone
from zoo.topology import Alignment, OneToMany, alignment_image


class CountingCodec(ImageCodec):
    """Counts what it decodes."""

    decoded = 0

    def encode(self, value: str | Path | np.ndarray) -> np.ndarray:
        self.decoded += 1
        return super().encode(value)


def examples(folder: Path, images: int = 4, captions: int = 5) -> list[RawExample]:
    for number in range(images):
        pixels = np.random.default_rng(number).integers(0, 256, (32, 40, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return [
        {
            "source": folder / f"{n}.png",
            "target": f"image {n} said {k}",
            "place": f"captions.csv: line {5 * n + k + 2}",
        }
        for n in range(images)
        for k in range(captions)
    ]


def batches(folder: Path, codec: ImageCodec, split: str = "train", size: int = 4, count: int = 4) -> Batches:
    given = examples(folder, count)
    words = WordCodec()
    words.fit(example["target"] for example in given)
    settings: Any = SimpleNamespace(batch=SimpleNamespace(size=size, tokens=0, length=9), seed=0)
    codecs: dict[str, Codec] = {"source": codec, "target": words}
    return OneToMany().batches(given, codecs, settings, folder=folder / "cache", split=split)


def test_a_image_is_decoded_once_however_many_captions_and_epochs(tmp_path: Path):
    codec = CountingCodec(32, 32)
    made = batches(tmp_path, codec)
    seen = [
        (int(image), int(index), source.tobytes())
        for number in range(3)
        for batch in made.epoch(number)
        for image, index, source in zip(batch["source_index"], batch["index"], batch["source"], strict=True)
        if index >= 0
    ]
    assert codec.decoded == 4
    assert len(seen) == 60 and len({image for image, _, _ in seen}) == 4
    for image, index, source in seen:
        assert image == index // 5
        assert source == codec.encode(tmp_path / f"{image}.png").tobytes()


def test_what_there_is_no_room_for_is_decoded_again(tmp_path: Path):
    codec = CountingCodec(8, 8)
    few = ImageExamples(examples(tmp_path), codec.encode, lambda example: {}, tmp_path, most=2 * 8 * 8 * 3)
    whole = [few[place]["source"].tobytes() for place in range(20)]
    assert codec.decoded > 4
    assert whole == [codec.encode(tmp_path / f"{place // 5}.png").tobytes() for place in range(20)]
    assert [example["source_index"] for example in few[3:7]] == [0, 0, 1, 1]


def test_sources_that_are_drawn_are_drawn_once_for_source_and_text(tmp_path: Path):
    class Drawn:
        drawn = 0

        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: int) -> RawExample:
            self.drawn += 1
            return {"source": np.full((8, 8, 3), index, np.uint8), "target": "x"}

    drawn = Drawn()
    made = ImageExamples(drawn, ImageCodec(8, 8).encode, lambda example: {"target": np.zeros(1)}, tmp_path)
    for _ in range(2):
        assert [int(example["source"].max()) for example in made] == [0, 1, 2]
    assert drawn.drawn == 3


def test_a_damaged_image_is_named_with_the_line_of_its_table(tmp_path: Path):
    given = examples(tmp_path)
    whole = (tmp_path / "2.png").read_bytes()
    (tmp_path / "2.png").write_bytes(whole[: len(whole) // 2])
    made = ImageExamples(given, ImageCodec(8, 8).encode, lambda example: {}, tmp_path)
    with pytest.raises(zoo.ZooError, match=r"^captions.csv: line 12: .*2.png: the image is damaged: "):
        list(made)


def test_training_images_are_mirrored_and_moved_and_others_are_not(tmp_path: Path):
    codec = ImageCodec(32, 32, flip=True, shift=3)
    draw = np.random.default_rng(1)
    image = draw.integers(0, 256, codec.shape).astype(np.uint8)
    views = [codec.vary(image, draw) for _ in range(60)]
    assert all(view.shape == image.shape and view.dtype == np.uint8 for view in views)
    middles = {view[8:-8, 8:-8].tobytes() for view in views}
    shifted = [image[8 + y : 24 + y, 8 + x : 24 + x] for y in range(-3, 4) for x in range(-3, 4)]
    mirrored = [image[:, ::-1][8 + y : 24 + y, 8 + x : 24 + x] for y in range(-3, 4) for x in range(-3, 4)]
    assert middles <= {part.tobytes() for part in shifted + mirrored}
    assert (
        len(middles & {part.tobytes() for part in mirrored}) > 5 < len(middles & {part.tobytes() for part in shifted})
    )

    def sources(split: str, number: int) -> dict[int, bytes]:
        made = batches(tmp_path, codec, split)
        rows = [row for batch in made.epoch(number) for row in zip(batch["index"], batch["source"], strict=True)]
        return {int(index): source.tobytes() for index, source in rows}

    assert sources("train", 0) == sources("train", 0) != sources("train", 1)
    assert sources("validation", 0) == sources("validation", 1)
    assert not ImageCodec(32, 32).varies


def test_a_frozen_backbone_looks_at_each_image_once(tmp_path: Path):
    encoder = BackboneEncoder("MobileNetV3Small", 4, (32, 32, 3), frozen=True)
    looked: list[bytes] = []

    def features(sources: np.ndarray) -> Tensor:
        looked.extend(source.tobytes() for source in sources if source.any())
        return encoder.features(sources)

    plain = batches(tmp_path, ImageCodec(32, 32), size=50, count=40)
    first = ImageExamples(examples(tmp_path, 40), ImageCodec(32, 32).encode, lambda example: {}, tmp_path)
    sources = np.stack([first[5 * number]["source"] for number in range(40)])
    wanted = np.asarray(encoder.features(sources))  # [40, 1, 1, F]
    made = FeatureBatches(plain, features, tmp_path / "cache")
    for number in range(2):
        for batch in made.epoch(number):
            real = batch["index"] >= 0
            expected = wanted[batch["index"][real] // 5]
            np.testing.assert_allclose(batch["source"][real], expected, rtol=2e-3, atol=1e-3)
    assert len(looked) == len(set(looked)) == 40
    assert (made.fingerprint, made.steps_per_epoch, made.size) == (plain.fingerprint, plain.steps_per_epoch, plain.size)
    again, usual = (list(given.epoch(0, start=2)) for given in (made, plain))
    assert [set(batch) for batch in again] == [set(batch) for batch in usual]
    for one, other in zip(again, usual, strict=True):
        np.testing.assert_array_equal(one["index"], other["index"])
    # With room for two, the others are looked at again.
    small = FeatureBatches(plain, features, tmp_path / "cache", most=2 * 2 * wanted[0].size)
    batch = next(small.epoch(0))
    real = batch["index"] >= 0
    np.testing.assert_allclose(batch["source"][real], wanted[batch["index"][real] // 5], rtol=2e-3, atol=1e-3)
    assert len(looked) > 80


def test_kept_arrays(tmp_path: Path):
    kept = ArrayCache(tmp_path / "new", most=20)
    assert kept.get(5) is None and len(kept) == kept.nbytes == 0
    assert kept.put(5, np.array([1, 2], np.int32)) and kept.put(7, np.array([3, 4], np.int32)[::-1])
    assert not kept.put(9, np.array([5, 6], np.int32)), "there is room for two"
    assert kept.put(5, np.array([9, 9], np.int32)), "it is there already"
    assert [kept.get(number).tolist() for number in (7, 5)] == [[4, 3], [1, 2]]  # type: ignore[union-attr]
    assert (5 in kept, 9 in kept, kept.nbytes) == (True, False, 16)
    with pytest.raises(ValueError, match="among arrays of"):
        kept.put(8, np.zeros(3, np.int32))
    (tmp_path / "file").write_text("")
    with pytest.raises(zoo.ZooError, match="cannot cache arrays in .*file"):
        ArrayCache(tmp_path / "file").put(0, np.zeros(1))


@pytest.mark.slow
def test_a_run_with_a_frozen_backbone_is_loaded_without_its_weights_file(tmp_path: Path):
    """From a file of weights to captions, and again in another place when that file is gone."""
    given = examples(tmp_path, 12, 2)
    rows = ["image,caption"] + [f"{example['source'].name},{example['target']}" for example in given]
    (tmp_path / "captions.csv").write_text("\n".join(rows))
    weights = tmp_path / "own.weights.h5"
    network = make_backbone("MobileNetV3Small", (32, 32, 3))
    network.save_weights(weights)
    settings: SettingsByPart = {
        "data": {"source": str(tmp_path / "captions.csv"), "validation": 0.2, "test": 0.2},
        "picture": {"height": 32, "width": 32, "flip": True},
        "model": {"backbone": "MobileNetV3Small", "backbone_weights": str(weights), "frozen": True, "units": 8},
        "search": {"length": 5, "beam": 2},
        "device": {"replicas": 1},
    }
    run = zoo.run("captioning", **settings, train={"steps": 4, "evaluate_every": 2}, out=str(tmp_path / "run"))
    found = run.model.encoder.network.get_weights()
    for one, other in zip(found, network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not (tmp_path / "run" / "cache").exists() or not list((tmp_path / "run" / "cache").iterdir())
    said = run.predict([given[0]["source"]])
    weights.unlink()
    (tmp_path / "run").rename(tmp_path / "moved")
    assert zoo.load(tmp_path / "moved").predict([given[0]["source"]]) == said
    again = zoo.load(tmp_path / "moved").resume(train={"steps": 5})
    assert again.metrics[-1]["step"] == 5


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ({"backbone": "MobileNet3"}, "model.backbone: there is no network 'MobileNet3'"),
        ({"frozen": True}, "need model.backbone, which is not set"),
        ({"backbone_weights": "imagenet"}, "need model.backbone, which is not set"),
    ],
)
def test_settings_that_cannot_be_meant(tmp_path: Path, model: dict[str, object], problem: str):
    with pytest.raises(zoo.UsageError, match=problem):
        zoo.run("captioning", model=model, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_a_image_of_where_the_model_looked():
    weights = np.zeros((3, 2, 2), np.float32)
    weights[0, 0, 0] = weights[1, 1, 1] = 1
    weights[2] = 0.25
    pixels = np.full((20, 30, 3), 200, np.uint8)
    sheet = alignment_image(pixels, Alignment(("one", "two", "\u220e"), (), weights), edge=40, columns=2)
    assert sheet.size == (2 * 60, 2 * (40 + 16))
    light = np.asarray(sheet.convert("L"), np.int32)
    assert light[0, 0] == 200 > 60 > light[39, 59], "the first word looked at the upper left corner"
    assert light[0, 60] < 60 < light[39, 119] == 200
    assert light[56, 0] == light[56 + 39, 59] == 200, "the end of the text looked everywhere"
    assert alignment_image(pixels[:, :, :1], Alignment(("one",), (), weights[:1])).size == (192, 144)


def test_a_image_is_shown_by_its_name_or_its_size():
    shown = OneToMany().show
    assert shown(Path("boat.jpg")) == "boat.jpg"
    assert shown(np.zeros((64, 48, 3), np.uint8)) == "an image of 64 by 48 pixels"
    assert shown("a red boat") == "a red boat"
