"""Optimizers that evaluate the loss several times a step, and look for a step length that suits."""

from __future__ import annotations

from .lbfgs import LBFGS

__all__ = ["LBFGS"]
