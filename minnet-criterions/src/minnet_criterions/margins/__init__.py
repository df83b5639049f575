"""Losses that ask for a margin: of scores on the right side, of distances and of similarities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .cosine_embedding_criterion import CosineEmbeddingCriterion as CosineEmbeddingCriterion
    from .hinge_embedding_criterion import HingeEmbeddingCriterion as HingeEmbeddingCriterion
    from .margin_criterion import MarginCriterion as MarginCriterion
    from .margin_ranking_criterion import MarginRankingCriterion as MarginRankingCriterion
    from .multi_label_margin_criterion import MultiLabelMarginCriterion as MultiLabelMarginCriterion
    from .multi_margin_criterion import MultiMarginCriterion as MultiMarginCriterion
    from .soft_margin_criterion import SoftMarginCriterion as SoftMarginCriterion
    from .triplet_margin_criterion import TripletMarginCriterion as TripletMarginCriterion
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "cosine_embedding_criterion": "CosineEmbeddingCriterion",
            "hinge_embedding_criterion": "HingeEmbeddingCriterion",
            "margin_criterion": "MarginCriterion",
            "margin_ranking_criterion": "MarginRankingCriterion",
            "multi_label_margin_criterion": "MultiLabelMarginCriterion",
            "multi_margin_criterion": "MultiMarginCriterion",
            "soft_margin_criterion": "SoftMarginCriterion",
            "triplet_margin_criterion": "TripletMarginCriterion",
        },
    )
