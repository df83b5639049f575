"""Which experiments are compared with each other, and what is to be seen there."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

FOLDER = Path(__file__).parent
"""Where the experiments are."""


@frozen
class Comparison:
    """Experiments that differ in one thing.

    Attributes:
        key: names the pictures.
        title: of the section.
        text: what is compared and what to see; a test checks it against the results.
        names: of the experiments, files in this folder without ``.toml``.
        log: whether losses are drawn on a logarithmic scale.
    """

    key: str
    title: str
    text: str
    names: tuple[str, ...]
    log: bool = False


_ACTIVATIONS = ("relu", "leaky-relu", "elu", "softplus")

COMPARISONS = (
    Comparison(
        "two-gaussians",
        "Two Gaussians",
        "Two clouds of points in the plane, and one linear layer with `LogSoftMax`, which is logistic\n"
        "regression. There is nothing else to learn than the line between the clouds, so a few epochs are\n"
        "enough: the best that anything can do with them is to be right of 92.1% of the points.",
        ("two-gaussians",),
    ),
    Comparison(
        "activations",
        "Four activations",
        "The same network for the digits with `ReLU`, `LeakyReLU`, `ELU` and `SoftPlus`. `ELU` begins\n"
        "fastest, because its outputs are on both sides of 0; `SoftPlus`, all of whose outputs are positive,\n"
        "begins slowest. After thirty epochs the first three are within a few digits of each other.",
        tuple(f"digits-{name}" for name in _ACTIVATIONS),
    ),
    Comparison(
        "activations-normalized",
        "With BatchNormalization",
        "The same four with `BatchNormalization` and `ChannelwiseScaling` before each activation, and nothing\n"
        "else changed. The loss on held-out digits is lower with every one of them, and more of these are\n"
        "right.",
        tuple(f"digits-{name}-normalized" for name in _ACTIVATIONS),
    ),
    Comparison(
        "optimizers",
        "SGD against Adam",
        "One network, three optimizers. Plain `SGD` is still on its way when the others have arrived.\n"
        "Momentum makes its steps ten times as long in the directions that stay, which is what was missing;\n"
        "`Adam` is no better than that here.",
        ("digits-sgd", "digits-sgd-momentum", "digits-adam"),
    ),
    Comparison(
        "overfitting",
        "Over-fitting, without and with Dropout",
        "A network of 85,000 weights and 87 digits to learn. Without `Dropout` the loss on these goes to 0\n"
        "while that on the 1,710 others turns round and rises: the network grows certain of what is wrong.\n"
        "`Dropout` makes it learn more slowly, and both the best loss and the last one are lower.",
        ("overfitting", "overfitting-dropout"),
        log=True,
    ),
    Comparison(
        "autoencoder",
        "An autoencoder",
        "The digits through eight numbers and back: `autoencode = true` makes the input the target, and the\n"
        "loss is the squared error of the 64 pixels of a digit, each from 0 to 1;\n"
        "the MAE is in the units of the data, from 0 to 16.",
        ("autoencoder",),
        log=True,
    ),
)


def experiments() -> tuple[str, ...]:
    """Name all experiments, in the order of the page."""
    return tuple(name for comparison in COMPARISONS for name in comparison.names)
