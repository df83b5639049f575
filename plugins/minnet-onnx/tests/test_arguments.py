"""Layers of other arguments than their examples are written too: a counterpart follows from what the examples tell."""

from __future__ import annotations

import pytest

from minnet_core import layers
from minnet_onnx import to_onnx

MADE = [
    ("Reshape", ((16,),), (4, 4)),
    ("Reshape", ((-1, 2),), (4, 4)),
    ("View", ((8, 2),), (4, 4)),
    ("Narrow", (1, 0, 2), (5,)),
    ("Narrow", (-1, -3, -2), (2, 5)),
    ("Select", (1, 0), (5,)),
    ("Select", (-1, -1), (5, 2)),
    ("Padding", (1, 3), (5,)),
    ("Padding", (-1, -1, 2.0), (5, 3)),
    ("Padding", (1, 2), (5, 3)),
    ("Transpose", (1, 2), (5, 3)),
    ("Transpose", (0, 2, 1), (5, 3)),
    ("Transpose", ((1, 3), (2, 3)), (5, 3, 2)),
    ("Transpose", (2, 1), (5, 3)),
    ("Unsqueeze", (2,), (5,)),
    ("Unsqueeze", (-1,), (5,)),
    ("Squeeze", (2,), (5, 1)),
    ("SplitTable", (-1,), (5,)),
    ("SplitTable", (2,), (5, 3)),
    ("Flatten", (1,), (5, 3)),
    ("Flatten", (2,), (5, 3, 2)),
    ("Flatten", (-2,), (5, 3, 2)),
    ("Unflatten", (2, (3, 1)), (5, 3)),
    ("Unflatten", (1, (-1, 2)), (4,)),
    ("GELU", ("tanh",), (3,)),
    ("SoftMax", (1,), (3, 2)),
    ("SoftMax", (2,), (3, 2)),
    ("LogSoftMax", (2,), (3, 2)),
    ("SoftMin", (1,), (3, 2)),
    ("LayerNormalization", ((3, 2),), (3, 2)),
    ("LayerNormalization", (7,), (7,)),
    ("RMSNormalization", (7,), (7,)),
    ("GroupNormalization", (3, 6), (6, 2)),
    ("Max", (1,), (3, 2)),
    ("Mean", (2,), (3, 2)),
    ("Sum", (1,), (3,)),
    ("Min", (1, True), (3,)),
    ("Normalize", (1,), (3,)),
    ("Normalize", (2, 0.001), (3,)),
    ("Normalize", (3, 0.001, 1), (3, 2)),
    ("CosineDistance", (), ((3,), (3,))),
    ("PairwiseDistance", (3.0,), ((3,), (3,))),
    ("PairwiseDistance", (2.0,), ((3,), (3,))),
    ("MM", (True, False), ((3, 2), (3, 4))),
    ("Linear", (7, 9), (7,)),
    ("Bilinear", (7, 9, 2), ((7,), (9,))),
    ("PReLU", (5,), (5, 2)),
    ("HardTanh", (), (3,)),
    ("HardTanh", (-2, 2), (3,)),
    ("Threshold", (0.5, 1.0), (3,)),
    ("Clamp", (0.0,), (3,)),
    ("Clamp", (-1.0, 2.0), (3,)),
    ("Clamp", (None, 2.0), (3,)),
    ("ELU", (0.3,), (3,)),
    ("CELU", (2.0,), (3,)),
    ("LeakyReLU", (0.1,), (3,)),
    ("RReLU", (0.1, 0.2), (3,)),
    ("HardShrink", (0.3,), (3,)),
    ("SoftShrink", (0.3,), (3,)),
    ("SoftPlus", (), (3,)),
    ("Power", (2.0,), (3,)),
    ("Power", (0.5,), (3,)),
    ("Embedding", (9, 4), (3,)),
    ("Embedding", (9, 4, 2), (3,)),
    ("EmbeddingBag", (9, 4), (3,)),
    ("EmbeddingBag", (9, 4, "mean"), (3,)),
    ("Dropout", (0.3,), (3,)),
    ("AlphaDropout", (0.1,), (3,)),
    ("SpatialDropout", (0.1,), (3, 2, 2)),
    ("Conv1d", (3, 4, 5), (3, 9)),
    ("Conv1d", (3, 4, 5, 2, 2), (3, 9)),
    ("Conv2d", (3, 8, 3), (3, 9, 8)),
    ("Conv2d", (3, 8, 3, 2, 1), (3, 9, 8)),
    ("Conv2d", (3, 8, (3, 1), 1, "same"), (3, 9, 8)),
    ("Conv2d", (4, 8, 3, 1, 1, False, "reflect"), (4, 9, 8)),
    ("Conv2d", (4, 8, 3, 1, 1, True, "zeros", 2, 4), (4, 9, 8)),
    ("Conv2d", (4, 8, 3, 1, 1, True, "replicate"), (4, 9, 8)),
    ("Conv2d", (4, 8, 3, 1, "same", True, "circular"), (4, 9, 8)),
    ("SameConv2d", (4, 8, 5), (4, 9, 8)),
    ("ConvTranspose2d", (4, 8, 3, 2, 1, 1), (4, 5, 6)),
    ("ConvTranspose1d", (4, 8, 3, 2, 1, 1), (4, 5)),
    ("MaxPool1d", (3,), (4, 9)),
    ("MaxPool2d", (3, 2, 1), (4, 9, 9)),
    ("MaxPool2d", (2, 2, 0, 1, True), (4, 9, 9)),
    ("AvgPool2d", (3, 2, 1), (4, 9, 9)),
    ("AvgPool2d", (2, 2, 0, True, False), (4, 9, 9)),
    ("AvgPool1d", (3,), (4, 9)),
    ("AdaptiveAvgPool2d", (1,), (4, 9, 9)),
    ("AdaptiveAvgPool2d", (4,), (4, 9, 7)),
    ("AdaptiveMaxPool2d", ((3, None),), (4, 9, 7)),
    ("PixelShuffle", (4,), (16, 2, 3)),
    ("ReflectionPad2d", ((1, 2, 3, 0),), (2, 5, 5)),
    ("ZeroPad2d", (2,), (2, 5, 5)),
    ("ZeroPad2d", ((1, 0, 0, 2),), (2, 5, 5)),
    ("Upsample", (3,), (2, 5, 5)),
    ("Upsample", (None, 2, "bilinear"), (2, 5, 5)),
    ("Add", (4,), (4,)),
    ("CMul", ((2, 1),), (2, 3)),
    ("CAdd", (3,), (3,)),
    ("Mul", (), (3,)),
    ("Replicate", (4, 2), (3,)),
    ("Replicate", (4, -1), (3,)),
    ("JoinTable", (-1,), ((3,), (2,))),
    ("SelectTable", (-1,), ((3,), (2,))),
    ("NarrowTable", (0, -2), ((3,), (2,), (1,))),
    ("InstanceNormalization", (3,), (3, 2, 2)),
    ("InstanceNormalization", (3, 0.001, True), (3, 4)),
    ("GaussianNoise", (0.1,), (3,)),
    ("ChannelwiseScaling", (3,), (3,)),
    ("Maxout", (3, 2, 2), (3,)),
    ("GlobalAvgPool2d", (), (3, 4, 4)),
    ("HardSigmoid", (), (3,)),
]


@pytest.mark.parametrize(("name", "arguments", "shape"), MADE, ids=[f"{n}{a}" for n, a, _ in MADE])
def test_a_layer_of_any_arguments_is_written_and_verified(name, arguments, shape):
    """`to_onnx` compares the outputs itself, and raises if they differ."""
    assert to_onnx(layers[name](*arguments), shape).graph.node


@pytest.mark.parametrize("shape", [4, "4", (None,), (-1,), ((4,), 2.5), None], ids=repr)
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(
        TypeError, match="^to_onnx: expected the shape of a sample, as .784,., or a tuple of shapes, rec"
    ):
        to_onnx(layers["Tanh"](), shape)
    with pytest.raises(TypeError, match="^to_onnx: expected a minnet Module, received str"):
        to_onnx("Tanh", (4,))
