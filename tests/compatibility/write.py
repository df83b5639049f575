"""Writes `files`, which `test_compatibility.py` reads: ``python tests/compatibility/write.py``.

The files there were written by minnet 0.1.0 at commit bbd27d7 and stay as they are: what is written anew proves nothing
about files that users have.
A new format gets a folder of its own beside `files`, written by the version before it.

All paths in them are relative; what a run says of the machine that it was begun on is reduced to what minnet needs.
"""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from minnet_core import Module, Sequential, fuse, hookimpl, load, save
from minnet_layers import (
    ELU,
    BatchNormalization,
    ChannelwiseScaling,
    Dropout,
    LeakyReLU,
    Linear,
    LogSoftMax,
    ReLU,
    SoftMax,
    SoftPlus,
)
from minnet_train import Run, Session, Trainer, read_experiment

FILES = Path(__file__).parent / "files"
INTERRUPTED = 15
"""The last step of which the run has a checkpoint, amid its third epoch."""
BEGUN_IN = "/where/it/was/begun"
"""What `config.json` of the run has instead of the folder of this machine; a test puts its own in."""
DISTRIBUTIONS = ("minnet-core", "minnet-criterions", "minnet-layers", "minnet-optimizers", "minnet-train", "numpy")

CLASSES = """\
seed = 7
epochs = 4
batch_size = 8
output = "classes.safetensors"
schedule = { class = "WarmUp", steps = 5, after = { class = "CosineDecay", per = "step" } }
metrics = ["Accuracy", { class = "TopK", k = 2 }, "ConfusionMatrix"]
clip_norm = 2.0
clip_value = 0.5
checkpoint_every = 5
keep = 100
early_stopping = { patience = 3, metric = "validation_loss", mode = "min", min_delta = 1e-4, restore_best = true }
model = [
    { class = "Linear", n_in = 5, n_out = 8 },
    { class = "BatchNormalization", alpha = 0.9 },
    { class = "ChannelwiseScaling", n_out = 8 },
    { class = "ELU", alpha = 0.5 },
    { class = "Dropout", p = 0.2 },
    { class = "Sequential", modules = [{ class = "Linear", n_in = 8, n_out = 3 }, { class = "LogSoftMax" }] },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 5e-2 }

[data]
source = "flowers.csv"
target = "species"
weights = "count"
missing = "mean"
test_fraction = 0.25
validation_fraction = 0.2
scale = 2.0
standardize = true
class_weights = { setosa = 2.0, virginica = 0.5 }
"""

REGRESSION = """\
epochs = 2
output = "regression.safetensors"
model = [{ class = "Linear", n_in = 4, n_out = 6 }, { class = "SoftPlus" }, { class = "Linear", n_in = 6, n_out = 2 }]
criterion = { class = "MSECriterion" }
optimizer = { class = "SGD", lr = 0.02, momentum = 0.9, nesterov = true }

[data]
source = { class = "Csv", path = "flowers.csv", target = ["length", "width"], ignore = ["species"] }
missing = "mean"
standardize = true
standardize_targets = true
"""

AUTOENCODER = """\
epochs = 2
output = "autoencoder.safetensors"
model = [{ class = "Linear", n_in = 2, n_out = 1 }, { class = "Linear", n_in = 1, n_out = 2 }]
criterion = { class = "MSECriterion" }
optimizer = { class = "RMSprop" }
metrics = ["MAE"]

[data]
source = { class = "TwoMoons", n = 60, noise = 0.1 }
autoencode = true
"""

DIGITS = """\
epochs = 2
output = "digits.safetensors"
model = [{ class = "Linear", n_in = 64, n_out = 10 }, { class = "LogSoftMax" }]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "AdamW", lr = 1e-2, weight_decay = 0.01 }
data = { source = "digits", scale = 16.0, test_fraction = 0.5, class_weights = "balanced" }
"""

EXPERIMENTS = {"classes": CLASSES, "regression": REGRESSION, "autoencoder": AUTOENCODER, "digits": DIGITS}
PREDICTED = ("classes", "regression")
"""Models whose data are a file, the rows of which they can be asked about."""


def normalized() -> Sequential:
    """Make layers that fusing folds, with statistics of some batches."""
    rng = np.random.default_rng(1)
    model = Sequential(
        *(Linear(3, 8, rng=0), BatchNormalization(0.9), ChannelwiseScaling(8, rng=1), ELU(0.5)),
        *(Dropout(0.3, rng=2), Linear(8, 2, bias=False, rng=3), BatchNormalization(), LogSoftMax()),
    )
    for _ in range(3):
        model.forward((rng.standard_normal((16, 3)) * 3 + 1).astype(np.float32))
    return model


def evaluated(model: Module) -> Module:
    """Set a model to evaluation mode."""
    model.evaluate()
    return model


def shared() -> Sequential:
    """Make a model in which several layers have the same arrays."""
    first = Linear(3, 3, rng=0)
    return Sequential(first, ReLU(), Sequential(first.clone().share(first)), first.clone("W"))


def models() -> dict[str, tuple[Module, np.ndarray[Any, Any]]]:
    """Models of every kind, each with an input, whose output does not depend on chance."""
    x = np.random.default_rng(2).standard_normal((5, 3)).astype(np.float32)
    integers = np.arange(15, dtype=np.uint8).reshape(5, 3)
    functions = (ReLU(), LeakyReLU(0.1), ELU(), SoftPlus(), SoftMax(), SoftMax(axis=0), LogSoftMax())
    return {
        "linear": (Linear(3, 2, rng=0), x),
        "functions": (Sequential(*functions), x),
        "normalized": (evaluated(normalized()), x),
        "training": (Sequential(BatchNormalization(), Linear(3, 2, rng=0)), x),
        "images": (evaluated(Sequential(BatchNormalization(axis=1))), x.reshape(1, 5, 3)),
        "nested": (Sequential(Sequential(Linear(3, 4, rng=0), Sequential(ReLU())), Linear(4, 2, rng=1)), x),
        "shared": (shared(), x),
        "float64": (Sequential(Linear(3, 2, rng=0, dtype="float64"), SoftPlus()), x.astype(np.float64)),
        "float16": (evaluated(normalized().astype(np.float16)), x.astype(np.float16)),
        "fused": (fuse(normalized()), x),
        "fused-integers": (fuse(Sequential(Dropout(rng=0), ReLU(), BatchNormalization(), ReLU())), integers),
        "fused-inside": (evaluated(Sequential(fuse(normalized()), Linear(2, 2, rng=0))), x),
    }


def minnet(*arguments: str, cwd: Path) -> str:
    """Run the command; return what it prints."""
    command = [sys.executable, "-m", "minnet_core", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    return done.stdout


def write_models(folder: Path) -> None:
    """Write the models, and what they hold and give into files of NumPy's own."""
    for name, (model, x) in models().items():
        save(model, folder / f"{name}.safetensors", metadata={"name": name, "numbers": [1, 2.5]})
        arrays = {f"parameters/{key}": array for key, array in model.namedParameters().items()}
        arrays |= {f"buffers/{key}": array for key, array in model.namedBuffers().items() if array is not None}
        np.savez_compressed(folder / f"{name}.npz", x=x, y=model.forward(x), **arrays)


def write_data(path: Path) -> None:
    """Write a table with categories, weights and cells that are missing."""
    rng = random.Random(0)
    lines = ["length,width,soil,count,species"]
    for number in range(90):
        species = number % 3
        length, width = species + rng.gauss(0, 0.5), 2 - species + rng.gauss(0, 0.7)
        soil = rng.choice(["clay", "loam", "sand"]) if number % 10 else ""
        shown = f"{length:.2f}" if number % 13 else ""
        lines.append(f"{shown},{width:.2f},{soil},{rng.randint(1, 3)},{('setosa', 'versicolor', 'virginica')[species]}")
    # The targets of the regression must all be there.
    lines[1:] = [line if line[0] != "," else f"0.5{line}" for line in lines[1:]]
    path.write_text("\n".join(lines) + "\n")


class StopAt:
    """Ends a training after some step, as Ctrl-C would."""

    @hookimpl
    def minnet_step_end(self, trainer: Trainer) -> None:
        """Stop the trainer."""
        if trainer.step == INTERRUPTED:
            trainer.stop()


def write_run(folder: Path) -> None:
    """Write a run that is interrupted amid its third epoch, and tells nothing of this machine."""
    with contextlib.chdir(folder):
        run = Run.prepare(read_experiment("classes.toml"))
        run.trainer.callbacks.append(StopAt())
        with Session.begin(run, "run") as session:
            for _ in session.epochs():
                pass
            session.keep()
        np.savez_compressed("run.npz", **run.model.namedParameters())
    (folder / "run/lock").unlink()
    config = json.loads((folder / "run/config.json").read_text())
    config["folder"] = BEGUN_IN
    (folder / "run/config.json").write_text(json.dumps(config, indent=2) + "\n")
    (session,) = json.loads((folder / "run/versions.json").read_text())
    deciding = [name for name in session["deciding"] if name in DISTRIBUTIONS]
    session |= {"system": "", "processor": "", "threads": {}, "deciding": deciding}
    session["distributions"] = {name: session["distributions"][name] for name in deciding}
    (folder / "run/versions.json").write_text(json.dumps([session], indent=2) + "\n")


def write_trained(folder: Path) -> None:
    """Train models with the command, and write down what it says of them."""
    write_data(folder / "flowers.csv")
    told: dict[str, Any] = {}
    for name, experiment in EXPERIMENTS.items():
        (folder / f"{name}.toml").write_text(experiment)
        minnet("train", f"{name}.toml", "--no-run", cwd=folder)
        model = load(folder / f"{name}.safetensors")
        np.savez_compressed(folder / f"{name}.npz", **model.namedParameters())
        told[name] = {
            split: json.loads(minnet("evaluate", f"{name}.safetensors", "--split", split, "--json", cwd=folder))
            for split in ("test", "all")
        }
        if name in PREDICTED:
            asked = ("predict", f"{name}.safetensors", "flowers.csv", "--format", "jsonl")
            told[name]["predict"] = [json.loads(line) for line in minnet(*asked, cwd=folder).splitlines()[:10]]
    (folder / "told.json").write_text(json.dumps(told) + "\n")
    write_run(folder)


def main() -> None:
    """Write everything into a folder, `files` if none is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FILES
    folder.mkdir()
    write_models(folder)
    write_trained(folder)


if __name__ == "__main__":
    main()
