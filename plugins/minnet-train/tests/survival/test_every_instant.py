"""A run that is killed before any one thing that it does to the disk ends as one that is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("every_instant.py")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_whatever_is_being_written_a_kill_does_no_harm(program):
    done = subprocess.run(
        [sys.executable, DRIVER],
        cwd=program.folder,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kills = int(done.stdout.split()[-1])
    assert kills > 30  # every other instant, beginning with the first or the second
