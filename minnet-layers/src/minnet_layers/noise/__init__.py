"""Random changes in training that leave what a network is used to as it is: the mean, or mean and variance."""

from __future__ import annotations

from .alpha_dropout import AlphaDropout
from .gaussian_noise import GaussianNoise

__all__ = ["AlphaDropout", "GaussianNoise"]
