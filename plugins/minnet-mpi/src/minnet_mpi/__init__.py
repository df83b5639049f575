"""Training on many processes, and many machines, over MPI: the same bits on any number of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .joining import world as world
    from .launching import Launched as Launched, launched as launched
    from .mpi_ranks import MpiRanks as MpiRanks
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "launching": "Launched launched",
            "mpi_ranks": "MpiRanks",
            "joining": "world",
        },
    )

__version__ = "0.1.0"
