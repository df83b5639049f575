"""`write_picture`: a figure in a file."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minnet_core.support import write_atomically

from .errors import PlotError
from .style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WITHOUT_DATE: dict[str, dict[str, Any]] = {
    ".pdf": {"CreationDate": None},
    ".png": {},
    ".svg": {"Date": None},
}
"""Suffixes that a picture can have, and what keeps the time of day out of such a file."""


def check_suffix(path: str | os.PathLike[str]) -> None:
    """Check that the name of a picture says of which kind it is to be.

    Raises:
        PlotError: naming those that there are.
    """
    if Path(path).suffix.lower() not in _WITHOUT_DATE:
        kinds = ", ".join(_WITHOUT_DATE)
        raise PlotError(f"{os.fspath(path)}: expected the name of a picture to end in {kinds}")


def write_picture(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a figure, atomically; the same figure gives the same bytes.

    Args:
        figure: one that a function of this package has drawn, or any other.
        path: of the file; its suffix is ``.png``, ``.svg`` or ``.pdf``.

    Raises:
        PlotError: if it has another suffix, or the file cannot be written.
    """
    check_suffix(path)
    try:
        return write_atomically(path, picture_bytes(figure, Path(path).suffix.lower()))
    except OSError as error:
        raise PlotError(f"{os.fspath(path)}: expected a file that can be written: {error}") from error


def picture_bytes(figure: Figure, suffix: str = ".png") -> bytes:
    """Return what a file of a suffix holds."""
    content = BytesIO()
    with styled():
        figure.savefig(content, format=suffix.removeprefix("."), metadata=_WITHOUT_DATE[suffix])
    return content.getvalue()
