"""A project of a layer's author, with right and wrong layers, whose tests are run by pytest itself."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minnet_core.testing import install_distribution, isolated

LAYERS = '''
import warnings

import numpy as np

from minnet_core import Example, Module


class Scale(Module):
    """y = by x"""

    EXAMPLES = (Example(input=(4, 3)),)

    def __init__(self, by=2.0):
        super().__init__()
        self.by = by

    def updateOutput(self, input):
        self.output = (input * self.by).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput * self.by).astype(input.dtype)
        return self.gradInput


class Wrong(Scale):
    """Its gradient is a hundredth too large."""

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput * self.by * 1.01).astype(input.dtype)
        return self.gradInput


class Broken(Scale):
    """Its forward raises."""

    def updateOutput(self, input):
        raise RuntimeError("no output today")


class Thrice(Scale):
    """Three examples, two of which have one name."""

    EXAMPLES = (
        Example(input=(4, 3)),
        Example(arguments={"by": 3.0}, input=(2, 3)),
        Example(arguments={"by": 3.0}, input=(2, 3, 2)),
    )


class Noted(Wrong):
    """Wrong, as its author knows, and said to be made wrongly, which it is not."""

    EXAMPLES = (
        Example(
            input=(4, 3),
            expected_failures={"gradInput_is_the_slope": "a hundredth too large", "is_made": "nobody can"},
        ),
    )


class Warns(Scale):
    def __init__(self, by=2.0):
        super().__init__(by)
        warnings.warn("making one is deprecated", DeprecationWarning)


class Silent(Scale):
    EXAMPLES = ()
'''


def pytest_configure(config: pytest.Config) -> None:
    """Load pytester; a conftest below the root cannot ask for it by ``pytest_plugins``."""
    config.pluginmanager.import_plugin("pytester")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write a test file beside the layers: ``project("test_scale = conformance(Scale)")``."""
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))  # for runs in a process of their own
    monkeypatch.syspath_prepend(pytester.path)
    monkeypatch.setenv(
        "PYTEST_ADDOPTS", "-p no:hypothesispytest"
    )  # where it is installed, it costs half a second a run
    pytester.makepyfile(layers=LAYERS)

    def write(tests: str, name: str = "test_layers") -> Path:
        head = """
            from layers import *
            from minnet_core.testing import Case
            from pytest_minnet import conformance, parametrize_with_checks
        """
        (pytester.path / name).parent.mkdir(parents=True, exist_ok=True)
        return pytester.makepyfile(**{name: textwrap.dedent(head) + textwrap.dedent(tests)})

    return write


@pytest.fixture
def distribution(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, project: Callable[[str], Path]
) -> Iterator[str]:
    """A distribution of two layers, installed for one test."""
    site = pytester.path / "site"
    entry_points = {"minnet.layers": {"Scale": "minnet_scales:Scale", "Thrice": "minnet_scales:Thrice"}}
    install_distribution(site, "minnet-scales", {"minnet_scales": LAYERS}, entry_points=entry_points)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", f"{pytester.path}{os.pathsep}{site}")
    with isolated():
        yield "minnet-scales"


@pytest.fixture
def layers(project: Callable[[str], Path], pytester: pytest.Pytester) -> Callable[[str], str]:
    """The name of a class of the project for the kit: ``layers("Scale")``."""
    return lambda name: f"{pytester.path / 'layers.py'}:{name}"
