"""Two moons, spirals and blobs."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataConfig, LearningData, datasets


@pytest.mark.parametrize("name", ["TwoMoons", "Spirals", "Blobs"])
class TestAll:
    def test_a_seed_decides_the_points(self, name):
        first, second, other = (datasets[name](rng=seed).load() for seed in (1, 1, 2))
        assert first.fingerprint() == second.fingerprint()
        assert first.fingerprint() != other.fingerprint()

    def test_classes_have_as_many_points_as_can_be(self, name):
        data = datasets[name](n=101).load()
        assert np.bincount(data.targets).tolist() == [51, 50]
        assert (data.features.shape, data.features.dtype) == ((101, 2), np.float32)

    @pytest.mark.parametrize("n", [1, 2.5, True, "9"])
    def test_a_number_that_is_none_is_an_error(self, name, n):
        with pytest.raises(ValueError, match="expected n, an integer of at least 4, received"):
            datasets[name](n=n)

    def test_they_can_be_learned_from(self, name):
        data = LearningData.load(DataConfig(source={"class": name, "n": 50}), 0)
        assert (len(data.training), len(data.validation), len(data.test)) == (36, 4, 10)


def test_moons_are_half_circles_that_reach_into_each_other():
    data = datasets["TwoMoons"](n=200, noise=0).load()
    upper, lower = data.features[data.targets == 0], data.features[data.targets == 1]
    assert np.hypot(*upper.T) == pytest.approx(1, abs=1e-6)
    assert np.hypot(*(lower - [1, 0.5]).T) == pytest.approx(1, abs=1e-6)
    assert (upper[:, 1] >= 0).all()
    assert (lower[:, 1] <= 0.5).all()


def test_the_noise_is_the_deviation_of_the_error():
    plain, noisy = (datasets["TwoMoons"](n=4000, noise=noise).load().features for noise in (0, 0.3))
    assert (noisy - plain).std() == pytest.approx(0.3, rel=0.05)


def test_spirals_wind_from_the_centre_to_radius_1():
    data = datasets["Spirals"](n=300, classes=3, turns=0.25, noise=0).load()
    radius, angle = np.hypot(*data.features.T), np.arctan2(*data.features.T[::-1])
    assert radius.max() <= 1 + 1e-6
    expected = 2 * np.pi * (0.25 * radius + data.targets / 3)
    assert np.cos(angle - expected) == pytest.approx(1, abs=1e-5)


def test_blobs_have_the_centers_and_the_spread_that_are_asked_for():
    data = datasets["Blobs"](n=4000, centers=[[0, 0, 0], [9, 9, 9]], spread=0.5).load()
    for label, center in enumerate((0, 9)):
        cloud = data.features[data.targets == label]
        assert cloud.mean(axis=0) == pytest.approx([center] * 3, abs=0.05)
        assert cloud.std(axis=0) == pytest.approx([0.5] * 3, rel=0.1)


def test_blobs_have_as_many_classes_and_features_as_are_asked_for():
    data = datasets["Blobs"](n=12, classes=4, features=5).load()
    assert (data.features.shape, data.classes) == ((12, 5), (0, 1, 2, 3))


def test_blobs_have_the_shares_that_are_asked_for():
    data = datasets["Blobs"](n=1001, classes=3, shares=[0.9, 0.09, 0.01]).load()
    assert np.bincount(data.targets).tolist() == [901, 90, 10]


@pytest.mark.parametrize("shares", [[0.5, 0.5, 0.0], [0.5, 0.5], [1, -0.1, 0.1], [0.9, 0.0999, 1e-4]])
def test_shares_that_are_none_are_an_error(shares):
    with pytest.raises(ValueError, match="expected shares of 3 classes whose sum is 1"):
        datasets["Blobs"](n=100, classes=3, shares=shares)


@pytest.mark.parametrize("centers", [[[0, 0], [1]], [[], []], [[0, 0]]])
def test_centers_that_are_none_are_an_error(centers):
    with pytest.raises(ValueError, match="expected"):
        datasets["Blobs"](centers=centers)


@pytest.mark.parametrize("noise", [-1.0, float("nan")])
def test_negative_noise_is_an_error(noise):
    with pytest.raises(ValueError, match="expected noise of at least 0"):
        datasets["TwoMoons"](noise=noise).load()
