"""A mistake in one line of a kernel is found by the tests of the kernels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("minnet_fast.kernels")

DISTRIBUTION = Path(__file__).parent.parent
COMPILER = shutil.which(os.environ.get("CC", "cc"))
pytestmark = pytest.mark.skipif(
    COMPILER is None or sys.platform == "win32" or not (DISTRIBUTION / "c").is_dir(), reason="needs a compiler, and C"
)

MUTANTS = {
    "a clipped exponent": ("arithmetic.h", "x < -105.0f ? -105.0f : x", "x < -80.0f ? -80.0f : x", "tiny and elu"),
    "a digit of ln 2": ("arithmetic.h", "2.12194440e-4f", "2.12104440e-4f", "several and elu_back"),
    "a short polynomial": ("arithmetic.h", "p = p * t + 2.85923580e-1f;", "", "several and soft_plus"),
    "a kink let through": (
        "elementwise.h",
        "gx[i] = x[i] > 0 ? g[i] : 0;",
        "gx[i] = g[i];",
        "several and relu_back",
    ),
    "a lost scale": ("elementwise.h", "x[j] * a[j] + c[j]", "x[j] + c[j]", "several and scale_shift_row"),
    "a row left out": (
        "columns.h",
        "for (; row < (stop); row++) FOR_EACH(j, w)",
        "FOR_EACH(j, 0)",
        "several and sums",
    ),
    "a sum that begins anew": ("columns.h", "if (b->fresh)", "if (1)", "several and column_sums"),
    "an unbiased variance": (
        "columns.h",
        "square[j] * share -",
        "square[j] / (n - 0.99f) -",
        "several and norm",
    ),
    "a block that is not passed": ("stretch.c", "top * bytes_of_row", "0 * bytes_of_row", "several and relu"),
    "rows that are one short": ("losses.h", "-total / (double)b->rows", "-total / (b->rows + 1.0)", "several and nll"),
    "a padding that moves": ("taps.h", "place * axis->stride - axis->padding", "place * axis->stride", "convolution"),
    "samples that are added twice": ("convolution.h", "from + k < whole ? 0 : -1", "-1", "convolution"),
    "channels of another group": (
        "convolution.h",
        "x = s->at[0] + group * inputs * plane",
        "x = s->at[0]",
        "convolution",
    ),
    "a row in the place of another": ("few_samples.h", "(top + r) * line", "top * line", "few"),
    "a vector of two samples twice": ("few_samples.h", "is_padded ? (run + FLOATS", "0 ? (run + FLOATS", "few"),
    "a margin that is not cleared": ("few_samples.h", "memset(into + left + row, 0", "memset(into, 0", "few"),
    "a bell without its half": ("gates.h", "exponential(-0.5f * (a * a))", "exponential(-(a * a))", "several and gelu"),
    "a kink that is let through": ("formulas.h", "(x >= p) & (x <= q) ? 0 : g", "(x > p) & (x < q) ? 0 : g", "ends"),
    "a nan that is cut": ("formulas.h", "x - clipped(x, -p, p)", "(x < -p ? x + p : x > p ? x - p : 0)", "ends"),
    "a gate of the other side": ("formulas.h", "d = n + (x > 0 ?", "d = n + (x < 0 ?", "several and mish"),
    "a nan that loses": ("pooling.h", "| (at[n] != at[n])", "", "max_pool"),
    "the last of equals": ("pooling.h", "(at[n] > most[n])", "(at[n] >= most[n])", "max_pool"),
    "padding that counts too far": ("pooling.h", "least(axis->window, ", "(axis->window + 0 * ", "average"),
    "a loss without its halves": ("losses.h", "part += c * (d - 0.5f * c)", "part += c * d", "several and huber_error"),
    "a share of all": ("losses.h", "gx[classes[row]] -= share", "gx[classes[row]] -= 1", "several and cross_entropy"),
    "a maximum that is left out": ("losses.h", "- (double)(x[classes[row]] - most)", "", "several and cross_entropy"),
    "rows in the place of others": ("moving.h", "t + to[place] * m", "t + from[place] * m", "several and add_rows"),
    "a swap of the wrong two": ("moving.h", "a, b, 2, 6, 3, 7", "a, b, 2, 6, 7, 3", "several and transposed"),
    "an edge that is cut": ("moving.h", "Size i = 0; i < h", "Size i = 1; i < h", "several and transposed"),
    "a beta for the other": ("optimizers.h", "keep2 * v[i] + take2", "keep1 * v[i] + take1", "several and adam"),
    "a sum of one square": ("optimizers.h", "v[i] += d * d;", "v[i] = d * d;", "several and adagrad"),
    "a step that never shrinks": ("optimizers.h", "both < 0 ? shrink", "both < 0 ? grow", "several and rprop"),
}
"""What is wrong -> file, what stands there, what stands there instead, and which tests are to find it."""


def compile_to_object(folder, name):
    options = ["-std=c11", "-O1", "-fopenmp-simd", "-fno-math-errno", "-fPIC", "-w", "-DMINNET_FAST_BASELINE_ONLY"]
    headers = ["-I", sysconfig.get_paths()["include"], "-I", np.get_include()]
    source, target = folder / "c" / name, folder / f"{name}.o"
    subprocess.run([COMPILER, *options, *headers, "-c", source, "-o", target], check=True)


def link(folder):
    target = folder / "minnet_fast" / f"kernels{sysconfig.get_config_var('EXT_SUFFIX')}"
    target.unlink(missing_ok=True)
    options = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else []
    subprocess.run([COMPILER, "-shared", *options, *folder.glob("*.o"), "-o", target, "-lm"], check=True)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory):
    """A folder in which `minnet_fast` is compiled for the baseline alone, to be imported instead of the real one."""
    folder = tmp_path_factory.mktemp("unchanged")
    shutil.copytree(DISTRIBUTION / "c", folder / "c")
    package = folder / "minnet_fast"
    shutil.copytree(DISTRIBUTION / "src" / "minnet_fast", package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for source in (folder / "c").glob("*.c"):
        compile_to_object(folder, source.name)
    link(folder)
    return folder


def run_tests(folder, which):
    environment = {**os.environ, "PYTHONPATH": str(folder), "MINNET_FAST": "", "OPENBLAS_NUM_THREADS": "1"}
    options = ["-q", "-x", "-p", "no:cacheprovider", "--import-mode=importlib", "-k", which]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *options,
        *map(Path(__file__).with_name, ("test_kernels.py", "test_kernel_values.py", "test_spatial_kernels.py")),
    ]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_the_kernels_as_they_are_pass(unchanged):
    done = run_tests(unchanged, "several_blocks or tiny")
    assert done.returncode == 0, done.stdout
    code = "import minnet_fast; print(minnet_fast.kernels.__file__, minnet_fast.kernels.variants())"
    environment = {**os.environ, "PYTHONPATH": str(unchanged)}
    told = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert told.startswith(str(unchanged))
    assert "['baseline']" in told


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_is_killed(mutant, unchanged, tmp_path):
    file, before, after, which = MUTANTS[mutant]
    folder = shutil.copytree(unchanged, tmp_path / "mutant")
    path = folder / "c" / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    compile_to_object(folder, file if file.endswith(".c") else "kernels_baseline.c")
    link(folder)
    done = run_tests(folder, which)
    assert done.returncode == 1, done.stdout
