"""What is shown of a sweep: how far it is, the best so far, what matters, and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .best import best_text as best_text
    from .pictures import PICTURES as PICTURES, draw as draw
    from .summary import Summary as Summary
    from .text import summary_text as summary_text
else:  # a worker needs none of them
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {"best": "best_text", "pictures": "PICTURES draw", "summary": "Summary", "text": "summary_text"},
    )
