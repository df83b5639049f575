"""How pictures look: colours that everybody can tell apart, and figures that touch nobody else's settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...extras import import_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart with any kind of colour vision: M. Okabe and K. Ito, Color Universal Design, 2008."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
"""Shapes that tell curves apart in black and white. Nine of them and seven colours make 63 pairs."""

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


def shortened(name: object, most: int = 30) -> str:
    """Write what users have named on one line, of so many letters at most.

    >>> shortened("a name  that is long", 11)
    'a name tha…'
    """
    text = " ".join(str(name).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


@contextmanager
def styled() -> Iterator[None]:
    """Draw in our style while the context lasts, whatever the user's settings are, which stay as they were.

    Raises:
        MissingLibraryError: without matplotlib.
    """
    matplotlib = import_extra("matplotlib", "plot", "pictures")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure, in inches, that no window and no global state knows of."""
    library = import_extra("matplotlib.figure", "plot", "pictures")
    figure: Figure = library.Figure(figsize=(width, height), layout="constrained")
    return figure
