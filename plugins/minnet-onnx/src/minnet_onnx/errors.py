"""What can go wrong between minnet and ONNX."""

from __future__ import annotations

from minnet_core.errors import MinnetError


class MissingOnnxError(MinnetError, ImportError):
    """The package onnx is not installed."""


class ExportError(MinnetError, ValueError):
    """A model cannot be written as ONNX, or what was written does not compute what the model does."""


class ImportOnnxError(MinnetError, ValueError):
    """An ONNX model has an operator, or a use of one, that minnet has no layer for."""
