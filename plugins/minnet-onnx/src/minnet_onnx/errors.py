"""What can go wrong between minnet and ONNX; `ExportError` is the core's, which all formats have."""

from __future__ import annotations

from minnet_core.errors import ExportError, MinnetError

__all__ = ["BrokenExportError", "ExportError", "ImportOnnxError", "MissingOnnxError"]


class MissingOnnxError(MinnetError, ImportError):
    """The package onnx is not installed."""


class BrokenExportError(ExportError):
    """What says the operators of a layer fails, or says some that are none: a mistake, and no lack of operators."""


class ImportOnnxError(MinnetError, ValueError):
    """An ONNX model has an operator, or a use of one, that minnet has no layer for."""
