"""Proving PyTorch's own layers: modules and functions of autograd as layers of minnet, and checks of them alone."""

from .adapter import adapter_of
from .checks import TORCH_CHECKS

__all__ = ["TORCH_CHECKS", "adapter_of"]
