"""The `Trainer`: the loop over epochs and batches, and what takes part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .agreement import (
        expect_same as expect_same,
    )
    from .averaging import (
        ExponentialMovingAverage as ExponentialMovingAverage,
    )
    from .callbacks import (
        training_plugins as training_plugins,
    )
    from .early_stopping import (
        EarlyStopping as EarlyStopping,
    )
    from .evaluate import (
        Measurement as Measurement,
        evaluate_samples as evaluate_samples,
        forward_chunks as forward_chunks,
        measure as measure,
    )
    from .expectations import (
        expect_batch_statistics as expect_batch_statistics,
    )
    from .fit_options import (
        FitOptions as FitOptions,
    )
    from .frozen import (
        trained_part as trained_part,
    )
    from .history import (
        EpochReport as EpochReport,
        History as History,
    )
    from .interruption import (
        Interruption as Interruption,
    )
    from .learning_rate import (
        Scheduler as Scheduler,
        expect_scheduler as expect_scheduler,
    )
    from .steps import (
        MODULES as MODULES,
        executor_name as executor_name,
    )
    from .threads import (
        VARIABLES as VARIABLES,
        Threads as Threads,
    )
    from .trainer import (
        Trainer as Trainer,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "agreement": "expect_same",
            "averaging": "ExponentialMovingAverage",
            "callbacks": "training_plugins",
            "early_stopping": "EarlyStopping",
            "evaluate": "Measurement evaluate_samples forward_chunks measure",
            "expectations": "expect_batch_statistics",
            "fit_options": "FitOptions",
            "frozen": "trained_part",
            "history": "EpochReport History",
            "interruption": "Interruption",
            "learning_rate": "Scheduler expect_scheduler",
            "steps": "MODULES executor_name",
            "threads": "VARIABLES Threads",
            "trainer": "Trainer",
        },
    )
