"""Modules, and the names of their arrays, between minnet and PyTorch."""

from ..requirement import expect_torch

expect_torch()

from .from_torch import from_torch  # noqa: E402  # what is below imports PyTorch
from .names import torch_names  # noqa: E402
from .state_dicts import load_torch_state_dict, torch_state_dict  # noqa: E402
from .wrapped import MinnetModule, to_torch  # noqa: E402

__all__ = ["MinnetModule", "from_torch", "load_torch_state_dict", "to_torch", "torch_names", "torch_state_dict"]
