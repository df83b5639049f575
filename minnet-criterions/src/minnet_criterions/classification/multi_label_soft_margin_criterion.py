"""`MultiLabelSoftMarginCriterion`: binary cross-entropy of the scores of labels, averaged over them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Example, Reference

from ..arguments import weight_vector
from .bce_with_logits_criterion import BCEWithLogitsCriterion


class MultiLabelSoftMarginCriterion(BCEWithLogitsCriterion):
    r"""Binary cross-entropy of each label with the sigmoid of its score; both of one shape ``(batch, ..., labels)``.

    A sample may have any number of labels, each 1 in the target where it holds, else 0. With :math:`C` labels of the
    weights :math:`w_j`, 1 by default:

    .. math:: L = -\frac1{NC} \sum_{sj} w_j \bigl(t_{sj} \log\sigma(x_{sj})
                + (1 - t_{sj})\log(1 - \sigma(x_{sj}))\bigr)

    Backward, as of `BCEWithLogitsCriterion`, which this is with ``mean="elements"``:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac{w_j}{NC} \bigl(\sigma(x_{sj}) - t_{sj}\bigr)

    PyTorch: ``torch.nn.MultiLabelSoftMarginLoss(weights)``. A target of another shape is an error, and so is an empty
    batch.

    Args:
        weights: of the labels, 0 or more.

    >>> import numpy as np
    >>> from minnet_criterions import MultiLabelSoftMarginCriterion
    >>> round(MultiLabelSoftMarginCriterion().forward(np.array([[0.0, 1000.0], [-1000.0, 0.0]]), np.eye(2)), 3)
    250.347
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5, 3)],
            target="binary",
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"weights": [-1.0]}, {"weights": [[1.0]]}],
            reference=Reference("torch.nn.MultiLabelSoftMarginLoss"),
        ),
        Example(arguments={"weights": [1.0, 0.5, 2.0]}, input=(4, 3), target="unit-interval"),
    )

    def __init__(self, weights: npt.ArrayLike | None = None) -> None:
        super().__init__(mean="elements")
        self.weights = weight_vector("MultiLabelSoftMarginCriterion", "weights", weights)
