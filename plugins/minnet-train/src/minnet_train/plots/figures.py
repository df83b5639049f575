"""How pictures look and are saved: colours that everybody can tell apart; nobody else's settings are touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minnet_core import MinnetError
from minnet_core.support import printable, write_atomically

from ..extras import import_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart with any kind of colour vision: M. Okabe and K. Ito, Color Universal Design, 2008."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
"""Shapes that tell curves apart in black and white. Nine of them and seven colours make 63 pairs."""

LINE_STYLES = ("-", (0, (4, 1.5)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)))
"""What tells curves apart when the colours have been used once, twice and three times."""

SEQUENTIAL = "Blues"
"""The colour map of amounts, from none to many."""

DIVERGING = "PuOr_r"
"""The colour map of numbers on both sides of 0, which is white."""

INK = "gray_r"
"""The colour map of images: nothing is paper, much is ink."""

_SETTINGS = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.dpi": 100,
    "font.size": 10,
    "grid.alpha": 0.3,
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "savefig.dpi": 150,
    "svg.hashsalt": "minnet",  # else no two files of one picture are the same
    "text.parse_math": False,  # a class may be called "$10-$20"
}

_WITHOUT_DATE: dict[str, dict[str, Any]] = {".pdf": {"CreationDate": None}, ".png": {}, ".svg": {"Date": None}}
"""Suffixes that a picture can have, and what keeps the time of day out of such a file."""


class PlotError(MinnetError, ValueError):
    """There is nothing to draw, or it cannot be drawn in this way."""


def shortened(name: object, most: int = 30) -> str:
    """Write a name on one line, in so many letters at most.

    >>> shortened("a name  that is long", 11)
    'a name tha…'
    """
    text = printable(" ".join(str(name).split()))  # a font takes no half of a pair, as undecoded bytes of paths are
    return text if len(text) <= most else f"{text[: most - 1]}…"


def curve_look(number: int) -> dict[str, Any]:
    """Return the colour and the line style of a curve without markers, so that many can be told apart."""
    style = LINE_STYLES[number // len(COLOURS) % len(LINE_STYLES)]
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": style, "linewidth": 1.8}


def import_matplotlib(name: str = "matplotlib", what: str = "pictures") -> Any:
    """Import a module of matplotlib, whatever backend is asked for: nothing is shown here, so none is used.

    A terminal that was opened from a notebook has its ``MPLBACKEND``, without which package matplotlib is no module.
    """
    try:
        return import_extra(name, "plot", what)
    except ValueError:
        backend = os.environ.pop("MPLBACKEND", None)
        if backend is None:
            raise
        try:
            return import_extra(name, "plot", what)
        finally:
            os.environ["MPLBACKEND"] = backend


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the style of minnet while the context lasts; the user's settings stay as they were.

    Raises:
        MissingLibraryError: without matplotlib.
    """
    matplotlib = import_matplotlib()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure, in inches, without a window and outside the state of pyplot."""
    library = import_matplotlib("matplotlib.figure")
    figure: Figure = library.Figure(figsize=(width, height), layout="constrained")
    return figure


def check_suffix(path: str | os.PathLike[str]) -> None:
    """Check that the suffix of a picture is one that can be written.

    Raises:
        PlotError: naming the suffixes.
    """
    if Path(path).suffix.lower() not in _WITHOUT_DATE:
        kinds = ", ".join(_WITHOUT_DATE)
        raise PlotError(f"{os.fspath(path)}: expected the name of a picture to end in {kinds}")


def write_picture(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a figure, atomically; the same figure gives the same bytes.

    Args:
        figure: any figure of matplotlib.
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
    """Return the contents of a file with a suffix."""
    content = BytesIO()
    with styled():
        figure.savefig(content, format=suffix.removeprefix("."), metadata=_WITHOUT_DATE[suffix])
    return content.getvalue()
