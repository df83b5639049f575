"""Losses of scores and probabilities, of classes or of answers that are yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .bce_criterion import BCECriterion as BCECriterion
    from .bce_with_logits_criterion import BCEWithLogitsCriterion as BCEWithLogitsCriterion
    from .class_nll_criterion import ClassNLLCriterion as ClassNLLCriterion
    from .class_nll_criterion_unstable import ClassNLLCriterionUnstable as ClassNLLCriterionUnstable
    from .cross_entropy_criterion import CrossEntropyCriterion as CrossEntropyCriterion
    from .dice_criterion import DiceCriterion as DiceCriterion
    from .dist_kl_div_criterion import DistKLDivCriterion as DistKLDivCriterion
    from .focal_criterion import FocalCriterion as FocalCriterion
    from .multi_label_soft_margin_criterion import MultiLabelSoftMarginCriterion as MultiLabelSoftMarginCriterion
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "bce_criterion": "BCECriterion",
            "bce_with_logits_criterion": "BCEWithLogitsCriterion",
            "class_nll_criterion": "ClassNLLCriterion",
            "class_nll_criterion_unstable": "ClassNLLCriterionUnstable",
            "cross_entropy_criterion": "CrossEntropyCriterion",
            "dice_criterion": "DiceCriterion",
            "dist_kl_div_criterion": "DistKLDivCriterion",
            "focal_criterion": "FocalCriterion",
            "multi_label_soft_margin_criterion": "MultiLabelSoftMarginCriterion",
        },
    )
