"""Proving PyTorch's own layers: modules and functions of autograd as layers of minnet, and what proves more of them."""

from .adapter import adapter_of

__all__ = ["adapter_of"]
