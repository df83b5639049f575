"""``augmentations``, ``datasets``, ``metrics`` and ``schedules``: registries that this distribution adds to the core's.

Each is a lazy read-only mapping, name -> class, of an entry-point group such as ``minnet.datasets``.
It works as ``minnet_core.layers`` does: qualified names, ``register``, ``override``.
"""

from __future__ import annotations

from minnet_core.registry import Registry

augmentations = Registry("augmentations", "minnet_train.augmentations:Augmentation")
datasets = Registry("datasets", "minnet_train.data:Source")
metrics = Registry("metrics", "minnet_train.metrics:Metric")
schedules = Registry("schedules", "minnet_core.nn:Component")
