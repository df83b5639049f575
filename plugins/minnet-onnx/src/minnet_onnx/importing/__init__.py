"""ONNX models read as minnet modules: a layer for each operator that minnet has one for."""

from .from_model import from_onnx

__all__ = ["from_onnx"]
