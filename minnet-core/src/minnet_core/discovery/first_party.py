"""Which distributions are ours: the one thing that the core knows of the packages above it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FIRST_PARTY = frozenset(
    {
        "minnet-core",
        "minnet-layers",
        "minnet-criterions",
        "minnet-optimizers",
        "minnet-train",
        "minnet-conv",
        "minnet-tables",
        "minnet-fast",
        "minnet-jax",
        "minnet-mpi",
        "minnet-torch",
        "minnet-onnx",
        "minnet-sklearn",
        "minnet-new",
        "minnet-serve",
        "minnet-sweep",
    }
)
"""Distributions whose bare names always win, so that installing a package never changes what existing code means.

Only what is published is among them: whoever took a name before us would be trusted as we are.
"""

HOMES: Mapping[str, str] = MappingProxyType(
    {
        "layers": "minnet-layers",
        "criterions": "minnet-criterions",
        "optimizers": "minnet-optimizers",
        "initializers": "minnet-layers",
        "augmentations": "minnet-train",
        "datasets": "minnet-train",
        "metrics": "minnet-train",
        "schedules": "minnet-train",
        "train": "minnet-train",
        "init": "minnet-train",
        "evaluate": "minnet-train",
        "predict": "minnet-train",
        "plot": "minnet-train",
        "runs": "minnet-train",
        "new": "minnet-new",
        "serve": "minnet-serve",
        "sweep": "minnet-sweep",
    }
)
"""Kind of component, or command -> what to install where it is missing: for messages alone."""

EXPORT_HOMES: Mapping[str, str] = MappingProxyType({".onnx": "minnet-onnx"})
"""Suffix of a format -> the distribution that writes it, likewise."""

HOOK_HOMES: Mapping[str, str] = MappingProxyType(
    {
        "minnet_fit_start": "minnet-train",
        "minnet_gradients_ready": "minnet-train",
        "minnet_step_end": "minnet-train",
        "minnet_epoch_end": "minnet-train",
        "minnet_fit_end": "minnet-train",
        "minnet_ranks": "minnet-train",
        "minnet_new_templates": "minnet-new",
        "minnet_export": "minnet-onnx",
    }
)
"""Hook -> the distribution that specifies it, likewise."""
