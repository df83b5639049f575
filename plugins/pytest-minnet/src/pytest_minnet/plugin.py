"""The hooks and fixtures by which pytest knows us.

pytest imports this module at every start, so what needs NumPy and minnet is imported in its functions, and only here.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import strictness
from .declaration import MARK, Conformance

if TYPE_CHECKING:
    from .isolation import Registries, Site


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what makes weaknesses fail."""
    strictness.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    config.addinivalue_line("markers", "conformance(family): a check of minnet's conformance kit; see pytest-minnet.")
    config.addinivalue_line("markers", f"{MARK}(conformance): made by pytest_minnet.parametrize_with_checks.")


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Collector | None:
    """Collect a `Conformance` that is named as a test is."""
    if type(obj) is Conformance and collector.funcnamefilter(name):
        from .collection import ConformanceCollector

        return ConformanceCollector.from_parent(collector, name=name, conformance=obj)
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Expand `parametrize_with_checks`."""
    if conformances := [mark.args[0] for mark in metafunc.definition.iter_markers(MARK)]:
        from .collection import parametrize

        parametrize(metafunc, conformances)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have a skip say where the test is declared, rather than where in the kit or in pytest it is skipped."""
    report = yield
    if MARK in item.keywords and isinstance(report.longrepr, tuple):
        path, line, _ = item.reportinfo()
        report.longrepr = (os.fspath(path), (line or 0) + 1, report.longrepr[2])
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Count a test that found a weakness apart from those that passed."""
    is_weak = report.when == "call" and report.passed and strictness.weakness_of(report)
    return (strictness.OUTCOME, "w", ("WEAK", {"yellow": True})) if is_weak else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the weaknesses, before pytest's own summary of what failed."""
    strictness.tell(terminalreporter)


@pytest.fixture
def isolated_registries() -> Iterator[Registries]:
    """Registries without discovery: nothing that is installed is found, not even what is first-party.

    A test registers what it needs; afterwards everything is as it was.
    ``layers``, ``criterions`` and ``optimizers`` of `minnet_core` are these registries while the test runs, so `build`
    and `load` use them too.
    """
    from minnet_core.testing import isolated

    from .isolation import Registries

    with isolated(tuple):
        yield Registries()


@pytest.fixture
def throwaway_site(tmp_path: Path) -> Iterator[Site]:
    """A site directory of this test alone: ``throwaway_site.install("strange-a", {"strange_a": source}, ...)``.

    What is installed is a real distribution, found through its metadata like one from an index, by this process and by
    those that it starts. Afterwards it is gone, and so are the modules imported from it.
    """
    from minnet_core import layers
    from minnet_core.testing import isolated

    from .isolation import Site

    site = Site(tmp_path / "throwaway-site")
    site.path.mkdir()
    with pytest.MonkeyPatch.context() as patch:  # of its own, so that the path is as it was before anything looks again
        patch.syspath_prepend(site.path)
        patch.setenv("PYTHONPATH", str(site.path), prepend=os.pathsep)
        with isolated():
            yield site
    site.forget_modules()
    layers.refresh()
