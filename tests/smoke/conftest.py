"""One environment with everything faulty and healthy installed, and one with the healthy distributions alone."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import FAULTY
from healthy import HEALTHY
from stranger import JOURNAL, install_all

from minnet_test_support.environment import Environment

NOT_HERE = ("minnet-swish", "minnet-torch")
"""Distributions that may be installed around these environments or not."""


def _with(tmp_path_factory, name, strangers):
    environment = Environment.create(tmp_path_factory.mktemp(name), without=NOT_HERE)
    install_all(strangers, environment.site)
    return environment


@pytest.fixture(scope="session")
def crowded(tmp_path_factory):
    """Everything faulty, and everything healthy."""
    return _with(tmp_path_factory, "crowded", (*FAULTY, *HEALTHY))


@pytest.fixture(scope="session")
def calm(tmp_path_factory):
    """Only what is healthy."""
    return _with(tmp_path_factory, "calm", HEALTHY)


@pytest.fixture(scope="session")
def report(crowded):
    """What ``minnet plugins --json`` prints."""
    return json.loads(crowded.run("minnet", "plugins", "--json", code=1).stdout)


@pytest.fixture
def imported(crowded, tmp_path):
    """Run a command among everything; return the generated modules that it imported."""

    def run(*command, code=0, **variables):
        journal = tmp_path / "journal"
        journal.unlink(missing_ok=True)
        crowded.run(*command, code=code, **{JOURNAL: str(journal), **variables})
        return set(journal.read_text().split()) if journal.exists() else set()

    return run
