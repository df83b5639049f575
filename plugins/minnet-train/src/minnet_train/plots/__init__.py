"""Pictures of plain data: learning curves, confusion matrices, predictions, mistakes, features and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from ..metrics import (
        VALIDATION as VALIDATION,
    )
    from .activations import (
        draw_maps as draw_maps,
        draw_saliency as draw_saliency,
    )
    from .calibration import (
        draw_calibration as draw_calibration,
    )
    from .confusion import (
        draw_confusion as draw_confusion,
    )
    from .curves import (
        Curves as Curves,
        distinct_names as distinct_names,
        draw_curves as draw_curves,
        is_fraction as is_fraction,
        is_number as is_number,
    )
    from .features import (
        Dependence as Dependence,
        draw_dependence as draw_dependence,
        draw_importance as draw_importance,
    )
    from .figures import (
        INK as INK,
        PlotError as PlotError,
        check_suffix as check_suffix,
        import_matplotlib as import_matplotlib,
        shortened as shortened,
        styled as styled,
        write_picture as write_picture,
    )
    from .images import (
        draw_images as draw_images,
        draw_mistakes as draw_mistakes,
        draw_weights as draw_weights,
        first_kernels as first_kernels,
        first_weights as first_weights,
        square_images as square_images,
        visible_images as visible_images,
    )
    from .notebook import (
        history_html as history_html,
    )
    from .ranking import (
        draw_precision_recall as draw_precision_recall,
        draw_roc as draw_roc,
    )
    from .regression import (
        draw_predicted as draw_predicted,
        draw_residuals as draw_residuals,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            ".metrics": "VALIDATION",
            "activations": "draw_maps draw_saliency",
            "calibration": "draw_calibration",
            "confusion": "draw_confusion",
            "curves": "Curves distinct_names draw_curves is_fraction is_number",
            "features": "Dependence draw_dependence draw_importance",
            "figures": "INK PlotError check_suffix import_matplotlib shortened styled write_picture",
            "images": "draw_images draw_mistakes draw_weights first_kernels first_weights square_images visible_images",
            "notebook": "history_html",
            "ranking": "draw_precision_recall draw_roc",
            "regression": "draw_predicted draw_residuals",
        },
    )
