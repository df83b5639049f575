"""Checks."""
TORCH_CHECKS = ()
