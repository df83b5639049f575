"""`PRAUC`: the area under the curve of precision and recall."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .ranking import Ranking, positives_by_threshold
from .references import of_second_class


class PRAUC(Ranking):
    r"""The average precision: the area under the steps of precision by recall,

    .. math:: \sum_n (R_n - R_{n-1}) P_n

    Of two classes it is about the second; of more, each is compared with the rest, and those are left out that have no
    samples, where scikit-learn gives 0. All scores are kept until it is computed.

    scikit-learn: ``average_precision_score``.

    Args:
        average: of more than two classes: ``macro`` for their mean, ``weighted`` for the mean weighted by the number of
            samples of each class.
        from_logits: whether outputs are logits, rather than probabilities or their logarithms.

    >>> auc = PRAUC()
    >>> auc.update(np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]]), np.array([0, 0, 1, 1]))
    >>> round(auc.compute(), 4)
    0.8333
    """  # noqa: D415  # the formula ends the sentence

    EXAMPLES = (
        Example(
            input=(24, 2),
            target="classes",
            traits=["probability-input"],
            reference=of_second_class("average_precision_score"),
        ),
        Example(arguments={"average": "weighted"}, input=(24, 3), target="classes", traits=["probability-input"]),
    )

    @property
    def name(self) -> str:
        return "pr_auc" if self.average == "macro" else f"pr_auc_{self.average}"

    def _area(self, is_positive: Array, scores: Array) -> float:
        right, wrong, _ = positives_by_threshold(is_positive, scores)
        return float((np.diff(right, prepend=0) * (right / (right + wrong))).sum() / right[-1])
