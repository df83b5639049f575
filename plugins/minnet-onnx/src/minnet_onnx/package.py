"""The package onnx, which everything here needs: imported in one place, so that one sentence says if it is missing."""

from __future__ import annotations

from .errors import MissingOnnxError

try:
    import onnx
    import onnx.version_converter  # importing onnx alone need not import it
    from onnx import helper, numpy_helper
except ImportError as error:
    raise MissingOnnxError(
        f"minnet-onnx: expected the package onnx, which cannot be imported ({error}); pip install onnx"
    ) from error

__all__ = ["helper", "numpy_helper", "onnx"]
