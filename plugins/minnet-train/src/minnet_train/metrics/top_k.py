"""`TopK`: how often the true class is among the k likeliest."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .metric import ClassFraction
from .references import of_values


class TopK(ClassFraction):
    """The fraction of rows in which fewer than ``k`` outputs are larger than that of the true class.

    With ``k = 1`` this is `Accuracy`, except that ties count as correct here.

    scikit-learn: ``top_k_accuracy_score``, which breaks ties by the order of the classes.

    Args:
        k: at least 1.

    >>> metric = TopK(2)
    >>> metric.update(np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), np.array([1, 2]))
    >>> metric.name, metric.compute()
    ('top2', 0.5)
    """

    EXAMPLES = (
        Example(
            arguments={"k": 2},
            input=(24, 4),
            target="classes",
            traits=["probability-input"],
            reference=of_values("top_k_accuracy_score", k=2, labels=range(4)),
            rejected_arguments=[{"k": 0}],
        ),
    )

    def __init__(self, k: int = 5) -> None:
        if not isinstance(k, int) or isinstance(k, bool) or k < 1:
            raise ValueError(f"TopK: expected k to be an integer of at least 1, received {k!r}")
        self.k = k
        super().__init__()

    @property
    def name(self) -> str:
        return f"top{self.k}"

    def _count_right(self, outputs: Array, classes: Array) -> int:
        own = outputs[np.arange(len(outputs)), classes]
        # Not "larger than": nan, which compares as neither, must not count as correct.
        before = np.count_nonzero(~(outputs <= own[:, np.newaxis]), axis=1)
        return int(np.count_nonzero(before < self.k))

    def __repr__(self) -> str:
        return f"TopK {self.k}"
