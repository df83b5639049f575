"""`Eye`: the identity."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Initializer, ShapeError

from .scales import gain_of


class Eye(Initializer):
    r"""Makes a matrix the identity times the gain :math:`g`, so that a linear layer begins by passing its input on.

    Of a matrix that is not square, the outputs that are left are 0, or the inputs that are left are ignored.

    .. math:: W_{ji} = g\,\delta_{ji}

    PyTorch: ``torch.nn.init.eye_``; Keras's ``Identity``. It is not called so here, as a layer is.

    Args:
        gain: :math:`g`, above 0.

    >>> from minnet_layers.initializers import Eye
    >>> Eye()((2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """

    EXAMPLES = (
        Example(input=[(3, 3), (4, 3)], rejects=[(4,), (2, 3, 3)], rejected_arguments=[{"gain": 0.0}]),
        Example(arguments={"gain": 0.1}, input=(2, 3)),
    )

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain_of("Eye", gain)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise ShapeError(
                f"{self}: expected a shape (outputs, inputs), received {shape}; for kernels there is Dirac"
            )
        return self.gain * np.eye(*shape)
