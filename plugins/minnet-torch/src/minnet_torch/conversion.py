"""Files of PyTorch's state dicts made of files of minnet models, and the other way round."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save

from minnet_core import ConfigError, MinnetError, ModelFileError, Module, Sequential, build, load, save as save_model
from minnet_core.support import expect_file, printable, write_atomically

from .bridge import load_torch_state_dict, torch_names, torch_state_dict

OF_TORCH = frozenset({".pt", ".pth", ".bin", ".ckpt"})
"""Ends of the names of what ``torch.save`` writes."""


def to_state_dict(source: Path, target: Path) -> int:
    """Write the state dict of a minnet model; return how many arrays it has.

    It is written by ``torch.save`` where the target is called ``.pt``, ``.pth``, ``.bin`` or ``.ckpt``, else as
    safetensors.

    Raises:
        MinnetError: if the source is no minnet model, or a layer of it has no counterpart in PyTorch.
    """
    try:
        model = load(source, prepared=True)  # which tells of no preparation: what is written has none
    except ModelFileError as error:
        raise ModelFileError(
            f"{error}; to make a minnet model of a state dict, say which network it is of, by --model or --experiment"
        ) from error
    state = torch_state_dict(model)
    if target.suffix in OF_TORCH:
        torch.save(state, held := io.BytesIO())
        write_atomically(target, held.getvalue())
    else:
        write_atomically(target, save(state, {"format": "pt"}))
    return len(state)


def to_safetensors(source: Path, target: Path, *, key: str | None = None) -> int:
    """Write the state dict in a file of ``torch.save`` as safetensors, under its own names; return how many arrays.

    Args:
        source: the file, of which tensors are read and nothing else.
        target: the safetensors file.
        key: the entry of the source that is the state dict; see `read_state_dict`.

    Raises:
        MinnetError: if a file is something else, or safetensors cannot hold a tensor.
    """
    state = read_state_dict(source, key)
    try:
        # Tied weights are one memory, which safetensors refuses.
        data = save({name: tensor.contiguous().clone() for name, tensor in state.items()}, {"format": "pt"})
    except Exception as error:  # of PyTorch and of safetensors, of tensors that are sparse, or quantized
        reason = printable(str(error), 300)
        raise MinnetError(f"{printable(str(source))}: expected tensors that safetensors can hold: {reason}") from error
    write_atomically(target, data)
    return len(state)


def from_state_dict(
    source: Path, target: Path, *, model: Path | None = None, experiment: Path | None = None, key: str | None = None
) -> int:
    """Write a minnet model of an architecture with the arrays of a state dict; return how many these are.

    The record of a training that the file of the architecture has is of other arrays, and not written.

    Args:
        source: a safetensors file, or one of ``torch.save``.
        target: the minnet model.
        model: a minnet model of the architecture.
        experiment: a TOML file whose ``model`` is the list of its layers.
        key: the entry of the source that is the state dict, if not all of it is; see `read_state_dict`.

    Raises:
        MinnetError: if a file is something else, or the state dict is not of the architecture.
    """
    if target.suffix in OF_TORCH:
        raise MinnetError(
            f"{printable(str(target))}: expected a name for a minnet model, as model.safetensors, received one of "
            "PyTorch's files"
        )
    network = load(model, prepared=True) if model is not None else _network_of(experiment or Path())
    state = read_state_dict(source, key)
    try:
        load_torch_state_dict(network, state)
    except MinnetError as error:
        raise type(error)(f"{printable(str(source))}: {error}{_hint(network, state, key)}") from error
    network.evaluate()
    save_model(network, target)
    return len(network.namedParameters()) + len(network.namedBuffers())


def read_state_dict(path: Path, key: str | None = None) -> dict[str, torch.Tensor]:
    """Read a state dict from a safetensors file, or from one of ``torch.save`` as tensors and nothing else.

    Args:
        path: the file.
        key: the entry to take, or what the names to take begin with, which they lose: ``module`` of
            ``module.0.weight``. Dots lead into what an entry holds: ``state_dict.model``.

    Raises:
        MinnetError: if it holds anything else.
    """
    where = printable(str(path))
    expect_file(path)
    is_safetensors = path.suffix == ".safetensors"
    try:
        held: Any = load_file(path) if is_safetensors else torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # of PyTorch's reader, whose sentences advise to read the file with the code in it
        expected = "a safetensors file" if is_safetensors else "tensors alone, as torch.save(model.state_dict()) writes"
        reason = "" if is_safetensors else "; a whole model, or a file that runs code when it is read, is not read"
        raise MinnetError(f"{where}: expected {expected}, received something else{reason}") from error
    if key is not None:
        entry = _entry(held, key)
        if entry is None:
            found = ", ".join(printable(str(name)) for name in held) if isinstance(held, Mapping) else "none"
            raise MinnetError(f"{where}: expected an entry {printable(key)}, found {printable(found, 300)}")
        held = entry
    if isinstance(held, Mapping) and all(isinstance(each, torch.Tensor) for each in held.values()):
        return {str(name): tensor for name, tensor in held.items()}
    received, hint = printable(type(held).__name__), ""
    if isinstance(held, Mapping):
        name, other = next((name, each) for name, each in held.items() if not isinstance(each, torch.Tensor))
        received = f"{printable(str(name))}, which is {printable(type(other).__name__)}"
        if held.keys() >= {"state", "param_groups"}:
            raise MinnetError(f"{where}: expected a state dict of a network, received that of an optimizer")
        inside = [str(name) for name, each in held.items() if isinstance(each, Mapping)]
        path_to = f"{key}.{inside[0]}" if key and inside else inside[0] if inside else ""
        hint = f"; --key {printable(path_to)} takes an entry of it" if inside else ""
    raise MinnetError(f"{where}: expected a state dict, names of tensors, received {received}{hint}")


def _entry(held: Any, key: str) -> Any:
    """What is in a mapping under a key, under its parts one in the other, or under names that begin with it."""
    if not isinstance(held, Mapping):
        return None
    if key in held:
        return held[key]
    if inner := {str(name)[len(key) + 1 :]: its for name, its in held.items() if str(name).startswith(f"{key}.")}:
        return inner
    for first, rest in _splits(key):
        if first in held and (found := _entry(held[first], rest)) is not None:
            return found
    return None


def _splits(key: str) -> Iterator[tuple[str, str]]:
    """The ways to split a dotted key in two.

    >>> list(_splits("a.b.c"))
    [('a', 'b.c'), ('a.b', 'c')]
    """
    steps = key.split(".")
    return ((".".join(steps[:index]), ".".join(steps[index:])) for index in range(1, len(steps)))


def _hint(network: Module, state: Mapping[str, torch.Tensor], key: str | None) -> str:
    """How to take off what all names begin with, as ``module.`` of a model that was trained in parallel."""
    try:
        expected = set(torch_names(network).values())
    except MinnetError:
        return ""
    for prefix in dict.fromkeys(name.removesuffix(its)[:-1] for its in expected for name in state):
        is_common = prefix and all(name.startswith(f"{prefix}.") for name in state)
        if is_common and expected <= {name[len(prefix) + 1 :] for name in state}:
            return f"; --key {printable(f'{key}.{prefix}' if key else prefix)} takes that off which all begin with"
    return ""


def _network_of(path: Path) -> Module:
    """Build the network of an experiment."""
    where = printable(str(path))
    try:
        held = tomllib.loads(path.read_bytes().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MinnetError(f"{where}: expected an experiment, TOML, received something else: {error}") from error
    config = held.get("model")
    if isinstance(config, list) and all(isinstance(each, dict) for each in config):
        if any("name" in each or "inputs" in each for each in config):
            raise MinnetError(f"{where}: expected layers one after another, received a graph; give a trained --model")
        config = {"class": "minnet-core:Sequential", "modules": config}
    if not isinstance(config, dict):
        raise MinnetError(f"{where}: expected an experiment with a list of layers, model = [...], received none")
    try:
        network = build(config)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    return network if isinstance(network, Module) else Sequential(network)
