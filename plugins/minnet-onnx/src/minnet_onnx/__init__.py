"""ONNX for minnet: a model written as ONNX, to run without Python, and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports as _lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .errors import (
        ExportError as ExportError,
        ImportOnnxError as ImportOnnxError,
        MissingOnnxError as MissingOnnxError,
    )
    from .exporting import OPSET as OPSET, to_onnx as to_onnx
    from .graph import OnnxGraph as OnnxGraph, Value as Value
    from .importing import from_onnx as from_onnx
    from .preparation import Preparation as Preparation
    from .running import Runner as Runner, runners as runners
else:  # the package onnx takes its time to import, and finding out that this distribution is here should not
    __all__, __getattr__, __dir__ = _lazy_exports(
        __name__,
        {
            "errors": "ExportError ImportOnnxError MissingOnnxError",
            "exporting": "OPSET to_onnx",
            "graph": "OnnxGraph Value",
            "importing": "from_onnx",
            "preparation": "Preparation",
            "running": "Runner runners",
        },
    )
