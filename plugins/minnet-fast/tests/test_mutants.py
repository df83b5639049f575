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
    "a clipped exponent": ("arithmetic.h", "x < -105.0f ? -105.0f : x", "x < -80.0f ? -80.0f : x", "elu_back"),
    "a digit of ln 2": ("arithmetic.h", "2.12194440e-4f", "2.12104440e-4f", "soft_max"),
    "a short polynomial": ("arithmetic.h", "p = p * t + 2.85923580e-1f;", "", "soft_plus"),
    "a kink that lets through": ("elementwise.h", "gx[i] = x[i] > 0 ? g[i] : 0;", "gx[i] = g[i];", "relu_back"),
    "a scale that is lost": ("elementwise.h", "x[j] * a[j] + c[j]", "x[j] + c[j]", "scale_shift_row"),
    "a last row left out": ("columns.h", "for (; row < stop; row++) FOR_EACH(j, w)", "FOR_EACH(j, 0)", "column_sums"),
    "a sum that begins anew": ("columns.h", "if (b->fresh)", "if (1)", "many"),
    "an unbiased variance": ("columns.h", "square[j] * share -", "square[j] / (n - 0.99f) -", "batch_norm"),
    "a block that is not passed": ("stretch.c", "top * bytes_of_row", "0 * bytes_of_row", "many"),
    "rows that are one short": ("losses.h", "-total / (double)b->rows", "-total / (b->rows + 1.0)", "nll"),
    "a beta for the other": ("optimizers.h", "keep2 * v[i] + take2", "keep1 * v[i] + take1", "adam"),
}
"""What is wrong -> file, what stands there, what stands there instead, and which tests are to find it."""


def compiled(folder, *changes):
    """Compile the kernels, after changes of their source, to where they can be imported instead of the real ones."""
    shutil.copytree(DISTRIBUTION / "c", folder / "c")
    for file, before, after in changes:
        path = folder / "c" / file
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
    package = folder / "minnet_fast"
    shutil.copytree(DISTRIBUTION / "src" / "minnet_fast", package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    options = ["-std=c11", "-O1", "-fopenmp-simd", "-fno-math-errno", "-ffp-contract=fast", "-shared", "-fPIC", "-w"]
    if sys.platform == "darwin":
        options += ["-undefined", "dynamic_lookup"]
    headers = ["-I", sysconfig.get_paths()["include"], "-I", np.get_include()]
    target = package / f"kernels{sysconfig.get_config_var('EXT_SUFFIX')}"
    sources = sorted(map(str, (folder / "c").glob("*.c")))
    command = [COMPILER, *options, "-DMINNET_FAST_BASELINE_ONLY", *headers, *sources, "-o", target, "-lm"]
    subprocess.run(command, check=True)
    return folder


def run_tests(folder, which):
    environment = {**os.environ, "PYTHONPATH": str(folder), "MINNET_FAST": "", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", which]
    tests = Path(__file__).with_name("test_kernels.py")
    return subprocess.run([*command, tests], env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_the_kernels_as_they_are_pass(tmp_path):
    done = run_tests(compiled(tmp_path), "soft_max or many")
    assert done.returncode == 0, done.stdout
    code = "import minnet_fast; print(minnet_fast.kernels.__file__, minnet_fast.kernels.variants())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert told.startswith(str(tmp_path))
    assert "['baseline']" in told


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_is_killed(mutant, tmp_path):
    file, before, after, which = MUTANTS[mutant]
    done = run_tests(compiled(tmp_path, (file, before, after)), which)
    assert done.returncode == 1, done.stdout
