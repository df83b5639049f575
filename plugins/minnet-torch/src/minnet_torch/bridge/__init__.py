"""Modules, and the names of their arrays, between minnet and PyTorch."""

from .from_torch import from_torch
from .names import torch_names
from .state_dicts import load_torch_state_dict, torch_state_dict
from .wrapped import MinnetModule, to_torch

__all__ = ["MinnetModule", "from_torch", "load_torch_state_dict", "to_torch", "torch_names", "torch_state_dict"]
