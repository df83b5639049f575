"""`Experiment`: everything that decides how a run ends."""

from __future__ import annotations

from typing import Any, NewType

from attrs import field, frozen

from ..training import EarlyStopping
from ..validators import at_least, expect, not_empty, positive_or_none
from .data_config import DataConfig

ComponentConfig = NewType("ComponentConfig", dict[str, Any])
"""A component as `minnet_core.build` takes it: ``{"class": "Linear", "n_in": 64, "n_out": 10}``."""


@frozen(kw_only=True)
class Experiment:
    """A network, the data it learns from, and how.

    On one machine, with one number of BLAS threads, the same experiment gives the same weights bit for bit.

    Attributes:
        seed: decides what is held out, the first weights, the order of samples and every random layer.
        epochs: how often each training sample is seen.
        batch_size: samples in a step; the last step of an epoch takes what is left.
        output: where the trained model is written.
        model: the layers, one after another.
        criterion: the loss.
        optimizer: what changes the weights.
        schedule: of the learning rate; None leaves the optimizer's own.
        metrics: what is measured besides the loss; None for what is usual for the task.
        clip_norm: what the norm of the gradients is limited to; None for no limit.
        clip_value: what the elements of the gradients are limited to; None for no limit.
        early_stopping: when to end before the last epoch; None for never.
        checkpoint_every: how many steps there are between checkpoints; 0 for one after each epoch.
        keep: how many of the last checkpoints are kept, besides the best.
        data: what to learn from.
    """

    seed: int = field(default=0, validator=at_least(0))
    epochs: int = field(validator=at_least(1))
    batch_size: int = field(default=32, validator=at_least(1))
    output: str = field(default="model.safetensors", validator=not_empty)
    model: tuple[ComponentConfig, ...] = field(validator=expect("a list of at least one layer", bool))
    criterion: ComponentConfig
    optimizer: ComponentConfig
    schedule: ComponentConfig | None = None
    metrics: tuple[ComponentConfig, ...] | None = None
    clip_norm: float | None = field(default=None, validator=positive_or_none)
    clip_value: float | None = field(default=None, validator=positive_or_none)
    early_stopping: EarlyStopping | None = None
    checkpoint_every: int = field(default=0, validator=at_least(0))
    keep: int = field(default=3, validator=at_least(1))
    data: DataConfig
