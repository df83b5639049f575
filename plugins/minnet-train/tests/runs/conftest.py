from __future__ import annotations

from collections.abc import Callable

import pytest

from minnet_train import RunDirectory
from minnet_train.runs.directory import RunConfig


@pytest.fixture
def create() -> Callable[[str, RunConfig], RunDirectory]:
    """Begin a run, and leave it to whoever wants it."""

    def begin_and_leave(path: str, config: RunConfig) -> RunDirectory:
        with RunDirectory.begun(path, config) as directory:
            return directory

    return begin_and_leave
