"""`Npy`: arrays in an NPY or NPZ file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from minnet_core import Array

from ...errors import DataError
from ..dataset import Dataset
from ..tables import class_names
from .mapped_files import mapped_npy, mapped_npz, npz_names
from .source import Source

FEATURES = ("features", "x", "X", "x_train", "data", "images", "inputs")
"""What the features are called in an NPZ file, the first that is there."""

TARGETS = ("targets", "y", "Y", "y_train", "labels", "target")
"""Likewise the targets."""


class Npy(Source):
    """Features and targets in files of NumPy; they are mapped, so that they may be larger than memory.

    Features are (rows, ...), and are flattened; targets are (rows,): integers or texts make a classification, floats
    a regression, as (rows, outputs) do.
    An NPZ file that is compressed cannot be mapped, and is read.

    Args:
        path: an NPY file of features, or an NPZ file with both.
        targets: the NPY file of targets. If not given, that beside an NPY file ``features.npy``: ``targets.npy``, or
            ``NAME_targets.npy`` beside ``NAME.npy``; if there is none, there are no targets.
        features_name: what the features are called in an NPZ file.
        targets_name: what the targets are called there.
        task: ``regression`` takes integers for numbers, ``classification`` floats that are integers for classes.
    """

    PATHS = ("path", "targets")

    def __init__(
        self,
        path: str,
        targets: str | None = None,
        features_name: str | None = None,
        targets_name: str | None = None,
        task: str | None = None,
    ) -> None:
        if task not in (None, "classification", "regression"):
            raise ValueError(f"task: expected 'classification' or 'regression', received {task!r}")
        self.path = path
        self.targets = targets
        self.features_name = features_name
        self.targets_name = targets_name
        self.task = task

    def load(self) -> Dataset:
        """Map the files; only targets are read.

        Raises:
            DataError: if they cannot be read, or do not fit each other.
        """
        flat, targets = mapped_features(self.path, self.features_name), self._targets()
        if targets is None:
            return Dataset(self.path, flat, np.empty((len(flat), 0)))
        targets, classes = as_targets(targets, self.task, self.path)
        return Dataset(self.path, flat, targets, classes)

    def _targets(self) -> Array | None:
        if self.targets is not None:
            return mapped_npy(self.targets)
        if not _is_archive(self.path):
            beside = self._beside()
            return None if beside is None else mapped_npy(beside)
        names = npz_names(self.path)
        if self.targets_name is None and not set(TARGETS) & set(names):
            return None
        return mapped_npz(self.path, _name(self.path, names, self.targets_name, TARGETS, "targets"))

    def _beside(self) -> str | None:
        path = Path(self.path)
        beside = path.with_name("targets.npy" if path.stem == "features" else f"{path.stem}_targets.npy")
        return os.fspath(beside) if beside.is_file() else None


def mapped_features(path: str, name: str | None = None) -> Array:
    """Map the features of an NPY or NPZ file: (rows, columns).

    Args:
        path: the file.
        name: what they are called in an NPZ file, if not as usual.

    Raises:
        DataError: if there are none.
    """
    if _is_archive(path):
        features = mapped_npz(path, _name(path, npz_names(path), name, FEATURES, "features"))
    else:
        features = mapped_npy(path)
    if features.ndim < 2:
        raise DataError(f"{path}: expected features (rows, ...), received {features.shape}")
    return features.reshape(len(features), -1) if features.ndim > 2 else features


def _is_archive(path: str) -> bool:
    return path.lower().endswith(".npz")


def _name(path: str, names: tuple[str, ...], given: str | None, usual: tuple[str, ...], what: str) -> str:
    found = [name for name in ([given] if given else usual) if name in names]
    if not found:
        raise DataError(
            f"{path}: expected {what} under {given or ', '.join(usual)}, received arrays {', '.join(names)}; "
            f"{what}_name says what they are called"
        )
    return found[0]


def as_targets(targets: Array, task: str | None, where: str) -> tuple[Array, tuple[int, ...] | tuple[str, ...]]:
    """Take an array for the indices of classes with their names, or for the numbers of a regression.

    Args:
        targets: (rows,), or (rows, outputs) for a regression.
        task: what it must be; None decides by the type.
        where: what it is called in a message.

    Raises:
        DataError: if it is neither.
    """
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    kind = targets.dtype.kind
    if task != "regression" and targets.ndim == 1 and (kind in "biuSU" or task == "classification"):
        if kind == "b":
            targets, kind = targets.astype(np.int8), "i"
        if kind in "iu":
            numbers, indices = np.unique(targets, return_inverse=True)
            return indices, tuple(int(number) for number in numbers)
        texts = [text.decode() if isinstance(text, bytes) else str(text) for text in targets.tolist()]
        names, indices = class_names(texts, lambda row: f"{where}, row {row + 1}")
        return indices, names
    if kind not in "biuf" or targets.ndim > 2:
        raise DataError(
            f"{where}: expected targets (rows,) that are classes, or numbers (rows, outputs), "
            f"received {targets.dtype} {targets.shape}"
        )
    return (targets[:, None] if targets.ndim == 1 else targets), ()
