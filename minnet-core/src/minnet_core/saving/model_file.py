"""`save` and `load`: a whole model in one ``.safetensors`` file.

The file holds the arrays, and a header with the architecture and the versions of what it is made of.
Names in it resolve through the registry and nowhere else, and there is no pickle, so reading a file runs no code but
the constructors of registered components.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve
from packaging.version import InvalidVersion, Version

from ..discovery import LOCAL, installed
from ..errors import (
    ConfigError,
    ModelFileError,
    PreparationWarning,
    UnknownComponentError,
    described,
    recursion_limit_reached,
)
from ..nn import Array, Module, Steps, represented, walk_all
from ..registry import layers
from ..state import global_state_kept
from ..support import collection_paused, printable, write_atomically
from .alike import add_unchecked, construct_or_copy, construct_or_share
from .config import FUSED, build_with, component_name, to_config
from .model_header import KEY, ModelHeader, open_model_file, parse_header, path_text
from .model_state import arrays_of, changed_attributes, fill_arrays, set_attributes


@collection_paused()
def save(model: Module, path: str | os.PathLike[str], *, metadata: Mapping[str, Any] | None = None) -> Path:
    """Write a model to a file, atomically.

    What is saved can be loaded: the architecture is built once more and compared before anything is written.
    Saved besides it are the arrays, and plain attributes (numbers, texts, modes) that have changed since construction.

    Args:
        model: any module. Classes that nobody has registered are saved too; whoever loads must register them.
        path: of the file; ``.safetensors`` is the customary suffix.
        metadata: anything that JSON can hold, returned by `read_header`. Under the key `INPUTS` it says what prepares
            the model's inputs, if they are not raw data: ``{"inputs": {"prepared_by": "my_package.load_prepared"}}``.

    Returns:
        The absolute path.

    Raises:
        ConfigError: if a constructor was given what a config cannot hold.
        ModelFileError: if the constructors do not rebuild the model's parameters, or an array has a dtype that
            safetensors cannot hold.
        OSError: if the file cannot be written; an older file of the name is then still whole.
    """
    from safetensors import SafetensorError

    if not isinstance(model, Module):
        raise TypeError(f"expected a Module to save, received {model!r}")
    steps = walk_all(model)
    classes = _classes(steps)
    config = to_config(model)
    try:
        with global_state_kept():
            rebuilt = build_with(config, classes.__getitem__, make=construct_or_share(), add=add_unchecked)
    except RecursionError as error:
        raise ConfigError(f"{type(model).__name__}: {recursion_limit_reached()}") from error
    except KeyError as error:
        raise ModelFileError(
            f"{type(model).__name__}: expected a model made of modules that attributes hold, received one whose "
            f"constructors were given {error}"
        ) from error
    rebuilt_steps = walk_all(rebuilt)
    arrays, shared = arrays_of(steps, rebuilt_steps)
    header = ModelHeader(
        config=config,
        components={name: _version(name) for name in sorted(classes)},
        shared=shared,
        attributes=changed_attributes(steps, rebuilt_steps),
        metadata=dict(metadata or {}),
    )
    # safetensors writes the memory of an array as it lies: in C order and native byte order, or the bytes are wrong.
    arrays = {name: np.asarray(a, a.dtype.newbyteorder("="), order="C") for name, a in arrays.items()}
    header = evolve(header, digest=header.digest_with(arrays))
    try:
        data = _to_bytes(arrays, {KEY: header.to_json()})
    except (SafetensorError, KeyError, TypeError) as error:
        dtypes = {name: str(array.dtype) for name, array in arrays.items()}
        raise ModelFileError(f"{path}: safetensors cannot hold these arrays: {dtypes}: {error}") from error
    return write_atomically(path, data)


@collection_paused()
def load(path: str | os.PathLike[str], *, check_versions: bool = True, prepared: bool = False) -> Module:
    """Read a model from a file that `save` wrote.

    Args:
        path: of the file.
        check_versions: refuse a file whose components are now installed in an incompatible version (another major
            version, or another minor one below 1.0).
        prepared: the caller prepares the inputs as the file says, and needs no warning.

    Returns:
        The model as it was: parameters, buffers, modes; gradients are zero.

    Warns:
        PreparationWarning: if its inputs are not raw data, naming the function that prepares them.

    Raises:
        ModelFileError: if the file is truncated, foreign, altered, of a later format or of other versions, or does
            not fit the architecture that it names.
        UnknownComponentError: if a component is not installed or not registered; says what to install.
        OSError: if the file cannot be read.
    """
    where = path_text(path)
    with open_model_file(path) as file:
        header = parse_header(file.metadata(), where)
        try:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # safe_open is no mapping
        except Exception as error:  # whatever NumPy and safetensors do about dtypes and shapes that NumPy lacks
            message = f"{where}: its arrays are of dtypes that NumPy does not have: {described(error)}"
            raise ModelFileError(message) from error
    if header.digest_with(arrays) != header.digest:
        raise ModelFileError(f"{where}: its contents were altered after it was saved: the SHA-256 digest differs")
    header = evolve(header, components={name: v for name, v in header.components.items() if name != FUSED})
    classes = _find_classes(header, where)
    if check_versions:
        _check_versions(header, where)

    def find(name: str) -> type:
        if name not in classes:
            raise ModelFileError(f"{where}: its config names {name!r}, which its list of components lacks")
        return classes[name]

    of_distributions = {cls for name, cls in classes.items() if header.components[name]}
    try:
        model: Module = build_with(header.config, find, make=construct_or_copy(of_distributions))
    except ModelFileError:
        raise
    except RecursionError as error:
        raise ModelFileError(f"{where}: its config cannot be built: {recursion_limit_reached()}") from error
    except (ConfigError, ArithmeticError, MemoryError) as error:
        raise ModelFileError(f"{where}: its config cannot be built: {error}") from error
    except Exception as error:  # whatever a constructor does about arguments that nobody would write
        raise ModelFileError(f"{where}: its config cannot be built: {described(error)}") from error
    steps = walk_all(model)
    fill_arrays(steps, arrays, header.shared, where)
    set_attributes(steps, header.attributes, where)
    if header.prepared_by and not prepared:
        warnings.warn(_needs_preparation(header.prepared_by, where), stacklevel=3)  # past the pause of collection
    return model


def _to_bytes(arrays: Mapping[str, Array], metadata: dict[str, str]) -> bytes:
    """Do what ``safetensors.numpy.save`` does, which asks each array for what takes longest to find out."""
    import safetensors

    if sys.byteorder == "big" or not hasattr(safetensors, "TensorSpec"):  # an older version
        from safetensors.numpy import save as to_bytes

        return to_bytes(dict(arrays), metadata)
    names = {dtype: dtype.name for dtype in {array.dtype for array in arrays.values()}}
    return bytes(
        safetensors.serialize(
            {
                name: safetensors.TensorSpec(
                    dtype=names[array.dtype],
                    shape=array.shape,
                    data_ptr=array.__array_interface__["data"][0],
                    data_len=array.nbytes,
                )
                for name, array in arrays.items()
            },
            metadata,
        )
    )


def _needs_preparation(loader: str, where: str) -> PreparationWarning:
    return PreparationWarning(
        f"{printable(where)}: the network alone takes inputs that are prepared as those of its training were, not raw "
        f"data; {loader}({printable(repr(where))}) prepares them"
    )


def _classes(model: Steps) -> dict[str, type]:
    """Every class in a model by qualified name."""
    classes: dict[str, type] = {}
    for cls in dict.fromkeys(represented(type(module)) for _, module, _ in model):
        name = component_name(cls)
        if classes.setdefault(name, cls) is not cls:
            raise ModelFileError(
                f"expected classes of different names, received two called {name}; register() names them"
            )
    return classes


def _find_classes(header: ModelHeader, where: str) -> dict[str, type]:
    """Look every component up; an error names all that are missing, with the versions that were saved."""
    classes: dict[str, type] = {}
    missing = []
    for name, version in header.components.items():
        try:
            classes[name] = layers[name]
        except UnknownComponentError as error:
            distribution = name.partition(":")[0]
            if version and installed(distribution) is None:
                trusting = f"pip install '{distribution}=={version}', if you trust where the file is from"
                missing.append(f"{error} (saved with {version}: {trusting})")
            else:
                missing.append(f"{error}" + (f" (saved with {version})" if version else ""))
    if missing:
        raise UnknownComponentError("\n".join([f"{where} needs components that are not here:", *missing]))
    return classes


def _version(component: str) -> str | None:
    distribution = component.partition(":")[0]
    version = None if distribution == LOCAL else layers.declaration(component).version
    try:
        Version(version or "")
    except InvalidVersion:
        return None
    return version


def _check_versions(header: ModelHeader, where: str) -> None:
    for component, saved in header.components.items():
        distribution = component.partition(":")[0]
        installed = _version(component)
        if saved and installed and _series(saved) != _series(installed):
            raise ModelFileError(
                f"{where}: {component}: expected {distribution} {_series(saved)} (saved with {saved}), received "
                f"{installed}; pip install '{distribution}=={saved}', or load(path, check_versions=False)"
            )


def _series(version: str) -> str:
    """Versions of one series are compatible: ``1.x`` for 1.2.3, ``0.1.x`` for 0.1.7."""
    parsed = Version(version)
    return f"{parsed.major}.x" if parsed.major else f"0.{parsed.minor}.x"
