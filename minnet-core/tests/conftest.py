"""Layers and processes for the core's own tests, which know no layer package.

`notebook` has classes in the exact form of the course's notebook: only the base class is ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import minnet_core
from minnet_core import Module
from minnet_core.cli.main import main
from minnet_core.testing import isolated


class DeclaredLinear(Module):
    """A layer that declares its arrays."""

    PARAMETERS = {"W": "gradW", "b": "gradb"}

    def __init__(self, n_in, n_out, *, bias=True, dtype=np.float32, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W = rng.standard_normal((n_out, n_in)).astype(dtype)
        self.b = rng.standard_normal(n_out).astype(dtype) if bias else None
        self.gradW = np.zeros_like(self.W)
        self.gradb = None if self.b is None else np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input @ self.W.T
        if self.b is not None:
            self.output += self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        if self.b is not None:
            self.gradb += gradOutput.sum(axis=0)

    def __repr__(self):
        return f"Linear {self.W.shape[1]} -> {self.W.shape[0]}"


class NotebookLinear(Module):
    def __init__(self, n_in, n_out):
        super(NotebookLinear, self).__init__()  # noqa: UP008  # the notebook's form

        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_out, n_in))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)

        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input @ self.W.T + self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        self.gradb += gradOutput.sum(axis=0)

    def zeroGradParameters(self):
        self.gradW.fill(0)
        self.gradb.fill(0)

    def getParameters(self):
        return [self.W, self.b]

    def getGradParameters(self):
        return [self.gradW, self.gradb]

    def __repr__(self):
        s = self.W.shape
        q = "Linear %d -> %d" % (s[1], s[0])  # noqa: UP031
        return q


class NotebookBatchNormalization(Module):
    EPS = 1e-3

    def __init__(self, alpha=0.0):
        super(NotebookBatchNormalization, self).__init__()  # noqa: UP008
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

    def updateOutput(self, input):
        if self.training:
            batch_mean = np.mean(input, axis=0)
            batch_variance = np.var(input, axis=0)
            self.output = (input - batch_mean) / np.sqrt(batch_variance + self.EPS)
            if self.moving_mean is None:
                self.moving_mean = batch_mean
                self.moving_variance = batch_variance
            else:
                self.moving_mean = self.moving_mean * self.alpha + batch_mean * (1 - self.alpha)
                self.moving_variance = self.moving_variance * self.alpha + batch_variance * (1 - self.alpha)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output

    def updateGradInput(self, input, gradOutput):
        if self.training:
            batch_mean = np.mean(input, axis=0)
            batch_variance = np.var(input, axis=0)
            m = input.shape[0]
            X_mu = input - batch_mean
            std_inv = 1.0 / np.sqrt(batch_variance + self.EPS)
            dX_norm = gradOutput * std_inv
            dvar = np.sum(gradOutput * X_mu, axis=0) * -0.5 * std_inv**3
            dmu = np.sum(gradOutput * -std_inv, axis=0) + dvar * np.mean(-2.0 * X_mu, axis=0)
            self.gradInput = dX_norm + dvar * 2 * X_mu / m + dmu / m
        else:
            self.gradInput = gradOutput / np.sqrt(self.moving_variance + self.EPS)
        return self.gradInput

    def __repr__(self):
        return "BatchNormalization"

    def train(self):
        self.training = True

    def evaluate(self):
        self.training = False


class NotebookDropout(Module):
    def __init__(self, p=0.5):
        super(NotebookDropout, self).__init__()  # noqa: UP008
        self.p = p

    def updateOutput(self, input):
        if self.training:
            self.mask = np.random.binomial(1, 1 - self.p, size=input.shape)
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask / (1 - self.p) if self.training else gradOutput
        return self.gradInput

    def __repr__(self):
        return "Dropout"


class NotebookReLU(Module):
    def updateOutput(self, input):
        self.output = np.maximum(input, 0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.multiply(gradOutput, input > 0)
        return self.gradInput

    def __repr__(self):
        return "ReLU"


class NotebookSequential(Module):
    def __init__(self):
        super(NotebookSequential, self).__init__()  # noqa: UP008
        self.modules = []

    def add(self, module):
        self.modules.append(module)

    def updateOutput(self, input):
        current_input = input
        for module in self.modules:
            current_input = module.forward(current_input)
        self.output = current_input
        return self.output

    def backward(self, input, gradOutput):
        current_gradOutput = gradOutput
        gradInputs = []
        for i in range(len(self.modules) - 1, -1, -1):
            module = self.modules[i]
            if i == 0:
                gradInput = module.backward(input, current_gradOutput)
            else:
                gradInput = module.backward(self.modules[i - 1].output, current_gradOutput)
            current_gradOutput = gradInput
            gradInputs.insert(0, gradInput)
        self.gradInput = gradInputs[0]
        return self.gradInput

    def zeroGradParameters(self):
        for module in self.modules:
            module.zeroGradParameters()

    def getParameters(self):
        return [x.getParameters() for x in self.modules]

    def getGradParameters(self):
        return [x.getGradParameters() for x in self.modules]

    def __repr__(self):
        string = "".join([str(x) + "\n" for x in self.modules])
        return string

    def __getitem__(self, x):
        return self.modules.__getitem__(x)

    def train(self):
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self):
        self.training = False
        for module in self.modules:
            module.evaluate()


@pytest.fixture(scope="session")
def Linear() -> type[Module]:
    return DeclaredLinear


@pytest.fixture(scope="session")
def notebook() -> SimpleNamespace:
    return SimpleNamespace(
        Linear=NotebookLinear,
        BatchNormalization=NotebookBatchNormalization,
        Dropout=NotebookDropout,
        ReLU=NotebookReLU,
        Sequential=NotebookSequential,
    )


@pytest.fixture(autouse=True)
def _own_registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what a test registers, and forget what it made discoverable."""
    for name in [name for name in os.environ if name.startswith("MINNET_")]:
        monkeypatch.delenv(name)
    with isolated():
        yield


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory on ``sys.path`` for `install_distribution`; modules imported from it are forgotten."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    minnet_core.layers.refresh()
    yield folder
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def run_minnet(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process: ``run_minnet("layers", "--json")`` returns its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(list(arguments), prog_name="minnet")
        return caught.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run code in a new interpreter: ``run_python(code, path=[site], MINNET_PLUGINS="")``."""

    def run(
        *arguments: str, path: tuple[Path, ...] | list[Path] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MINNET_")}
        environment = {**inherited, "PYTHONPATH": os.pathsep.join(map(str, path)), **environment}
        if len(arguments) == 1:
            arguments = ("-c", *arguments)
        return subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, encoding="utf-8"
        )

    return run
