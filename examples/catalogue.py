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
        "regression. Only the line between the clouds has to be learned, so a few epochs are enough: the best\n"
        "possible classifier is right for 92.1% of the points.",
        ("two-gaussians",),
    ),
    Comparison(
        "activations",
        "Four activations",
        "The same network for the digits with `ReLU`, `LeakyReLU`, `ELU` and `SoftPlus`. `ELU` learns fastest\n"
        "at first, because its outputs are on both sides of 0; `SoftPlus`, whose outputs are all positive, is\n"
        "slowest. After thirty epochs the first three differ by a few digits only.",
        tuple(f"digits-{name}" for name in _ACTIVATIONS),
    ),
    Comparison(
        "activations-normalized",
        "With BatchNormalization",
        "The same four with `BatchNormalization` and `ChannelwiseScaling` before each activation, and nothing\n"
        "else changed. With each of them, the loss on held-out digits is lower and the accuracy higher.",
        tuple(f"digits-{name}-normalized" for name in _ACTIVATIONS),
    ),
    Comparison(
        "optimizers",
        "SGD and Adam",
        "One network, three optimizers. Plain `SGD` has not converged when the others have. Momentum makes its\n"
        "steps up to ten times as long in persistent directions, which makes the difference; `Adam` is no\n"
        "better than momentum here.",
        ("digits-sgd", "digits-sgd-momentum", "digits-adam"),
    ),
    Comparison(
        "skip",
        "A graph with skip connections",
        "Ten linear layers, one after another, learn nothing in thirty epochs: what comes back through them gets\n"
        "smaller in each. With skip connections, in a graph of the same layers, it reaches the first one past all\n"
        "of them, and they learn as well as a network of three.",
        ("digits-deep", "digits-deep-skip"),
    ),
    Comparison(
        "overfitting",
        "Overfitting, without and with Dropout",
        "A network of 85,000 weights is trained on 87 digits. Without `Dropout`, the training loss goes to 0 while\n"
        "the loss on the 1,710 held-out digits begins to rise: the network becomes overconfident. With `Dropout`\n"
        "it learns more slowly, and both the best and the final held-out loss are lower.",
        ("overfitting", "overfitting-dropout"),
        log=True,
    ),
    Comparison(
        "autoencoder",
        "An autoencoder",
        "The digits are compressed to eight numbers and reconstructed: `autoencode = true` makes the input the\n"
        "target, and the loss is the squared error of the 64 pixels of a digit, each from 0 to 1; the MAE is in\n"
        "the units of the data, from 0 to 16.",
        ("autoencoder",),
        log=True,
    ),
    Comparison(
        "images",
        "Convolutions",
        "The digits as images of 8 by 8 pixels, each training batch shifted by up to a pixel at random. Two\n"
        "convolutions make less than half the mistakes of the best network above; a residual network, whose blocks\n"
        "add to their input what two convolutions make of it, has no `Linear` layer but the last.",
        ("digits-conv", "digits-residual"),
    ),
    Comparison(
        "denoising",
        "A denoising autoencoder",
        "Convolutions that halve an image twice and double it again learn to take noise away: `Noise` is added to\n"
        "the inputs of training alone, and the target stays the digit without it. Held-out digits have no noise, so\n"
        "their loss is lower than that of training.",
        ("denoising-autoencoder",),
        log=True,
    ),
    Comparison(
        "quantiles",
        "Quantile regression",
        "Points above a wave, whose errors are skewed and grow from left to right. `QuantileCriterion` with the\n"
        "quantiles 0.1, 0.5 and 0.9 learns a median, and a band around it that is as wide as the errors are\n"
        "there; *coverage* is the fraction of points inside the band, which should be 80%.",
        ("quantiles",),
    ),
    Comparison(
        "rare",
        "Focal loss for a rare class",
        "Two clouds that reach into each other, of which one has two points of a hundred. `FocalCriterion` with\n"
        "`alpha = 0.75` finds more of them than `BCEWithLogitsCriterion` does, and takes more others for them; F1,\n"
        "which is about both, is slightly higher. The losses are two different ones, and cannot be compared.",
        ("rare-bce", "rare-focal"),
    ),
    Comparison(
        "multi-label",
        "Several labels at once",
        "One to three digits over each other, and ten scores, of which each says by itself whether its digit is\n"
        "there: `MultiLabelSoftMarginCriterion`. Whoever always says no has 81.2% of the labels right. No digit of a\n"
        "held-out image is in one that is trained on.",
        ("overlaid-digits",),
    ),
    Comparison(
        "siamese",
        "A siamese network",
        "Pairs of digits, half of them of one class. The same branch, a `MapTable` in a graph, makes two numbers of\n"
        "each digit, and `HingeEmbeddingCriterion` moves those of one class together, and others apart. A pair is\n"
        "told right if its digits are nearer than half the margin, or else farther; half would be right by chance.\n"
        "No class is ever named, and yet digits that were in no pair of the training lie by their classes.",
        ("siamese",),
    ),
    Comparison(
        "rents",
        "Texts and numbers: two inputs",
        "Invented rents by town, area and age, from a CSV file. The key `inputs` of the data names parts of its\n"
        "columns: `flat`, the numbers, and `town`, of which an `Embedding` makes two numbers that a `JoinTable` puts\n"
        "beside them. With less than a third of the weights, it is as good as a network with an input of 0 or 1 for\n"
        "each of 23 towns. The vectors of dear towns lie together, and cheap ones at the rims.",
        ("rents-embedding", "rents-one-hot"),
        log=True,
    ),
)


def experiments() -> tuple[str, ...]:
    """Name all experiments, in the order of the page."""
    return tuple(name for comparison in COMPARISONS for name in comparison.names)
