"""A workload for every other component, in one size, as one of its ``EXAMPLES`` makes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .workload import CriterionExample, LayerExample, Spec

ARRAY = (256, 1024)
PAIR = (ARRAY, ARRAY)
IMAGES = (32, 16, 28, 28)
SIGNALS = (32, 16, 784)
CHANNELS: dict[str, Any] = {"in_channels": 16, "out_channels": 16}


def _layer(component: str, input: Any = ARRAY, /, *, called: str = "", **said: Any) -> LayerExample:
    fields = {name: said.pop(name) for name in ("draw", "contents", "example") if name in said}
    return LayerExample(f"{component}-{called or _size(input)}", Spec(component, said), input, **fields)


def _criterion(component: str, input: Any = ARRAY, target: str = "", **arguments: Any) -> CriterionExample:
    return CriterionExample(f"{component}-{_size(input)}", Spec(component, arguments), input, target)


def _size(input: Any) -> str:
    """Of the first array."""
    if isinstance(input, str):
        return input.partition(";")[0].partition(":")[0].replace(",", "x")
    while isinstance(input[0], tuple):
        input = input[0]
    return "x".join(map(str, input))


def _bags(rng: np.random.Generator, shape: Any, dtype: Any) -> tuple[Any, Any]:
    """Indices of bags of different lengths, and where each begins."""
    (count,), (bags,) = shape
    offsets = np.sort(rng.choice(np.arange(1, count), bags - 1, replace=False))
    return rng.integers(0, 1000, count), np.concatenate([[0], offsets])


_VECTORS: dict[str, Any] = {"num_embeddings": 1000, "embedding_dim": 1024}

ARRAYS = (
    _layer("Add", n_out=1024),
    _layer("AlphaDropout"),
    _layer("Bilinear", "256,64;256,64", n_in1=64, n_in2=64, n_out=64),
    _layer("CAdd", size=(1024,)),
    _layer("CMul", size=1024),
    _layer("Cosine", n_in=1024, n_out=256),
    _layer("Embedding", "256:int<1000", called="256x1024", **_VECTORS),
    _layer("EmbeddingBag", "256,8:int<1000", called="256x1024", **_VECTORS),
    _layer("EmbeddingBag", ((2048,), (256,)), called="offsets-256x1024", draw=_bags, **_VECTORS),
    _layer("Euclidean", n_in=1024, n_out=256),
    _layer("GaussianNoise"),
    _layer("GroupNormalization", num_groups=32, num_channels=1024),
    _layer("InstanceNormalization", IMAGES, num_features=16),
    _layer("LayerNormalization", normalized_shape=1024),
    _layer("Max"),
    _layer("Maxout", n_in=1024, n_out=512),
    _layer("Mean"),
    _layer("Min"),
    _layer("Mul"),
    _layer("Normalize"),
    _layer("RMSNormalization", normalized_shape=1024),
    _layer("Residual", contents=(Spec("ReLU"),)),
    _layer("Sum"),
)

TABLES = (
    _layer("Bottle", (16, 16, 1024), contents=(Spec("Tanh"),)),
    _layer("CAddTable", PAIR),
    _layer("CDivTable", "256,1024;256,1024:positive"),
    _layer("CMaxTable", PAIR),
    _layer("CMinTable", PAIR),
    _layer("CMulTable", PAIR),
    _layer("CSubTable", PAIR),
    _layer("Concat", contents=(Spec("ReLU"), Spec("Tanh"))),
    _layer("ConcatTable", contents=(Spec("ReLU"), Spec("Tanh"))),
    _layer("CosineDistance", PAIR),
    _layer("DotProduct", PAIR),
    _layer("FlattenTable", (ARRAY, (ARRAY,))),
    _layer("GradientReversal"),
    _layer("JoinTable", PAIR),
    _layer("MM", ((16, 128, 128), (16, 128, 128))),
    _layer("MapTable", PAIR, contents=(Spec("Tanh"),)),
    _layer("Narrow", start=256, length=512),
    _layer("NarrowTable", (ARRAY, ARRAY, ARRAY)),
    _layer("Padding"),
    _layer("PairwiseDistance", PAIR),
    _layer("ParallelTable", PAIR, contents=(Spec("ReLU"), Spec("Tanh"))),
    _layer("Replicate"),
    _layer("Reshape", shape=(32, 32)),
    _layer("Select", (256, 4, 256)),
    _layer("SelectTable", PAIR),
    _layer("SplitTable", (256, 8, 128)),
    _layer("Squeeze", (256, 1, 1024)),
    _layer("Transpose", (256, 32, 32)),
    _layer("Unsqueeze"),
)

CONVOLUTIONS = (
    _layer("AdaptiveAvgPool2d", IMAGES, output_size=(7, 7)),
    _layer("AdaptiveMaxPool2d", IMAGES, output_size=(7, 7)),
    _layer("AvgPool1d", SIGNALS),
    _layer("AvgPool2d", IMAGES),
    _layer("Conv1d", SIGNALS, **CHANNELS),
    _layer("Conv2d", IMAGES, **CHANNELS),
    _layer("ConvTranspose1d", SIGNALS, **CHANNELS),
    _layer("ConvTranspose2d", IMAGES, **CHANNELS),
    _layer("Flatten", IMAGES, example=1),
    _layer("GlobalAvgPool2d", IMAGES),
    _layer("GlobalMaxPool2d", IMAGES),
    _layer("MaxPool1d", SIGNALS),
    _layer("MaxPool2d", IMAGES),
    _layer("PixelShuffle", IMAGES),
    _layer("ReflectionPad2d", IMAGES),
    _layer("SameConv2d", IMAGES, **CHANNELS),
    _layer("SpatialDropout", IMAGES),
    _layer("Unflatten", (32, 12544), unflattened_size=(16, 784)),
    _layer("Upsample", IMAGES),
    _layer("ZeroPad2d", IMAGES),
)

CRITERIONS = (
    _criterion("AbsCriterion"),
    _criterion("BCECriterion"),
    _criterion("BCEWithLogitsCriterion"),
    _criterion("CosineEmbeddingCriterion", PAIR, "256:signs"),
    _criterion("CrossEntropyCriterion"),
    _criterion("DiceCriterion"),
    _criterion("DistKLDivCriterion"),
    _criterion("FocalCriterion"),
    _criterion("GaussianNLLCriterion", "256,1024;256,1024:positive"),
    _criterion("HingeEmbeddingCriterion"),
    _criterion("HuberCriterion"),
    _criterion("LogCoshCriterion"),
    _criterion("MarginCriterion"),
    _criterion("MarginRankingCriterion", PAIR),
    _criterion("MultiCriterion"),
    _criterion("MultiLabelMarginCriterion", (256, 128)),  # whose time grows with the square of the labels
    _criterion("MultiLabelSoftMarginCriterion"),
    _criterion("MultiMarginCriterion"),
    _criterion("ParallelCriterion", PAIR, "256,1024:real;256:classes<1024"),
    _criterion("PoissonNLLCriterion"),
    _criterion("QuantileCriterion"),
    _criterion("SmoothL1Criterion"),
    _criterion("SoftMarginCriterion"),
    _criterion("TripletMarginCriterion", (ARRAY, ARRAY, ARRAY)),
    _criterion("WeightedMSECriterion", weights=np.linspace(0.5, 1.5, 1024, dtype=np.float32)),
)


def example_workloads() -> Iterator[LayerExample | CriterionExample]:
    """All of them, by kind."""
    yield from (*ARRAYS, *TABLES, *CONVOLUTIONS, *CRITERIONS)
