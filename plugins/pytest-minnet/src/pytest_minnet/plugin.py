"""The hooks by which pytest knows us; pytest imports this at every start, so NumPy and minnet are imported later."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

from .collector import ConformanceCollector
from .declaration import Conformance
from .fixtures import isolated_registries, throwaway_site
from .item import ConformanceItem
from .parametrization import MARK, parametrize

__all__ = ["isolated_registries", "throwaway_site"]  # pytest finds fixtures by their names in a plugin's module


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    config.addinivalue_line("markers", "conformance(family): a check of minnet's conformance kit; see pytest-minnet.")
    config.addinivalue_line("markers", f"{MARK}(conformance): made by pytest_minnet.parametrize_with_checks.")


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> ConformanceCollector | None:
    """Collect a `Conformance` that is named as a test is."""
    if type(obj) is Conformance and collector.funcnamefilter(name):
        return ConformanceCollector.from_parent(collector, name=name, conformance=obj)
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Expand `parametrize_with_checks`."""
    parametrize(metafunc)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have a skip say where the test is declared, rather than where in the kit or in pytest it is skipped."""
    report = yield
    if (isinstance(item, ConformanceItem) or MARK in item.keywords) and isinstance(report.longrepr, tuple):
        path, line, _ = item.reportinfo()
        report.longrepr = (os.fspath(path), (line or 0) + 1, report.longrepr[2])
    return report
