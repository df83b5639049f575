"""`larger_is_better`: of which numbers of a report large is good."""

from __future__ import annotations

import re

_LARGE_IS_GOOD = re.compile(
    r"(validation_)?"
    r"(accuracy|balanced_accuracy|top\d+|r2|matthews|(precision|recall|f1|roc_auc|pr_auc)(_macro|_micro|_weighted)?)"
)
"""The metrics of which large is good; early stopping, `ReduceOnPlateau` and the choice of the best epoch ask here."""


def larger_is_better(name: object) -> bool:
    """Whether a model with a larger number of this name is the better one: so are metrics of minnet-train, no losses.

    >>> larger_is_better("validation_f1_macro"), larger_is_better("top5"), larger_is_better("validation_loss")
    (True, True, False)
    """
    return _LARGE_IS_GOOD.fullmatch(str(name)) is not None
