from __future__ import annotations

import hashlib
from importlib.resources import files

import numpy as np

from minnet_train import load_digits


def test_there_are_1797_images_of_8_by_8():
    digits = load_digits()
    assert digits.features.shape == (1797, 64)
    assert digits.features.dtype == np.float32
    assert digits.targets.shape == (1797,)


def test_pixels_are_whole_numbers_from_0_to_16():
    assert set(np.unique(load_digits().features)) == set(range(17))


def test_the_classes_are_the_ten_digits_in_the_numbers_of_the_repository():
    digits = load_digits()
    assert digits.classes == tuple(range(10))
    assert np.bincount(digits.targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_contents_are_those_of_the_repository():
    digits = load_digits()
    hashes = [
        hashlib.sha256(array.astype(np.uint8).tobytes()).hexdigest() for array in (digits.features, digits.targets)
    ]
    assert hashes == [
        "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3",
        "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0",
    ]


def test_the_file_is_small():
    assert len(files("minnet_train").joinpath("data/digits.npz").read_bytes()) < 50_000


def test_source_and_licence_are_told_with_the_data_and_beside_it():
    licence = files("minnet_train").joinpath("data/LICENSE-digits.md").read_text("utf-8")
    for word in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0"):
        assert word in load_digits().attribution
        assert word in licence
