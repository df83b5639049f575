"""Egg-links that point nowhere: ``setup.py develop`` leaves them, and importlib.metadata says nothing of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path


def stale_egg_links() -> Iterator[tuple[Path, str]]:
    """Yield the egg-links on ``sys.path`` that are named for minnet and whose folder is gone, and that folder."""
    for folder in dict.fromkeys(map(Path, filter(lambda entry: isinstance(entry, str), sys.path))):
        for link in sorted(folder.glob("*minnet*.egg-link")):
            lines = link.read_text("utf-8", errors="replace").splitlines()
            if lines and not Path(lines[0].strip()).exists():
                yield link, lines[0].strip()
