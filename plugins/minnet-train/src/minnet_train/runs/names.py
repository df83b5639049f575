"""What the files and folders of a run are called."""

from __future__ import annotations

RUNS = "runs"
"""The folder that runs are kept in, unless another is named."""

CONFIG = "config.json"
VERSIONS = "versions.json"
METRICS = "metrics.jsonl"
CHECKPOINTS = "checkpoints"
HISTORY = "history.jsonl"
TENSORBOARD = "tensorboard"
SOURCES = "sources"
START = "start.safetensors"
BEST = "best.safetensors"
MODEL = "model.safetensors"
LOCK = "lock"

FORMAT = 1
"""Of a config: raised when a run of the old form can no longer be gone on with as one of the new."""
