"""`experiment_text`: an experiment that fits given data, as TOML to start one's own from."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from attrs import evolve

from minnet_core.support import printable

from ..data import Columns, Dataset, Pixels, chunks
from .prepared_data import checked_split
from .table_source import FittedSource

_TEXT = """\
# {name}: {rows:,} rows, {width} of the network, {what}.
# `minnet layers`, `criterions`, `optimizers` and `datasets` list what else can be named here.

seed = 0          # decides what is held out, the first weights, the order of samples
epochs = {epochs}      # how often each training sample is seen at most
early_stopping = {{ patience = {patience} }}   # so many epochs without a smaller validation loss; the best one is kept
batch_size = {size}   # {samples}
output = {output}

model = [
{layers}{last_layer}]
criterion = {{ class = "{criterion}" }}
optimizer = {{ class = "Adam", lr = 1e-3 }}
{augmentations}
[data]
{told}source = {source}
{options}test_fraction = 0.2         # held out for `minnet evaluate`
validation_fraction = 0.1   # looked at after every epoch
"""

_DENSE = """\
    {{ class = "Linear", n_in = {inputs}, n_out = {hidden} }},
    {{ class = "ReLU" }},
    {{ class = "Linear", n_in = {hidden}, n_out = {hidden} }},
    {{ class = "ReLU" }},
    {{ class = "Linear", n_in = {hidden}, n_out = {outputs} }},
"""

_CONVOLUTION = """\
    {{ class = "Conv2d", in_channels = {received}, out_channels = {given}, kernel_size = 3, padding = 1 }},
    {{ class = "BatchNormalization", alpha = 0.9, axis = 1 }},
    {{ class = "ReLU" }},
"""

_POOL = """\
    { class = "MaxPool2d", kernel_size = 2 },
"""

_TOP = """\
    {{ class = "Flatten", start_dim = 1 }},
    {{ class = "Dropout", p = 0.3 }},
    {{ class = "Linear", n_in = {inputs}, n_out = {outputs} }},
"""

_SHIFT = """\
augmentations = [{ class = "Shift", pixels = 1 }]   # of the images that are trained on; Flip mirrors them
"""

CHANNELS = (16, 32, 64, 64, 64, 64)
"""Of each convolution of a network for images, before each of which but the first the image is halved."""

SMALL = 8
"""An image of fewer pixels a side is not halved any more."""

HIDDEN = 64
"""Units of each of the two hidden layers."""

SMALLEST, LARGEST = 32, 1024
"""Samples in a step."""

FEWEST, MOST = 20, 200
"""Epochs, if there is no reason to stop before."""

SEEN = 2_000_000
"""So many samples are seen in all, unless that would be fewer than the fewest epochs."""


def experiment_text(source: FittedSource, folder: str, output: str) -> str:
    """Write an experiment: two hidden layers that are as wide at both ends as the data want; for images convolutions.

    A path in it is relative to the folder that the experiment will be in; ``source`` has it as it is from here.

    Args:
        source: names the data; the rest is found out.
        folder: of the experiment.
        output: where the model will be written.

    Raises:
        DataError: if the data cannot be used.
    """
    dataset = source.dataset
    fills = dataset.features.dtype.kind == "f" and any(np.isnan(part).any() for part in chunks(dataset.features))
    columns = Columns.of(dataset)
    data = evolve(source.data, standardize=True, validation_fraction=0.1, missing="mean" if fills else "error")
    checked_split(dataset, data, 0)
    classes, rows = dataset.classes, len(dataset)
    inputs, outputs = columns.width, len(classes) or dataset.targets.shape[1]
    options = {
        **({} if data.target is None else {"target": _toml(data.target)}),
        **({"missing": '"mean"   # of the rows that are trained on, for cells that are empty'} if fills else {}),
        **_scaling(dataset),
        **({} if classes else {"standardize_targets": "true"}),
    }
    told = (*map(str, source.options), *dataset.notes, *source.notes)
    size, epochs = batch_size(rows), min(MOST, max(FEWEST, SEEN // rows))
    return _TEXT.format(
        name=printable(dataset.name),
        rows=rows,
        width=_width(columns),
        what=f"{len(classes)} classes" if classes else f"{outputs} number{'s' * (outputs != 1)} to predict",
        epochs=epochs,
        patience=max(5, epochs // 10),
        size=size,
        samples="samples in a step"
        if size == SMALLEST
        else f"samples in a step, more than {SMALLEST} for {rows:,} rows",
        output=_toml(output),
        layers=_dense(inputs, outputs) if columns.image is None else _convolutions(columns.image, outputs),
        augmentations="" if columns.image is None else _SHIFT,
        last_layer='    { class = "LogSoftMax" },\n' if classes else "",
        criterion="ClassNLLCriterion" if classes else "MSECriterion",
        told="".join(f"# {printable(line, 300)}\n" for line in told),
        source=_toml(data.seen_from(folder).source),
        options="".join(f"{key} = {value}\n" for key, value in options.items()),
    )


def _width(columns: Columns) -> str:
    if columns.image is not None:
        return f"{columns.image}, the input"
    return "1 input" if columns.width == 1 else f"{columns.width} inputs"


def _scaling(dataset: Dataset) -> dict[str, str]:
    """Say how numbers are brought to a size that a network learns well with: bytes of images to 0 to 1."""
    if dataset.image is not None and dataset.features.dtype == np.uint8:
        return {"scale": "255   # numbers of 0 to 255 become 0 to 1"}
    return {"standardize": "true"}


def _dense(inputs: int, outputs: int) -> str:
    return _DENSE.format(inputs=inputs, hidden=HIDDEN, outputs=outputs)


def _convolutions(image: Pixels, outputs: int) -> str:
    """Write layers of minnet-conv, which halve an image until it is small."""
    text, received, height, width = "", image.channels, image.height, image.width
    for given in CHANNELS:
        text += _CONVOLUTION.format(received=received, given=given)
        received = given
        if min(height, width) < SMALL:
            break
        text, height, width = text + _POOL, height // 2, width // 2
    return text + _TOP.format(inputs=received * height * width, outputs=outputs)


def batch_size(rows: int) -> int:
    """Choose how many samples a step takes: of many rows more, for a step costs what it costs.

    >>> batch_size(1000), batch_size(1_000_000)
    (32, 1024)
    """
    size = SMALLEST
    while size < LARGEST and size * 1000 < rows:
        size *= 2
    return size


def _toml(value: Any) -> str:
    """Write a value of a source on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _toml(key)
