"""The protocol of layers, criterions, optimizers and initializers, and what a module is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..support import lazy_exports

if TYPE_CHECKING:
    from .affine import Affine as Affine
    from .aliases import further_names as further_names
    from .arguments import (
        finite_float as finite_float,
        fraction as fraction,
        integer as integer,
        positive_float as positive_float,
        positive_int as positive_int,
    )
    from .arrays import (
        Array as Array,
        Tensor as Tensor,
        accumulation_dtype as accumulation_dtype,
        as_floating as as_floating,
        at_least_double as at_least_double,
        describe as describe,
        floating_dtype as floating_dtype,
        in_memory_order as in_memory_order,
        leaves as leaves,
    )
    from .batch_statistics import (
        BatchParts as BatchParts,
        computing_parts as computing_parts,
        parts_of_batch as parts_of_batch,
        standardize_batch as standardize_batch,
        standardize_batch_back as standardize_batch_back,
    )
    from .component import (
        Component as Component,
        construct as construct,
        definition_depth as definition_depth,
        given_arguments as given_arguments,
        represented as represented,
    )
    from .container import Container as Container
    from .criterion import Criterion as Criterion
    from .error_function import erf as erf, gate_by_normal as gate_by_normal, gate_by_tanh as gate_by_tanh
    from .example import Draw as Draw, Example as Example, Reference as Reference
    from .filled_shapes import (
        FORMS as FORMS,
        KINDS as KINDS,
        Fill as Fill,
        FilledShape as FilledShape,
        fills as fills,
        read_shape as read_shape,
        read_shapes as read_shapes,
        shape_text as shape_text,
    )
    from .graph import Graph as Graph
    from .initializer import Initializer as Initializer
    from .kernels import (
        axis_dot as axis_dot,
        axis_maxima as axis_maxima,
        axis_sums as axis_sums,
        center_columns as center_columns,
        column_means as column_means,
        column_sums as column_sums,
        euclidean_norm as euclidean_norm,
        exp_minus_abs as exp_minus_abs,
        shifted_exp as shifted_exp,
        sigmoid as sigmoid,
        sigmoid_of_softplus as sigmoid_of_softplus,
        whole_rows as whole_rows,
    )
    from .module import Module as Module
    from .node import (
        PROTOCOL_ATTRIBUTES as PROTOCOL_ATTRIBUTES,
        Steps as Steps,
        children as children,
        find_buffers as find_buffers,
        find_places as find_places,
        join as join,
        listed_modules as listed_modules,
        title as title,
        trained_arrays as trained_arrays,
        walk as walk,
        walk_all as walk_all,
    )
    from .optimizer import BLOCK as BLOCK, Optimizer as Optimizer
    from .parameter_groups import NO_DECAY as NO_DECAY, matching_names as matching_names
    from .parameter_refs import (
        ParameterRef as ParameterRef,
        expect_separate as expect_separate,
        find_parameters as find_parameters,
    )
    from .picture import Ends as Ends, Picture as Picture, Sketch as Sketch
    from .random_masks import keep_mask as keep_mask
    from .random_normals import normal_numbers as normal_numbers
    from .rectifiers import (
        masked as masked,
        negative_part as negative_part,
        positive_mask as positive_mask,
        positive_part as positive_part,
        sign as sign,
        softplus as softplus,
        where_positive as where_positive,
    )
    from .sequential import Sequential as Sequential
    from .shape_checks import axis_of as axis_of, expect_forward as expect_forward, expect_shape as expect_shape
    from .short_targets import ShortTarget as ShortTarget, read_target as read_target
    from .standardizing import (
        center_channels as center_channels,
        channel_blocks as channel_blocks,
        channel_dots as channel_dots,
        channel_means as channel_means,
        inverse_rms as inverse_rms,
        memory_order as memory_order,
        standardize_features as standardize_features,
        standardize_features_back as standardize_features_back,
        standardize_rows as standardize_rows,
        standardize_rows_back as standardize_rows_back,
    )
    from .storage import arrangement as arrangement, is_flat as is_flat
    from .traits import DOMAINS as DOMAINS
    from .wiring import Problem as Problem, Wiring as Wiring, as_names as as_names, expect_names as expect_names
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "affine": "Affine",
            "aliases": "further_names",
            "arguments": "finite_float fraction integer positive_float positive_int",
            "arrays": "Array Tensor accumulation_dtype as_floating at_least_double describe floating_dtype "
            "in_memory_order leaves",
            "batch_statistics": "BatchParts computing_parts parts_of_batch standardize_batch standardize_batch_back",
            "component": "Component construct definition_depth given_arguments represented",
            "container": "Container",
            "criterion": "Criterion",
            "error_function": "erf gate_by_normal gate_by_tanh",
            "example": "Draw Example Reference",
            "filled_shapes": "FORMS KINDS Fill FilledShape fills read_shape read_shapes shape_text",
            "graph": "Graph",
            "initializer": "Initializer",
            "kernels": "axis_dot axis_maxima axis_sums center_columns column_means column_sums "
            "euclidean_norm exp_minus_abs shifted_exp sigmoid sigmoid_of_softplus whole_rows",
            "module": "Module",
            "node": "PROTOCOL_ATTRIBUTES Steps children find_buffers find_places join listed_modules title "
            "trained_arrays walk walk_all",
            "optimizer": "BLOCK Optimizer",
            "parameter_groups": "NO_DECAY matching_names",
            "parameter_refs": "ParameterRef expect_separate find_parameters",
            "picture": "Ends Picture Sketch",
            "random_masks": "keep_mask",
            "random_normals": "normal_numbers",
            "rectifiers": "masked negative_part positive_mask positive_part sign softplus where_positive",
            "sequential": "Sequential",
            "shape_checks": "axis_of expect_forward expect_shape",
            "short_targets": "ShortTarget read_target",
            "standardizing": "center_channels channel_blocks channel_dots channel_means inverse_rms memory_order "
            "standardize_features standardize_features_back standardize_rows standardize_rows_back",
            "storage": "arrangement is_flat",
            "traits": "DOMAINS",
            "wiring": "Problem Wiring as_names expect_names",
        },
    )
