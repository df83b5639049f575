"""Swish for minnet: a layer in a package of its own, as minnet new makes it."""

from .swish import Swish

__all__ = ["Swish"]
__version__ = "0.1.0"
