"""The protocol, the registry, the model files and the ``minnet`` command of minnet.

Everything in ``__all__`` is imported when it is first used.
So ``minnet --help`` does not wait for NumPy, and a plugin module that only wants ``hookimpl`` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .support import lazy_exports

if TYPE_CHECKING:
    __all__: list[str]

    from .compilation import compile as compile
    from .counterparts import counterpart_of as counterpart_of, expect_counterpart as expect_counterpart
    from .errors import (
        AmbiguousNameError as AmbiguousNameError,
        ConfigError as ConfigError,
        CounterpartError as CounterpartError,
        GraphError as GraphError,
        MinnetError as MinnetError,
        ModelFileError as ModelFileError,
        PluginLoadError as PluginLoadError,
        ShapeError as ShapeError,
        UnknownComponentError as UnknownComponentError,
    )
    from .fusion import fuse as fuse
    from .hookspecs import hookimpl as hookimpl, hookspec as hookspec
    from .nn import (
        Affine as Affine,
        Array as Array,
        Container as Container,
        Criterion as Criterion,
        Example as Example,
        Graph as Graph,
        Initializer as Initializer,
        Module as Module,
        Optimizer as Optimizer,
        Reference as Reference,
        Sequential as Sequential,
        expect_forward as expect_forward,
        expect_shape as expect_shape,
    )
    from .registry import (
        criterions as criterions,
        initializers as initializers,
        layers as layers,
        optimizers as optimizers,
    )
    from .saving import (
        ModelHeader as ModelHeader,
        build as build,
        load as load,
        read_header as read_header,
        save as save,
        to_config as to_config,
    )
    from .source_files import import_components as import_components
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "compilation": "compile",
            "counterparts": "counterpart_of expect_counterpart",
            "errors": "AmbiguousNameError ConfigError CounterpartError GraphError MinnetError ModelFileError "
            "PluginLoadError ShapeError UnknownComponentError",
            "fusion": "fuse",
            "hookspecs": "hookimpl hookspec",
            "nn": "Affine Array Container Criterion Example Graph Initializer Module Optimizer Reference Sequential "
            "expect_forward expect_shape",
            "registry": "criterions initializers layers optimizers",
            "saving": "ModelHeader build load read_header save to_config",
            "source_files": "import_components",
        },
    )

__version__ = "0.1.0"
