"""The criterions of minnet: losses, each one small file with its gradient written by hand.

Every class follows `minnet_core.Criterion`; ``minnet_core.criterions`` finds them by name through entry points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .classification import (
        BCECriterion as BCECriterion,
        BCEWithLogitsCriterion as BCEWithLogitsCriterion,
        ClassNLLCriterion as ClassNLLCriterion,
        ClassNLLCriterionUnstable as ClassNLLCriterionUnstable,
        CrossEntropyCriterion as CrossEntropyCriterion,
        DiceCriterion as DiceCriterion,
        DistKLDivCriterion as DistKLDivCriterion,
        FocalCriterion as FocalCriterion,
        MultiLabelSoftMarginCriterion as MultiLabelSoftMarginCriterion,
    )
    from .composite import (
        MultiCriterion as MultiCriterion,
        ParallelCriterion as ParallelCriterion,
    )
    from .margins import (
        CosineEmbeddingCriterion as CosineEmbeddingCriterion,
        HingeEmbeddingCriterion as HingeEmbeddingCriterion,
        MarginCriterion as MarginCriterion,
        MarginRankingCriterion as MarginRankingCriterion,
        MultiLabelMarginCriterion as MultiLabelMarginCriterion,
        MultiMarginCriterion as MultiMarginCriterion,
        SoftMarginCriterion as SoftMarginCriterion,
        TripletMarginCriterion as TripletMarginCriterion,
    )
    from .regression import (
        AbsCriterion as AbsCriterion,
        GaussianNLLCriterion as GaussianNLLCriterion,
        HuberCriterion as HuberCriterion,
        LogCoshCriterion as LogCoshCriterion,
        MSECriterion as MSECriterion,
        PoissonNLLCriterion as PoissonNLLCriterion,
        QuantileCriterion as QuantileCriterion,
        SmoothL1Criterion as SmoothL1Criterion,
        WeightedMSECriterion as WeightedMSECriterion,
    )
else:  # so that what is installed can be listed, and a criterion imported, without all the others
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "classification": "BCECriterion BCEWithLogitsCriterion ClassNLLCriterion ClassNLLCriterionUnstable "
            "CrossEntropyCriterion DiceCriterion DistKLDivCriterion FocalCriterion "
            "MultiLabelSoftMarginCriterion",
            "composite": "MultiCriterion ParallelCriterion",
            "margins": "CosineEmbeddingCriterion HingeEmbeddingCriterion MarginCriterion "
            "MarginRankingCriterion MultiLabelMarginCriterion MultiMarginCriterion "
            "SoftMarginCriterion TripletMarginCriterion",
            "regression": "AbsCriterion GaussianNLLCriterion HuberCriterion LogCoshCriterion MSECriterion "
            "PoissonNLLCriterion QuantileCriterion SmoothL1Criterion WeightedMSECriterion",
        },
    )
