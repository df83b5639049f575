from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from minnet_core import Sequential, ShapeError, criterions, layers, optimizers
from minnet_train import Augmentation, Samples, StateError, Trainer
from minnet_train.augmentations import Crop, Flip, Mixup, Noise, Shift

IMAGES = np.arange(1.0, 25).reshape(2, 1, 3, 4)
TARGETS = np.eye(2)


def augmented(augmentation, images=IMAGES, targets=None, seed=0):
    targets = np.ones((len(images), 1)) if targets is None else targets
    return augmentation.augment(images, targets, np.random.default_rng(seed))


@settings(deadline=None, max_examples=40)
@given(pixels=st.integers(1, 5), height=st.integers(1, 6), width=st.integers(1, 6), seed=st.integers(0, 99))
def test_a_shifted_image_is_a_window_on_the_image_within_a_margin(pixels, height, width, seed):
    image = np.random.default_rng(seed).uniform(1, 2, (1, 2, height, width))
    (moved,), _ = augmented(Shift(pixels, fill=-7.0), image, seed=seed)
    margin = np.full((2, height + 2 * pixels, width + 2 * pixels), -7.0)
    margin[:, pixels : pixels + height, pixels : pixels + width] = image[0]
    places = range(2 * pixels + 1)
    windows = [margin[:, y : y + height, x : x + width] for y in places for x in places]
    assert any(np.array_equal(moved, window) for window in windows)


def test_every_way_of_a_shift_is_as_likely():
    image = np.zeros((9000, 1, 5, 5))
    image[:, 0, 2, 2] = 1
    moved, _ = augmented(Shift(1), image)
    counts = moved.sum(axis=(0, 1))[1:4, 1:4]
    assert counts.sum() == 9000
    assert (abs(counts - 1000) < 150).all()


def test_a_flip_mirrors_some_images():
    images = np.repeat(IMAGES[:1], 1000, axis=0)
    for direction, axis in (("horizontal", 2), ("vertical", 1)):
        flipped, _ = augmented(Flip(direction, p=0.25), images)
        mirrored = np.array([np.array_equal(image, np.flip(IMAGES[0], axis)) for image in flipped])
        same = np.array([np.array_equal(image, IMAGES[0]) for image in flipped])
        assert (mirrored ^ same).all()
        assert 200 < mirrored.sum() < 300


def test_a_crop_of_the_whole_is_the_image():
    np.testing.assert_allclose(augmented(Crop(1.0))[0], IMAGES, rtol=1e-14)


@settings(deadline=None, max_examples=40)
@given(smallest=st.floats(0.3, 1), seed=st.integers(0, 99))
def test_a_crop_of_a_slope_is_a_gentler_slope_at_another_place(smallest, seed):
    """Linear interpolation has no error on a linear image but beyond the centres of its outermost pixels."""
    (part,), _ = augmented(Crop(smallest), np.mgrid[:7, :9].astype(float)[None], seed=seed)
    down, right = np.diff(part[0], axis=0)[2:-2], np.diff(part[1], axis=1)[:, 2:-2]
    np.testing.assert_allclose(down, down[0, 0], rtol=1e-9)
    np.testing.assert_allclose(right, down[0, 0], rtol=1e-9)
    assert smallest - 1e-9 <= down[0, 0] <= 1 + 1e-9
    assert part.min() >= 0
    assert part[0].max() <= 6
    assert part[1].max() <= 8


def test_an_image_of_one_pixel_is_its_own_part():
    np.testing.assert_array_equal(augmented(Crop(0.5), np.full((2, 1, 1, 1), 3.0))[0], np.full((2, 1, 1, 1), 3.0))


def test_noise_has_the_deviation_that_was_asked_for_and_no_mean():
    noisy, _ = augmented(Noise(0.3), np.full((100, 400), 5.0, np.float32))
    assert noisy.dtype == np.float32
    assert noisy.std() == pytest.approx(0.3, rel=0.02)
    assert noisy.mean() == pytest.approx(5, abs=0.01)


def test_a_blend_is_of_two_samples_and_of_their_targets():
    inputs, targets = augmented(Mixup(1.0), np.eye(5), 10 * np.eye(5))
    np.testing.assert_allclose(targets, 10 * inputs, rtol=1e-14)
    np.testing.assert_allclose(inputs.sum(axis=1), 1, rtol=1e-14)
    assert ((inputs > 0).sum(axis=1) <= 2).all()


@pytest.mark.parametrize("augmentation", [Shift(), Flip(), Crop()], ids=repr)
def test_what_is_no_image_is_refused(augmentation):
    with pytest.raises(ShapeError, match=r"expected images \(batch, channels, height, width\), received \(2, 64\)"):
        augmented(augmentation, np.zeros((2, 64)))


class Seen(Augmentation):
    """Keeps what it is given, and what it has drawn."""

    def __init__(self):
        self.inputs, self.drawn = [], []

    def augment(self, inputs, targets, rng):
        self.inputs.append(inputs)
        self.drawn.append(rng.random())
        return inputs, targets


def trainer(*augmentations, seed=0):
    model = Sequential(layers["Linear"](4, 2, rng=seed), layers["LogSoftMax"]())
    optimizer = optimizers["SGD"](model, lr=0.1)
    return Trainer(model, criterions["ClassNLLCriterion"](), optimizer, augmentations=augmentations)


@pytest.fixture
def few():
    rng = np.random.default_rng(1)
    return Samples.of_arrays(rng.standard_normal((20, 4)), rng.integers(0, 2, 20))


def test_only_training_batches_are_augmented(few):
    seen = Seen()
    others = Samples.of_arrays(np.full((6, 4), 9.0), [0, 1] * 3)
    trainer(seen).fit(few, others, epochs=2, batch_size=8, rng=0, progress=False)
    assert [len(inputs) for inputs in seen.inputs] == [8, 8, 4] * 2
    assert all((inputs != 9).all() for inputs in seen.inputs)
    assert len(set(seen.drawn)) == 6


def test_samples_stay_as_they_were(few):
    before = np.array(few.inputs)
    trainer(Noise(0.5)).fit(few, epochs=2, rng=0, progress=False)
    np.testing.assert_array_equal(few.inputs, before)


def test_a_resumed_training_has_the_same_batches(few):
    whole, part = trainer(Noise(0.5), Mixup()), trainer(Noise(0.5), Mixup())
    whole.fit(few, epochs=3, batch_size=4, rng=5, progress=False)

    class Stops:
        def __init__(self):
            from minnet_core import hookimpl

            self.minnet_step_end = hookimpl(lambda trainer: trainer.stop() if trainer.step == 7 else None)

    part.callbacks.append(Stops())
    part.fit(few, epochs=3, batch_size=4, rng=5, progress=False)
    state = part.state_dict()
    resumed = trainer(Noise(0.5), Mixup(), seed=9)
    resumed.load_state_dict(state)
    resumed.fit(few, epochs=3, batch_size=4, rng=77, progress=False)
    for name, array in whole.model.namedParameters().items():
        np.testing.assert_array_equal(resumed.model.namedParameters()[name], array)


def test_what_is_drawn_for_a_batch_does_not_depend_on_those_before_it(few):
    seen = Seen()
    training = trainer(seen)
    training.fit(few, epochs=1, batch_size=10, rng=0, progress=False)
    inputs, targets = few.batch([0, 1])
    training.augmenter(inputs, targets, 1, 1)
    training.augmenter(inputs, targets, 1, 0)
    assert seen.drawn[2:] == seen.drawn[1::-1]


def test_a_training_without_augmentations_is_as_it_was(few):
    """Neither its order nor its checkpoint knows of them."""
    plain, seen = trainer(), trainer()
    plain.fit(few, epochs=2, rng=3, progress=False)
    seen.fit(few, epochs=2, rng=3, progress=False)
    assert "augmentations" not in plain.state_dict()


def test_other_augmentations_do_not_go_on(few):
    training = trainer(Noise())
    training.fit(few, epochs=1, rng=0, progress=False)
    for other in (trainer(), trainer(Mixup()), trainer(Noise(), Mixup())):
        with pytest.raises(StateError, match=r"augmentations: expected \['Noise'\], as in the state, received"):
            other.load_state_dict(training.state_dict())


def test_what_is_no_augmentation_is_refused():
    with pytest.raises(TypeError, match=r"expected an Augmentation such as Shift\(1\), received 'Shift'"):
        trainer("Shift")
