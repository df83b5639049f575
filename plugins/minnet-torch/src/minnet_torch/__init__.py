"""Bridges between minnet and PyTorch, and conformance checks that compare a component with its counterpart there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    __all__: list[str]

    from .bridge import (
        MinnetModule as MinnetModule,
        from_torch as from_torch,
        load_torch_state_dict as load_torch_state_dict,
        to_torch as to_torch,
        torch_names as torch_names,
        torch_state_dict as torch_state_dict,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {"bridge": "MinnetModule from_torch load_torch_state_dict to_torch torch_names torch_state_dict"},
    )

__version__ = "0.1.0"
