"""Files of PyTorch's state dicts made of files of minnet models, and the other way round."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save

from minnet_core import ConfigError, MinnetError, ModelFileError, Module, Sequential, build, load, save as save_model
from minnet_core.support import expect_file, printable, write_atomically

from .bridge import load_torch_state_dict, torch_state_dict


def to_state_dict(source: Path, target: Path) -> int:
    """Write the state dict of a minnet model as safetensors; return how many arrays it has.

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
    write_atomically(target, save(state, {"format": "pt"}))
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
        key: the entry of the source that is the state dict, if not all of it is.

    Raises:
        MinnetError: if a file is something else, or the state dict is not of the architecture.
    """
    network = load(model, prepared=True) if model is not None else _network_of(experiment or Path())
    state = read_state_dict(source, key)
    try:
        load_torch_state_dict(network, state)
    except MinnetError as error:
        raise type(error)(f"{printable(str(source))}: {error}") from error
    network.evaluate()
    save_model(network, target)
    return len(network.namedParameters()) + len(network.namedBuffers())


def read_state_dict(path: Path, key: str | None = None) -> dict[str, torch.Tensor]:
    """Read a state dict from a safetensors file, or from one of ``torch.save`` as tensors and nothing else.

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
        if not isinstance(held, Mapping) or key not in held:
            found = ", ".join(printable(str(name)) for name in held) if isinstance(held, Mapping) else "none"
            raise MinnetError(f"{where}: expected an entry {printable(key)}, found {printable(found, 300)}")
        held = held[key]
    if not isinstance(held, Mapping) or not all(isinstance(each, torch.Tensor) for each in held.values()):
        inside = (
            [str(name) for name, each in held.items() if isinstance(each, Mapping)] if isinstance(held, Mapping) else []
        )
        hint = f"; --key {printable(inside[0])} takes an entry of it" if inside else ""
        raise MinnetError(f"{where}: expected a state dict, names of tensors, received something else{hint}")
    return {str(name): tensor for name, tensor in held.items()}


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
