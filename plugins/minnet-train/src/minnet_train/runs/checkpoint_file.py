"""`Checkpoint`: the state of a run after some step, in one ``.safetensors`` file.

The file holds the arrays of the state, and in its header the rest of it, with a SHA-256 of everything.
There is no pickle: reading a file runs no code.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array, ModelFileError
from minnet_core.saving import open_model_file, path_text
from minnet_core.support import expect_file, printable, write_atomically

from ..errors import CheckpointError

FORMAT = 2
"""Raised when a file of the old form can no longer be read as one of the new; 1 held all reports, and named no run."""

KEY = "minnet-checkpoint"
"""The one entry of the safetensors metadata; one, because safetensors writes several in no fixed order."""


@frozen(eq=False)
class Checkpoint:
    """The state of a run after some step.

    Attributes:
        state: nested dicts and lists of plain values (JSON's, and nan and infinity) and of arrays.
        step: how many steps had been taken.
        metric: what tells which checkpoint is the best one; None if it was not measured here.
        run_id: of the run that it belongs to; None if that has none.
    """

    state: Mapping[str, Any]
    step: int
    metric: float | None = None
    run_id: str | None = None

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the file atomically and synced: whatever happens, ``path`` has its old contents or the new ones.

        Raises:
            CheckpointError: if the state holds what a file cannot.
            OSError: if the file cannot be written.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import save as to_bytes

        parts = flatten(self.state)
        header: dict[str, Any] = {
            "format": FORMAT,
            "step": self.step,
            "metric": self.metric,
            "run_id": self.run_id,
            "state": parts.tree,
            "scalars": list(parts.scalars),
        }
        try:
            header["digest"] = _digest(header, parts.arrays)
            data = to_bytes(parts.arrays, metadata={KEY: _to_json(header)})
        except (SafetensorError, KeyError, TypeError) as error:
            dtypes = {name: str(array.dtype) for name, array in parts.arrays.items()}
            raise CheckpointError(f"{path}: safetensors cannot hold these arrays: {dtypes}: {error}") from error
        return write_atomically(path, data)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Checkpoint:
        """Read a file and check that it is whole.

        Raises:
            CheckpointError: if it is truncated, altered, another program's, of a later format or no file.
            OSError: if it cannot be read.
        """
        where = path_text(path)
        try:
            with _open(path) as file:
                header = _parse(file.metadata(), where)
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
            if header.pop("digest", None) != _digest(header, arrays):
                raise CheckpointError(
                    f"{where}: its contents are not those that were saved: the SHA-256 digest differs"
                )
            _expect_types(header, where)
            state = unflatten(Flattened(header["state"], arrays, tuple(header["scalars"])))
            return cls(state, header["step"], header["metric"], header.get("run_id"))
        except CheckpointError as error:
            raise error if str(error).startswith(where) else CheckpointError(f"{where}: {error}") from error
        except OSError:
            raise
        except KeyError as error:
            raise CheckpointError(f"{where}: its header lacks {error}") from error
        except Exception as error:  # whatever NumPy and safetensors do about dtypes and shapes that NumPy lacks
            raise CheckpointError(str(error) if isinstance(error, ModelFileError) else f"{where}: {error}") from error


def read_metric(path: str | os.PathLike[str], run_id: str | None = None) -> float | None:
    """Read the metric of a checkpoint of a run, and no array of it; raises what `Checkpoint.read` raises."""
    where = path_text(path)
    try:
        with _open(path) as file:
            header = _parse(file.metadata(), where)
    except ModelFileError as error:
        raise CheckpointError(str(error)) from error
    metric = header.get("metric")
    is_ours = isinstance(metric, float) and not math.isnan(metric) and header.get("run_id") == run_id
    return metric if is_ours else None


def _open(path: str | os.PathLike[str]) -> Any:
    try:
        expect_file(Path(path))
    except OSError as error:
        raise CheckpointError(str(error)) from error
    return open_model_file(path)


_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"step": (int,), "metric": (float, NoneType), "run_id": (str, NoneType), "state": (dict,), "scalars": (list,)}
)
"""What a header holds; nobody but a forger has the digest agree with anything else."""


def _expect_types(header: Mapping[str, Any], where: str) -> None:
    for name, types in _TYPES.items():
        if name in header and type(header[name]) not in types:
            expected = " or ".join(each.__name__ for each in types)
            received = type(header[name]).__name__
            raise CheckpointError(f"{where}: its header is damaged: {name}: expected {expected}, received {received}")


def _to_json(header: Mapping[str, Any]) -> str:
    """Write a header in its one canonical form; beyond JSON, it may have nan and infinity, as Python writes them."""
    return json.dumps(header, sort_keys=True, separators=(",", ":"))


def _digest(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    hasher = hashlib.sha256(_to_json(header).encode())
    for name in sorted(arrays):
        array = arrays[name]
        hasher.update(f"{name} {array.dtype.str} {array.shape}".encode())
        hasher.update(array.reshape(-1).view(np.uint8).data)
    return hasher.hexdigest()


def _parse(metadata: Mapping[str, str] | None, where: str) -> dict[str, Any]:
    text = (metadata or {}).get(KEY)
    if text is None:
        raise CheckpointError(f"{where}: expected a checkpoint of minnet train, received a file of another program")
    try:
        header = json.loads(text)
        version = header["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CheckpointError(f"{where}: its header is damaged: {error}") from error
    if not isinstance(version, int) or not isinstance(header, dict) or version > FORMAT:
        raise CheckpointError(
            f"{where}: expected checkpoint format {FORMAT} or older, received {version!r}; pip install -U minnet-train"
        )
    return header


@frozen(eq=False)
class Flattened:
    """A nested state in two parts.

    Attributes:
        tree: what JSON can hold: dicts with texts for keys, lists, texts, numbers, booleans, None.
        arrays: pointer into ``tree`` -> array, in C order and native byte order.
        scalars: pointers of arrays () that were NumPy scalars: one is float32 where a Python float is float64.
    """

    tree: dict[str, Any]
    arrays: dict[str, Array]
    scalars: tuple[str, ...] = ()


def flatten(state: Mapping[str, Any]) -> Flattened:
    """Take a nested state apart; a tuple becomes a list.

    Raises:
        CheckpointError: naming the place of a value that is neither plain nor an array, or of a key that is no text.

    >>> flatten({"step": 3, "W": np.zeros((1, 2))})
    Flattened(tree={'step': 3, 'W': None}, arrays={'/W': array([[0., 0.]])}, scalars=())
    """
    if not isinstance(state, Mapping):
        raise CheckpointError(f"expected a state that is a dict, received {type(state).__name__}")
    arrays: dict[str, Array] = {}
    scalars: list[str] = []

    def plain(value: Any, pointer: str) -> Any:
        if isinstance(value, Mapping):
            return {_key(key, pointer): plain(item, f"{pointer}/{_escaped(key)}") for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        if isinstance(value, (np.ndarray, np.generic)):
            array = np.asarray(value)
            # safetensors writes the memory as it lies.
            arrays[pointer] = np.asarray(array, array.dtype.newbyteorder("="), order="C")
            if isinstance(value, np.generic):
                scalars.append(pointer)
            return None
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise CheckpointError(f"{pointer}: expected an array or what JSON can hold, received {value!r}")

    tree = plain(state, "")
    return Flattened(tree, arrays, tuple(scalars))


def unflatten(flattened: Flattened) -> dict[str, Any]:
    """Put a nested state together again; raise `CheckpointError` for an array that has no place in the tree."""
    values: dict[str, Any] = {
        pointer: array[()] if pointer in flattened.scalars else array for pointer, array in flattened.arrays.items()
    }

    def nested(node: Any, pointer: str) -> Any:
        if isinstance(node, dict):
            return {key: nested(item, f"{pointer}/{_escaped(key)}") for key, item in node.items()}
        if isinstance(node, list):
            return [nested(item, f"{pointer}/{index}") for index, item in enumerate(node)]
        return values.pop(pointer, None) if node is None else node

    state: dict[str, Any] = nested(flattened.tree, "")
    if values:
        raise CheckpointError(
            f"{printable(next(iter(values)))}: expected a place for this array in the state, received none"
        )
    return state


def _key(key: Any, pointer: str) -> str:
    if not isinstance(key, str):
        raise CheckpointError(f"{pointer or 'state'}: expected keys that are texts, received {key!r}")
    return key


def _escaped(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
