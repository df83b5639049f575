"""What each counterpart in PyTorch is in ONNX: a table from its name to a function that puts operators down."""

from . import activations, arithmetic, convolutions, lookups, normalizations, pooling, shapes, similarities
from .call import RULES, Call

__all__ = ["RULES", "Call"]

_SUBJECTS = (activations, arithmetic, convolutions, lookups, normalizations, pooling, shapes, similarities)
"""Importing them fills the table."""
