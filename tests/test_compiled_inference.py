"""Compiled inference is that of the fused model, in fresh arrays, from any thread."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from minnet_core import Sequential, compile, fuse
from minnet_layers import ELU, BatchNormalization, Dropout, Linear, LogSoftMax, ReLU, SoftMax


def batch(rows, features=3, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, features)).astype(np.float32)


def test_inference_is_that_of_the_fused_model_in_fresh_arrays():
    model = Sequential(
        Linear(3, 4, rng=0), BatchNormalization(0.9), ReLU(), Dropout(rng=1), Linear(4, 2, rng=1), SoftMax()
    )
    input = batch(8)
    for _ in range(3):
        model.forward(input)
    compiled = compile(model, executor="numpy")
    first = compiled.forward(input)
    kept = first.copy()
    np.testing.assert_allclose(first, fuse(model).forward(input), 1e-6)
    compiled.forward(input * 2)
    assert np.array_equal(first, kept)
    assert model.training
    assert compiled(input[:1]).shape == (1, 2)
    assert repr(compiled) == "<CompiledForward of Sequential, executor numpy>"


def test_inference_may_be_called_from_many_threads():
    model = Sequential(Linear(6, 50, rng=0), ELU(), Linear(50, 3, rng=1), LogSoftMax())
    compiled, fused = compile(model, executor="numpy"), fuse(model)
    inputs = [batch(4, 6, seed) for seed in range(40)]
    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(compiled.forward, inputs * 5))
    for input, output in zip(inputs * 5, outputs, strict=True):
        np.testing.assert_allclose(output, fused.forward(input), 1e-5, 1e-6)
