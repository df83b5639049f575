"""Examples of convolutions that PyTorch has under the same arguments."""

from __future__ import annotations

from typing import Any

from minnet_core import Example, Reference


def convolution_example(
    name: str, shape: tuple[int, ...], *, rejects: Any = (), rejected_arguments: Any = (), **arguments: Any
) -> Example:
    """Say how to construct and call a convolution; its counterpart is constructed as it is.

    Args:
        name: of the class, here and there.
        shape: of the input.
        rejects: as that of `Example`.
        rejected_arguments: as that of `Example`.
        arguments: of the constructor.

    >>> convolution_example("Conv1d", (2, 1, 4), in_channels=1, out_channels=2, kernel_size=3).reference.name
    'torch.nn.Conv1d'
    """
    names = {"W": "weight", "b": "bias"} if arguments.get("bias", True) else {"W": "weight"}
    return Example(
        arguments=arguments,
        input=shape,
        rejects=rejects,
        rejected_arguments=rejected_arguments,
        reference=Reference(f"torch.nn.{name}", arguments, names),
    )
