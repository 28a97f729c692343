"""What a glimpse sees: compared with slices and means of the image itself."""

from __future__ import annotations

import numpy as np


def image(height: int = 12, width: int = 16, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).random((height, width, channels)).astype("float32")


def look(images, places, size, scales=1):
    from zoo_glimpse.retina import Retina

    return np.asarray(Retina(size, scales)(np.asarray(images), np.asarray(places, "float32")))


def test_a_window_between_borders_of_pixels_is_a_slice():
    whole = image(channels=3)
    # The middle of rows 3 to 6 and columns 8 to 11.
    seen = look([whole], [[5 / 12 * 2 - 1, 10 / 16 * 2 - 1]], 4)
    np.testing.assert_allclose(seen[0, 0], whole[3:7, 8:12], atol=1e-6)


def test_wider_windows_are_means_and_outside_is_nothing():
    whole = image()
    seen = look([whole], [[0.0, 0.0]], 4, scales=3)  # around row 6, column 8
    assert seen.shape == (1, 3, 4, 4, 1)
    np.testing.assert_allclose(seen[0, 1], whole[2:10, 4:12].reshape(4, 2, 4, 2, 1).mean((1, 3)), atol=1e-6)
    padded = np.pad(whole, ((2, 2), (0, 0), (0, 0)))  # 16 rows around row 6 of 12
    np.testing.assert_allclose(seen[0, 2], padded.reshape(4, 4, 4, 4, 1).mean((1, 3)), atol=1e-6)
    corner = look([whole], [[-1.0, -1.0]], 4)[0, 0, :, :, 0]
    np.testing.assert_allclose(corner[2:, 2:], whole[:2, :2, 0], atol=1e-6)
    assert not corner[:2].any() and not corner[:, :2].any()


def test_a_place_between_pixels_is_a_mean_of_both():
    whole = image()
    # A quarter of a pixel further down than row 6 and half a pixel further right than column 8.
    seen = look([whole], [[0.25 / 6, 0.5 / 8]], 2)[0, 0, :, :, 0]
    rows = 0.75 * whole[5:7, :, 0] + 0.25 * whole[6:8, :, 0]
    np.testing.assert_allclose(seen, (rows[:, 7:9] + rows[:, 8:10]) / 2, atol=1e-6)


def test_each_image_has_its_place():
    whole = [image(), image()[::-1]]
    places = [[0.1, -0.3], [-0.5, 0.7]]
    both = look(whole, places, 3, scales=2)
    for row in range(2):
        np.testing.assert_allclose(both[row : row + 1], look(whole[row : row + 1], places[row : row + 1], 3, 2))
