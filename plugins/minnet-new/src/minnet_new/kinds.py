"""The kinds of component that a project can hold."""

from __future__ import annotations

KINDS = ("layer", "criterion", "optimizer")
"""What ``--kind`` takes; the registry and the entry-point group have the plural."""
