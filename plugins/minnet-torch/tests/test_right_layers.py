"""No layer of PyTorch's own, and no function that is right, is blamed, or said to be weak, but where it is."""

from __future__ import annotations

import copy
import os

import numpy as np
import pytest
import torch
from right_functions import RIGHT as PLAIN
from right_graphs import RIGHT as RARE
from right_modules import RIGHT as RIGHT_MODULES
from torch import nn

from minnet_core.testing import all_checks, check_component

RIGHT = [*PLAIN, *RARE]

ALL = range(5)
"""Five seeds, all of them with ``CONFORMANCE_SEEDS=5`` or more; otherwise each class has one of them."""


def seeds(index: int):
    return ALL if int(os.environ.get("CONFORMANCE_SEEDS", "1")) >= len(ALL) else [ALL[index % len(ALL)]]


KINKED, COUPLED, RANDOM = {"kinks"}, {"batch-coupled", "train-differs"}, {"stochastic", "train-differs"}

MODULES = [
    (nn.Linear, {"in_features": 3, "out_features": 2}, (4, 3)),
    (nn.Bilinear, {"in1_features": 3, "in2_features": 2, "out_features": 2}, ((4, 3), (4, 2))),
    (nn.Conv1d, {"in_channels": 2, "out_channels": 3, "kernel_size": 3, "padding": 1}, (2, 2, 5)),
    (nn.Conv2d, {"in_channels": 2, "out_channels": 2, "kernel_size": (2, 3)}, (2, 2, 4, 4)),
    (nn.ConvTranspose1d, {"in_channels": 2, "out_channels": 2, "kernel_size": 3, "stride": 2}, (2, 2, 3)),
    (nn.AvgPool1d, {"kernel_size": 2}, (2, 2, 4)),
    (nn.MaxPool1d, {"kernel_size": 2}, (2, 2, 4)),
    (nn.LayerNorm, {"normalized_shape": 4}, (3, 4)),
    (nn.GroupNorm, {"num_groups": 2, "num_channels": 4}, (3, 4, 2)),
    (nn.InstanceNorm1d, {"num_features": 2}, (3, 2, 4)),
    (nn.BatchNorm1d, {"num_features": 3}, (5, 3)),
    (nn.BatchNorm2d, {"num_features": 2}, (3, 2, 2, 3)),
    (nn.ReLU, {}, (4, 3)),
    (nn.ReLU, {"inplace": True}, (4, 3)),
    (nn.LeakyReLU, {}, (4, 3)),
    (nn.PReLU, {"num_parameters": 3}, (4, 3)),
    (nn.ELU, {}, (4, 3)),
    (nn.SELU, {}, (4, 3)),
    (nn.GELU, {}, (4, 3)),
    (nn.SiLU, {}, (4, 3)),
    (nn.Mish, {}, (4, 3)),
    (nn.Softplus, {}, (4, 3)),
    (nn.Tanh, {}, (4, 3)),
    (nn.Sigmoid, {}, (4, 3)),
    (nn.Softmax, {"dim": -1}, (4, 3)),
    (nn.LogSoftmax, {"dim": -1}, (4, 3)),
    (nn.GLU, {}, (4, 6)),
    (nn.Dropout, {"p": 0.25}, (4, 3)),
    (nn.CosineSimilarity, {}, ((4, 3), (4, 3))),
    (nn.Flatten, {}, (2, 3, 2)),
    (nn.PixelShuffle, {"upscale_factor": 2}, (2, 4, 2, 2)),
    (nn.Upsample, {"scale_factor": 2}, (2, 2, 3)),
    (nn.Embedding, {"num_embeddings": 6, "embedding_dim": 3}, "4,2:int<6"),
    (nn.Identity, {}, (4, 3)),
    (nn.LSTM, {"input_size": 3, "hidden_size": 2, "batch_first": True}, (2, 3, 3)),
]

NAMES = [f"{cls.__name__}{index}" for index, (cls, *_) in enumerate(MODULES)]


def can_be_copied(thing):
    try:
        copy.deepcopy(thing)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize(("index", "cls"), [*enumerate(RIGHT)], ids=[cls.__name__ for cls in RIGHT])
def test_a_function_that_is_right_is_not_blamed(index, cls):
    for seed in seeds(index):
        for report in check_component(cls, on_fail=None, seed=seed):
            assert [result.explanation for result in report.findings] == []


@pytest.mark.parametrize(("index", "cls"), [*enumerate(RIGHT_MODULES)], ids=[cls.__name__ for cls in RIGHT_MODULES])
def test_a_module_that_is_right_and_declares_nothing_is_not_blamed(index, cls):
    if cls.__name__ == "HasAGenerator" and not can_be_copied(torch.Generator()):
        pytest.skip("PyTorch of this version copies no generator, and so no layer that has one")
    for seed in seeds(index):
        for report in check_component(cls, on_fail=None, seed=seed):
            assert [result.explanation for result in report.findings] == []


LONG = "long_axes_are_treated_alike"

SLOW = {nn.LSTM}
"""What takes minutes over axes of hundreds: PyTorch records each step for its backward pass, at each difference."""


@pytest.mark.parametrize(("index", "case"), [*enumerate(MODULES)], ids=NAMES)
def test_a_module_of_pytorch_is_not_blamed(index, case):
    cls, arguments, shape = case
    names = [check.name for check in all_checks() if check.is_about("layer") or check.is_about("PyTorch layer")]
    checks = [name for name in names if name != LONG or cls not in SLOW]
    for seed in seeds(index):
        for report in check_component(cls, checks=checks, arguments=arguments, input=shape, on_fail=None, seed=seed):
            assert [result.explanation for result in report.failures] == []


def test_what_is_adapted_is_still_what_it_was():
    model = nn.Linear(3, 2)
    before = {name: array.detach().numpy().copy() for name, array in model.named_parameters()}
    check_component(model, input=(4, 3))
    for name, array in model.named_parameters():
        assert np.array_equal(array.detach().numpy(), before[name])
        assert array.grad is None
