"""What the name of a number in a report means: its title, and whether it is a fraction."""

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
    """

    title: str
    is_fraction: bool = False


_MEANINGS = {
    "accuracy": Meaning("accuracy", is_fraction=True),
    "balanced_accuracy": Meaning("balanced accuracy", is_fraction=True),
    "top": Meaning("top", is_fraction=True),
    "precision": Meaning("precision", is_fraction=True),
    "recall": Meaning("recall", is_fraction=True),
    "f1": Meaning("F1", is_fraction=True),
    "matthews": Meaning("Matthews"),
    "roc_auc": Meaning("ROC AUC"),
    "pr_auc": Meaning("PR AUC"),
    "r2": Meaning("R²"),
    "log_loss": Meaning("log loss"),
    "brier": Meaning("Brier score"),
    "calibration_error": Meaning("calibration error", is_fraction=True),
    "mse": Meaning("MSE"),
    "rmse": Meaning("RMSE"),
    "mae": Meaning("MAE"),
    "mape": Meaning("MAPE", is_fraction=True),
    "lr": Meaning("learning rate"),
}
"""The first words of a name -> what it means."""

_NAME = re.compile(rf"({'|'.join(_MEANINGS)})(?:(\d+)|_(macro|micro|weighted))?")


def meaning_of(name: str) -> Meaning:
    """Say what a number of a report means; the title of a stranger's metric is its name.

    >>> meaning_of("validation_roc_auc_macro")
    Meaning(title='ROC AUC (macro)', is_fraction=False)
    >>> meaning_of("top5").title, meaning_of("validation_loss").title
    ('top 5', 'loss')
    """
    name = name.removeprefix(VALIDATION)
    match = _NAME.fullmatch(name)
    if match is None:
        return Meaning(name.replace("_", " "), is_fraction=name.startswith(("accuracy", "top")))
    known, number, average = _MEANINGS[match[1]], match[2], match[3]
    title = f"{known.title} {number}" if number else f"{known.title} ({average})" if average else known.title
    return Meaning(title, known.is_fraction)
