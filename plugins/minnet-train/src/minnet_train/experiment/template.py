"""`experiment_text`: an experiment that fits given data, as TOML to start one's own from."""

from __future__ import annotations

import json
import re
from typing import Any

from attrs import evolve

from ..errors import DataError
from .experiment import DataConfig
from .prepared_data import LearningData

_TEXT = """\
# {name}: {rows:,} rows, {width} of the network, {what}.
# `minnet layers`, `criterions`, `optimizers` and `datasets` list what else can be named here.

seed = 0          # decides what is held out, the first weights, the order of samples
epochs = 20       # how often each training sample is seen
batch_size = 64   # samples in a step
output = {output}

model = [
    {{ class = "Linear", n_in = {inputs}, n_out = {hidden} }},
    {{ class = "ReLU" }},
    {{ class = "Linear", n_in = {hidden}, n_out = {hidden} }},
    {{ class = "ReLU" }},
    {{ class = "Linear", n_in = {hidden}, n_out = {outputs} }},
{last_layer}]
criterion = {{ class = "{criterion}" }}
optimizer = {{ class = "Adam", lr = 1e-3 }}

[data]
source = {source}
{options}test_fraction = 0.2         # held out for `minnet evaluate`
validation_fraction = 0.1   # looked at after every epoch
"""

HIDDEN = 64
"""Units of each of the two hidden layers."""


def experiment_text(data: DataConfig, folder: str, output: str) -> str:
    """Write an experiment: two hidden layers that are as wide at both ends as the data want.

    A path in it is relative to the folder that the experiment will be in; ``data`` has it as it is from here.

    Args:
        data: names the source; the rest is found out.
        folder: of the experiment.
        output: where the model will be written.

    Raises:
        ExperimentError: if there is no such source.
        DataError: if the data cannot be used.
    """
    data = evolve(data, standardize=True, validation_fraction=0.1)
    try:
        learned = LearningData.load(data, 0)
    except DataError:
        data = evolve(data, missing="mean")
        learned = LearningData.load(data, 0)
    fills = data.missing == "mean"
    (inputs,), outputs, classes = learned.training.inputs_shape, learned.training.outputs, learned.dataset.classes
    options = {
        **({} if data.target is None else {"target": json.dumps(data.target, ensure_ascii=False)}),
        **({"missing": '"mean"   # of the rows that are trained on, for cells that are empty'} if fills else {}),
        "standardize": "true",
        **({} if classes else {"standardize_targets": "true"}),
    }
    return _TEXT.format(
        name=learned.dataset.name,
        rows=len(learned.dataset.features),
        width="1 input" if inputs == 1 else f"{inputs} inputs",
        what=f"{len(classes)} classes" if classes else f"{outputs} number{'s' * (outputs != 1)} to predict",
        output=json.dumps(output, ensure_ascii=False),
        inputs=inputs,
        hidden=HIDDEN,
        outputs=outputs,
        last_layer='    { class = "LogSoftMax" },\n' if classes else "",
        criterion="ClassNLLCriterion" if classes else "MSECriterion",
        source=_toml(data.seen_from(folder).source),
        options="".join(f"{key} = {value}\n" for key, value in options.items()),
    )


def _toml(value: Any) -> str:
    """Write a value of a source on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
