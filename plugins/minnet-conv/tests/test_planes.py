from __future__ import annotations

import numpy as np

from minnet_conv.images import from_planes, to_planes


def test_what_one_layer_leaves_the_next_finds_without_a_copy():
    planes = np.zeros((3, 4, 5, 2), np.float32)
    images = from_planes(planes, 4, planes.dtype)
    assert images.shape == (2, 3, 4, 5)
    assert np.shares_memory(to_planes(images, planes.dtype), planes)


def test_sequences_are_images_of_one_row():
    planes = np.arange(24.0).reshape(3, 1, 4, 2)
    sequences = from_planes(planes, 3, planes.dtype)
    assert sequences.shape == (2, 3, 4)
    np.testing.assert_array_equal(to_planes(sequences, planes.dtype), planes)


def test_a_single_image_is_never_moved():
    image = np.zeros((1, 3, 4, 5))
    assert np.shares_memory(to_planes(image, image.dtype), image)


def test_integers_become_what_is_asked_for():
    assert to_planes(np.ones((2, 1, 2, 2), np.uint8), np.dtype("float32")).dtype == np.float32
    assert from_planes(np.ones((1, 2, 2, 2), np.float32), 4, np.dtype("float16")).dtype == np.float16
