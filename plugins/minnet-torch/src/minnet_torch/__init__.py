"""Conformance checks for minnet that compare a component with its counterpart in PyTorch."""

__version__ = "0.1.0"
