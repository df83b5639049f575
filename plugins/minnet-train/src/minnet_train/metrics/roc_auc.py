"""`ROCAUC`: the area under the receiver operating characteristic."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .ranking import Ranking, positives_by_threshold
from .references import of_second_class, of_values


class ROCAUC(Ranking):
    """The probability that a sample of the class has a larger score than another; equal scores count a half.

    Of two classes it is about the second; of more, each is compared with the rest, and those are left out that have no
    samples, where scikit-learn gives nan. All scores are kept until it is computed.

    scikit-learn: ``roc_auc_score``, with ``multi_class="ovr"``.

    Args:
        average: of more than two classes: ``macro`` for their mean, ``weighted`` for the mean weighted by the number of
            samples of each class.
        from_logits: whether outputs are logits, rather than probabilities or their logarithms.

    >>> auc = ROCAUC()
    >>> auc.update(np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]]), np.array([0, 0, 1, 1]))
    >>> auc.compute()
    0.75
    """

    EXAMPLES = (
        Example(
            input=(24, 2), target="classes", traits=["probability-input"], reference=of_second_class("roc_auc_score")
        ),
        Example(
            arguments={"average": "weighted"},
            input=(24, 3),
            target="classes",
            traits=["probability-input"],
            reference=of_values("roc_auc_score", multi_class="ovr", average="weighted", labels=range(3)),
        ),
    )

    @property
    def name(self) -> str:
        return "roc_auc" if self.average == "macro" else f"roc_auc_{self.average}"

    def _area(self, is_positive: Array, scores: Array) -> float:
        right, wrong, _ = positives_by_threshold(is_positive, scores)
        widths = np.diff(wrong, prepend=0)
        heights = right + np.append(0, right[:-1])
        return float((widths * heights).sum() / (2.0 * right[-1] * wrong[-1]))
