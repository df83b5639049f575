"""What is shown of a training: its progress, on a terminal or in TensorBoard, and what its model file says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from ..progress import (
        OneLine as OneLine,
        PlainLines as PlainLines,
        RichProgress as RichProgress,
        loss_text as loss_text,
        metric_text as metric_text,
        progress_display as progress_display,
    )
    from .model_file import (
        training_section as training_section,
        weights_text as weights_text,
    )
    from .reading import (
        reading_display as reading_display,
        say_notes as say_notes,
    )
    from .tensorboard import (
        TensorBoard as TensorBoard,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            ".progress": "OneLine PlainLines RichProgress loss_text metric_text progress_display",
            "model_file": "training_section weights_text",
            "reading": "reading_display say_notes",
            "tensorboard": "TensorBoard",
        },
    )
