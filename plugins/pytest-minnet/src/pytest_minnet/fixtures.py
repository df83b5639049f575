"""Fixtures for the tests of plugins; pytest imports this at every start, so NumPy and minnet are imported later."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .isolation import Registries, Site


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
