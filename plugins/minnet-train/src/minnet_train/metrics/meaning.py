"""What the name of a number in a report means: its title, whether large is good, and whether it is a fraction."""

from __future__ import annotations

import re

from attrs import frozen

VALIDATION = "validation_"
"""The prefix of what is measured on validation samples."""


@frozen
class Meaning:
    """What a number means.

    Attributes:
        title: how a picture or a table calls it.
        is_fraction: whether it is shown in percent.
        large_is_good: whether a model with a larger number is the better one.
    """

    title: str
    is_fraction: bool = False
    large_is_good: bool = False


_MEANINGS = {
    "accuracy": Meaning("accuracy", is_fraction=True, large_is_good=True),
    "balanced_accuracy": Meaning("balanced accuracy", is_fraction=True, large_is_good=True),
    "top": Meaning("top", is_fraction=True, large_is_good=True),
    "precision": Meaning("precision", is_fraction=True, large_is_good=True),
    "recall": Meaning("recall", is_fraction=True, large_is_good=True),
    "f1": Meaning("F1", is_fraction=True, large_is_good=True),
    "matthews": Meaning("Matthews", large_is_good=True),
    "roc_auc": Meaning("ROC AUC", large_is_good=True),
    "pr_auc": Meaning("PR AUC", large_is_good=True),
    "r2": Meaning("R²", large_is_good=True),
    "log_loss": Meaning("log loss"),
    "brier": Meaning("Brier score"),
    "calibration_error": Meaning("calibration error", is_fraction=True),
    "mse": Meaning("MSE"),
    "rmse": Meaning("RMSE"),
    "mae": Meaning("MAE"),
    "mape": Meaning("MAPE", is_fraction=True),
    "lr": Meaning("learning rate"),
}
"""The first words of a name -> what it means; what trains knows from here alone of which metrics large is good."""

_NAME = re.compile(rf"({'|'.join(_MEANINGS)})(?:(\d+)|_(macro|micro|weighted))?")


def meaning_of(name: str) -> Meaning:
    """Say what a number of a report means; the title of a stranger's metric is its name.

    >>> meaning_of("validation_roc_auc_macro")
    Meaning(title='ROC AUC (macro)', is_fraction=False, large_is_good=True)
    >>> meaning_of("top5").title, meaning_of("validation_loss").title
    ('top 5', 'loss')
    """
    name = name.removeprefix(VALIDATION)
    match = _NAME.fullmatch(name)
    if match is None:
        return Meaning(name.replace("_", " "), is_fraction=name.startswith(("accuracy", "top")))
    known, number, average = _MEANINGS[match[1]], match[2], match[3]
    title = f"{known.title} {number}" if number else f"{known.title} ({average})" if average else known.title
    return Meaning(title, known.is_fraction, known.large_is_good)
