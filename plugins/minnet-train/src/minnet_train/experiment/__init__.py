"""Experiments: a TOML file, checked, and the components and data that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .align import (
        aligned as aligned,
        with_columns as with_columns,
    )
    from .all_rows import (
        AllRows as AllRows,
    )
    from .build import (
        build_augmentations as build_augmentations,
        build_criterion as build_criterion,
        build_metrics as build_metrics,
        build_model as build_model,
        build_optimizer as build_optimizer,
        build_schedule as build_schedule,
        check_components as check_components,
        check_metric_names as check_metric_names,
        check_not_judged as check_not_judged,
        components_of as components_of,
    )
    from .experiment import (
        ComponentConfig as ComponentConfig,
        DataConfig as DataConfig,
        Experiment as Experiment,
    )
    from .loading import (
        is_lost as is_lost,
        load_other as load_other,
        load_source as load_source,
        load_validation as load_validation,
        other_source as other_source,
    )
    from .model_card import (
        ModelCard as ModelCard,
    )
    from .own_files import (
        changed_files as changed_files,
        import_files as import_files,
    )
    from .prepared_data import (
        LearningData as LearningData,
        drawn_split as drawn_split,
        parted_columns as parted_columns,
    )
    from .record import (
        KEY as KEY,
        TrainingRecord as TrainingRecord,
    )
    from .setting import (
        Setting as Setting,
        key_path as key_path,
    )
    from .start import (
        Start as Start,
    )
    from .start_model import (
        StartModel as StartModel,
    )
    from .structure import (
        data_of_text as data_of_text,
        structure_experiment as structure_experiment,
        unstructure_experiment as unstructure_experiment,
    )
    from .table_source import (
        FittedSource as FittedSource,
        dialect_of as dialect_of,
        fitted_source as fitted_source,
    )
    from .template import (
        experiment_text as experiment_text,
    )
    from .toml_file import (
        ExperimentFile as ExperimentFile,
        read_experiment as read_experiment,
    )
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "all_rows": "AllRows",
            "align": "aligned with_columns",
            "build": "build_augmentations build_criterion build_metrics build_model build_optimizer "
            "build_schedule check_components check_metric_names check_not_judged components_of",
            "experiment": "ComponentConfig DataConfig Experiment",
            "loading": "is_lost load_other load_source load_validation other_source",
            "model_card": "ModelCard",
            "own_files": "changed_files import_files",
            "prepared_data": "LearningData drawn_split parted_columns",
            "record": "KEY TrainingRecord",
            "setting": "Setting key_path",
            "start": "Start",
            "start_model": "StartModel",
            "structure": "data_of_text structure_experiment unstructure_experiment",
            "table_source": "FittedSource dialect_of fitted_source",
            "template": "experiment_text",
            "toml_file": "ExperimentFile read_experiment",
        },
    )
