"""``minnet sweep``: many configurations of an experiment, tried by any number of processes that share a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .configuration import (
        Choice as Choice,
        Option as Option,
        Pruning as Pruning,
        Range as Range,
        Sweep as Sweep,
        SweepFile as SweepFile,
    )
    from .errors import SweepError as SweepError
    from .reports import Summary as Summary
    from .trials import SweepFolder as SweepFolder, Worker as Worker
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "configuration": "Choice Option Pruning Range Sweep SweepFile",
            "errors": "SweepError",
            "reports": "Summary",
            "trials": "SweepFolder Worker",
        },
    )

__version__ = "0.1.0"
