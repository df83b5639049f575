"""Augmentations: what changes the samples of a training batch at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from ..registries import (
        augmentations as augmentations,
    )
    from .augmentation import (
        Augmentation as Augmentation,
        expect_images as expect_images,
    )
    from .crop import (
        Crop as Crop,
    )
    from .flip import (
        Flip as Flip,
    )
    from .mixup import (
        Mixup as Mixup,
    )
    from .noise import (
        Noise as Noise,
    )
    from .shift import (
        Shift as Shift,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            ".registries": "augmentations",
            "augmentation": "Augmentation expect_images",
            "crop": "Crop",
            "flip": "Flip",
            "mixup": "Mixup",
            "noise": "Noise",
            "shift": "Shift",
        },
    )
