"""What this distribution adds to minnet: commands, registries, and what `minnet explain` says of a trained model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minnet_core import hookimpl
from minnet_core.registry import Registry

from .registries import augmentations, datasets, metrics, schedules

if TYPE_CHECKING:
    import click

    from minnet_core import ModelHeader
    from minnet_core.diagnosis import Section
    from minnet_core.exporting import NumpyPreparation
    from minnet_core.testing import Check, Kind

_TRAIN = "Train the network that the TOML file EXPERIMENT describes."

_SUMMARIES = {
    "init": "Write an experiment to PATH (experiment.toml), as a starting point.",
    "evaluate": "Evaluate MODEL, a file that `minnet train` wrote, on its held-out samples.",
    "predict": "Predict the target of each row of the file DATA with MODEL, a file that `minnet train` wrote.",
    "plot": "Plot the curves of the RUNs together, or what one of them has learned.",
    "runs": "List, compare and delete runs.",
}


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet train``, ``init``, ``evaluate``, ``predict``, ``plot`` and ``runs``."""
    from minnet_core.cli import LazyCommand  # here, so that whoever lists layers imports no click

    from .divided_command import DividedCommand  # likewise

    return [
        DividedCommand("train", "minnet_train.commands.train:train", _TRAIN),
        *(LazyCommand(name, f"minnet_train.commands.{name}:{name}", text) for name, text in _SUMMARIES.items()),
    ]


@hookimpl
def minnet_explain_model(header: ModelHeader, path: str) -> Section | None:
    """Print the record of a training, and the model card."""
    from .display import training_section  # here, for `minnet explain` alone needs what it imports

    return training_section(header, path)


@hookimpl
def minnet_numpy_preparation(header: ModelHeader, path: str) -> NumpyPreparation | None:
    """Have a NumPy program prepare raw data as a training did, and name the classes."""
    from .numpy_program import numpy_preparation  # here, for `minnet export` alone needs what it imports

    return numpy_preparation(header, path)


@hookimpl
def minnet_kinds() -> Iterable[Kind]:
    """Have the conformance kit know sources, augmentations, metrics and schedules."""
    from .conformance import KINDS  # here, for the kit alone needs what it imports

    return KINDS


@hookimpl
def minnet_checks() -> Iterable[Check]:
    """Contribute what is proven of sources, augmentations, metrics and schedules."""
    from .conformance import CHECKS  # likewise

    return CHECKS


@hookimpl(optionalhook=True)  # minnet-new, whose hook it is, need not be installed
def minnet_new_templates(registrar: Any) -> None:
    """Have ``minnet new`` make sources, augmentations, metrics and schedules, and what takes part in a training."""
    folder = Path(__file__).with_name("templates")
    train = ("minnet-train",)
    registrar.add("source", folder / "source", registry="datasets", requires=train)
    registrar.add("augmentation", folder / "augmentation", registry="augmentations", requires=train)
    registrar.add("metric", folder / "metric", registry="metrics", requires=train)
    registrar.add("schedule", folder / "schedule", registry="schedules", requires=("minnet-optimizers", *train))
    registrar.add("callback", folder / "callback", requires=train)


@hookimpl
def minnet_registries() -> list[Registry]:
    """Contribute ``augmentations``, ``datasets``, ``metrics`` and ``schedules``."""
    return [augmentations, datasets, metrics, schedules]
