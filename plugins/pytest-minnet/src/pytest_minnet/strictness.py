"""Weaknesses: a component is right and weak in some use, which is told at the end of a run, and fails it on request."""

from __future__ import annotations

import pytest

OUTCOME = "weak"
"""What pytest counts a test as that found a weakness."""

OPTION = "minnet_strict"

PROPERTY = "weakness"
"""The property of a test that keeps the message of one, in every report of the test, JUnit's among them."""


def add_options(parser: pytest.Parser) -> None:
    """Add the option of the command line and that of the configuration file."""
    parser.getgroup("minnet").addoption(
        "--minnet-strict", action="store_true", dest=OPTION, help="fail for weaknesses of components too"
    )
    parser.addini(OPTION, "fail for weaknesses of components too", type="bool", default=False)


def is_strict(config: pytest.Config) -> bool:
    """Whether weaknesses fail."""
    return bool(config.getoption(OPTION) or config.getini(OPTION))


def weakness_of(report: pytest.TestReport) -> str:
    """The weakness that a test found, in words; nothing if it found none."""
    return str(dict(report.user_properties).get(PROPERTY, ""))


def tell(reporter: pytest.TerminalReporter) -> None:
    """Write every weakness that was found, as pytest writes its warnings."""
    if found := reporter.getreports(OUTCOME):
        reporter.section("weaknesses", yellow=True)
        for report in found:
            reporter.line(f"{report.nodeid}\n{weakness_of(report)}\n", yellow=True)
        reporter.line("A weakness fails nothing; with --minnet-strict, or minnet_strict = true, it does.")
