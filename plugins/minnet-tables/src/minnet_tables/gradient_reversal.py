"""`GradientReversal`: a gradient of the other sign."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, ShapeError, expect_shape
from minnet_core.nn import describe, floating_dtype

_SLOPES = (
    "gradInput_is_the_slope",
    "gradInput_is_the_slope_for_one_sample",
    "gradInput_is_the_slope_for_negative_inputs",
    "gradInput_is_the_slope_for_positive_inputs",
    "gradInput_is_the_slope_for_larger_inputs",
    "gradInput_is_the_slope_in_evaluate_mode",
    "gradInput_at_ties_is_a_slope",
)
"""The checks of the kit that compare a gradient with the slope."""


class GradientReversal(Module):
    r"""Returns its input, and gives back the gradient with the other sign: what stands before it is trained against.

    .. math:: y = x

    Backward, on purpose not the derivative of that, with :math:`g = \partial L/\partial y`:

    .. math:: \mathrm{gradInput} = -\lambda\, g

    What is behind it learns to tell domains apart, say, and what is before it to leave nothing by which they could be.

    PyTorch: has none; a ``torch.autograd.Function`` of one's own. Torch7: ``nn.GradientReversal(lambda)``.

    Paper: Ganin and Lempitsky, 2015, arXiv:1409.7495.

    Args:
        lambda_: by how much the gradient is multiplied besides; it may be changed as the training goes on.

    >>> import numpy as np
    >>> from minnet_tables import GradientReversal
    >>> layer, x = GradientReversal(0.5), np.array([1.0, 2.0])
    >>> layer.forward(x), layer.backward(x, np.ones(2))
    (array([1., 2.]), array([-0.5, -0.5]))
    """

    EXAMPLES = (
        Example(
            arguments={"lambda_": 0.3},
            input=[(4, 3), (7,), (2, 3, 5)],
            rejects=[((4, 3), (4, 3))],
            rejected_arguments=[{"lambda_": None}],
            expected_failures=dict.fromkeys(_SLOPES, "its gradient is not the slope, on purpose"),
        ),
    )

    def __init__(self, lambda_: float = 1.0) -> None:
        super().__init__()
        if not isinstance(lambda_, int | float | np.integer | np.floating):
            raise TypeError(f"GradientReversal: expected lambda_ to be a number, received {lambda_!r}")
        self.lambda_ = float(lambda_)

    def updateOutput(self, input: Array) -> Array:
        if not isinstance(input, np.ndarray):
            raise ShapeError(f"GradientReversal: expected input to be an array, received {describe(input)}")
        output: Array = np.array(input, floating_dtype(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        g = np.asarray(gradOutput, floating_dtype(gradOutput))
        self.gradInput = np.multiply(g, g.dtype.type(-self.lambda_))
        return self.gradInput
