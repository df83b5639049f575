"""The protocol, the registry, the model files and the ``minnet`` command of minnet.

Everything in ``__all__`` is imported when it is first used.
So ``minnet --help`` does not wait for NumPy, and a plugin module that only wants ``hookimpl`` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lazy import lazy_exports

if TYPE_CHECKING:
    from .affine import Affine as Affine
    from .arrays import Array as Array
    from .config import build as build
    from .config import to_config as to_config
    from .container import Container as Container
    from .criterion import Criterion as Criterion
    from .errors import AmbiguousNameError as AmbiguousNameError
    from .errors import ConfigError as ConfigError
    from .errors import MinnetError as MinnetError
    from .errors import ModelFileError as ModelFileError
    from .errors import PluginLoadError as PluginLoadError
    from .errors import ShapeError as ShapeError
    from .errors import UnknownComponentError as UnknownComponentError
    from .example import Example as Example
    from .fused import Fused as Fused
    from .fusing import fuse as fuse
    from .hookspecs import hookimpl as hookimpl
    from .hookspecs import hookspec as hookspec
    from .model_files import load as load
    from .model_files import save as save
    from .model_header import ModelHeader as ModelHeader
    from .model_header import read_header as read_header
    from .module import Module as Module
    from .optimizer import Optimizer as Optimizer
    from .reference import Reference as Reference
    from .registries import criterions as criterions
    from .registries import layers as layers
    from .registries import optimizers as optimizers
    from .sequential import Sequential as Sequential
    from .validation import expect_forward as expect_forward
    from .validation import expect_shape as expect_shape

__version__ = "0.1.0"

_HOME = {
    "Affine": "affine",
    "AmbiguousNameError": "errors",
    "Array": "arrays",
    "ConfigError": "errors",
    "Container": "container",
    "Criterion": "criterion",
    "Example": "example",
    "Fused": "fused",
    "MinnetError": "errors",
    "ModelFileError": "errors",
    "ModelHeader": "model_header",
    "Module": "module",
    "Optimizer": "optimizer",
    "PluginLoadError": "errors",
    "Reference": "reference",
    "Sequential": "sequential",
    "ShapeError": "errors",
    "UnknownComponentError": "errors",
    "build": "config",
    "criterions": "registries",
    "expect_forward": "validation",
    "expect_shape": "validation",
    "fuse": "fusing",
    "hookimpl": "hookspecs",
    "hookspec": "hookspecs",
    "layers": "registries",
    "load": "model_files",
    "optimizers": "registries",
    "read_header": "model_header",
    "save": "model_files",
    "to_config": "config",
}

__all__ = sorted(_HOME)


if not TYPE_CHECKING:  # a type checker would take __getattr__ to mean that every name is there
    __getattr__, __dir__ = lazy_exports(__name__, _HOME)
