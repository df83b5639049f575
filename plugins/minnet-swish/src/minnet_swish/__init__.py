"""Swish for minnet: a layer in a package of its own, and the smallest complete plugin to copy."""

from .swish import Swish

__all__ = ["Swish"]
__version__ = "0.1.0"
