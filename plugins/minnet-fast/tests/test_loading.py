"""What computes is what ``MINNET_FAST`` says, or the best that there is."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import minnet_fast
from minnet_fast import blas

kernels = pytest.importorskip("minnet_fast.kernels")


def told(value, code="import minnet_fast; print(minnet_fast.describe())", succeeds=True):
    environment = {**os.environ, "MINNET_FAST": value}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == succeeds, done.stderr
    return done.stdout.strip() if succeeds else done.stderr.strip().splitlines()[-1]


def test_the_best_instructions_are_used():
    assert told("") == told(kernels.variants()[0])


@pytest.mark.parametrize(("variant", "name"), [("v4", "AVX-512 (v4)"), ("v3", "AVX2 (v3)"), ("baseline", "baseline")])
def test_the_variable_chooses_the_instructions(variant, name):
    if variant not in kernels.variants():
        pytest.skip(f"this processor has no {name}")
    assert told(variant).startswith(name)


def test_0_leaves_everything_to_numpy():
    assert told("0") == "switched off by MINNET_FAST=0"
    code = (
        "import minnet_fast, minnet_layers as l; from minnet_core.compilation import find_executor\n"
        "from minnet_fast.executor import executor\n"
        "layer = minnet_fast.accelerate(l.ReLU())\n"
        "print(minnet_fast.extension, executor, find_executor('auto'), type(layer).__module__, sep='; ')"
    )
    assert told("0", code) == "None; switched off by MINNET_FAST=0; numpy; minnet_layers.activations.relu"


@pytest.mark.parametrize("value", ["v5", "no"])
def test_another_value_is_an_error_that_says_what_there_is(value):
    message = told(value, succeeds=False)
    choices = ", ".join([*kernels.variants(), "0"])
    assert message == f"ValueError: MINNET_FAST: expected one of {choices} on this processor, received {value!r}"


def test_without_a_blas_products_are_left_to_numpy(tmp_path, monkeypatch):
    monkeypatch.setattr(np, "__file__", str(tmp_path / "numpy" / "__init__.py"))
    assert blas.find_blas() is None
    (tmp_path / "numpy.libs").mkdir()
    (tmp_path / "numpy.libs" / "libopenblas.so").write_text("no library")
    assert blas.find_blas() is None
    code = (
        "import minnet_fast, numpy as np, minnet_layers as l; minnet_fast.kernels.set_blas(0, 0, True)\n"
        "x = np.ones((2, 3), np.float32); layer = l.Linear(3, 2, rng=0); y = layer.forward(x)\n"
        "minnet_fast.accelerate(layer); assert (layer.forward(x) == y).all() and layer.backward(x, y).shape == (2, 3)\n"
        "assert minnet_fast.kernels.counts()['product'] == 0; print(minnet_fast.describe())"
    )
    assert told("baseline", code) == "baseline instructions, products by NumPy"


def test_the_blas_of_numpy_is_found_where_its_wheel_has_one():
    found = blas.find_blas()
    assert (found is not None) == kernels.has_blas()
    if found is not None:
        assert all(found[:2])


def test_describe_is_one_line():
    assert minnet_fast.describe().count("\n") == 0
