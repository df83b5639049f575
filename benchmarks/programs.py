"""Whole programs beside each other: ``python -m benchmarks.programs``.

``minnet train`` on the digits and on a table of a million rows, against scikit-learn's MLP and a plain PyTorch loop,
which read the same file, train the same network for as many epochs with as many samples a step, and measure themselves
on a fifth of the data. Each is a process of its own: what is told is the time of the whole program, from its start to
its end, the peak of its memory, and the number that it reaches: accuracy, or R2.
Those that are not installed are left out. With ``--json FILE`` the figures are written there too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from attrs import asdict, frozen

from .table_files import write

DIGITS = {"columns": 64, "outputs": 10, "hidden": (256, 128), "epochs": 40, "batch": 64, "lr": 3e-3}
TABLE = {"columns": 9, "outputs": 1, "hidden": (64, 64), "epochs": 3, "batch": 1024, "lr": 1e-3}

EXPERIMENT = """
seed = 0
epochs = {epochs}
batch_size = {batch}
output = "model.safetensors"
model = [
    {{ class = "Linear", n_in = {columns}, n_out = {first} }}, {{ class = "ReLU" }},
    {{ class = "Linear", n_in = {first}, n_out = {second} }}, {{ class = "ReLU" }},
    {{ class = "Linear", n_in = {second}, n_out = {outputs} }},{end}
]
criterion = {{ class = "{criterion}" }}
optimizer = {{ class = "Adam", lr = {lr} }}
[data]
test_fraction = 0.2
validation_fraction = 0
{data}
"""

MINNET = """
import contextlib, io, json, sys
import minnet_core.cli.main as m
def run(*arguments):
    sys.argv = ["minnet", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as told:
        try:
            m.main()
        except SystemExit as end:
            if end.code:
                raise
    return told.getvalue()
run("train", "experiment.toml", "--no-run", "--force")
metrics = json.loads(run("evaluate", "model.safetensors", "--json"))
print("score", metrics["accuracy" if "accuracy" in metrics else "r2"])
"""

READ = """
import numpy as np
from sklearn.model_selection import train_test_split
if spec["outputs"] > 1:
    from sklearn.datasets import load_digits
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype(np.float32)
else:
    import pandas
    table = pandas.read_csv("rows.csv")
    x, y = table.iloc[:, :-1].to_numpy(np.float32), table.iloc[:, -1].to_numpy(np.float32)
parts = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y if spec["outputs"] > 1 else None)
x, x_test, y, y_test = parts
if spec["outputs"] == 1:
    mean, deviation, middle, scale = x.mean(0), x.std(0), y.mean(), y.std()
    x, x_test = (x - mean) / deviation, (x_test - mean) / deviation
    y, y_test = (y - middle) / scale, (y_test - middle) / scale
"""

SKLEARN = (
    READ
    + """
from sklearn.neural_network import MLPClassifier, MLPRegressor
options = dict(hidden_layer_sizes=spec["hidden"], batch_size=spec["batch"], learning_rate_init=spec["lr"], alpha=0,
               max_iter=spec["epochs"], n_iter_no_change=10**6, random_state=0)
import warnings; warnings.simplefilter("ignore")
model = (MLPClassifier if spec["outputs"] > 1 else MLPRegressor)(**options).fit(x, y)
print("score", model.score(x_test, y_test))
"""
)

TORCH = (
    READ
    + """
import torch
from torch import nn
torch.manual_seed(0)
first, second = spec["hidden"]
model = nn.Sequential(nn.Linear(spec["columns"], first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(),
                      nn.Linear(second, spec["outputs"]))
loss_of = nn.CrossEntropyLoss() if spec["outputs"] > 1 else nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), spec["lr"], fused=True)
inputs = torch.from_numpy(x)
targets = torch.from_numpy(y) if spec["outputs"] > 1 else torch.from_numpy(y)[:, None]
for _ in range(spec["epochs"]):
    for rows in torch.randperm(len(inputs)).split(spec["batch"]):
        loss = loss_of(model(inputs[rows]), targets[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
with torch.inference_mode():
    output = model(torch.from_numpy(x_test)).numpy()
if spec["outputs"] > 1:
    print("score", (output.argmax(1) == y_test).mean())
else:
    print("score", 1 - ((output[:, 0] - y_test) ** 2).mean() / y_test.var())
"""
)

PROGRAMS = {
    "minnet": (MINNET, ("minnet_train",)),
    "scikit-learn": (SKLEARN, ("sklearn", "pandas")),
    "PyTorch": (TORCH, ("torch", "sklearn", "pandas")),
}
"""Name -> what it runs, and what must be installed."""


@frozen
class Program:
    """What a program takes.

    Attributes:
        task: ``digits`` or ``table``.
        name: of the program.
        seconds: on the clock.
        memory: bytes at most.
        score: accuracy, or R2, on what was held out.
    """

    task: str
    name: str
    seconds: float
    memory: float
    score: float


def write_experiment(folder: Path, spec: dict[str, object], data: str) -> None:
    """Write the experiment of minnet, for one of the two."""
    classifies = spec["outputs"] != 1
    first, second = spec["hidden"]  # type: ignore[misc]
    text = EXPERIMENT.format(
        **spec,
        first=first,
        second=second,
        end='\n    { class = "LogSoftMax" },' if classifies else "",
        criterion="ClassNLLCriterion" if classifies else "MSECriterion",
        data=data,
    )
    (folder / "experiment.toml").write_text(text, "utf-8")


def run(task: str, name: str, folder: Path, spec: dict[str, object]) -> Program:
    """Run a program to its end."""
    code = f"spec = {spec!r}\n{PROGRAMS[name][0]}"
    start = perf_counter()
    with subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        told = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} on {task}: exit code {process.returncode}")
    return Program(task, name, seconds, used.ru_maxrss * 1024.0, float(told.rpartition("score")[2]))


def measure(rows: int) -> list[Program]:
    """Run all that is installed.

    Args:
        rows: of the table.
    """
    known = [name for name, (_, needed) in PROGRAMS.items() if all(map(find_spec, needed))]
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "rows.csv", rows, 10)
        found = []
        for task, spec, data in (
            ("digits", DIGITS, 'source = "digits"\nscale = 16.0'),
            ("table", TABLE, 'source = "rows.csv"\nstandardize = true\nstandardize_targets = true'),
        ):
            write_experiment(folder, spec, data)
            found += [run(task, program, folder, spec) for program in known]
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the table")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    found = measure(options.rows)
    print(f"{'':10}{'':14}{'seconds':>10}{'MB':>8}{'score':>10}")
    for each in found:
        print(f"{each.task:10}{each.name:14}{each.seconds:>10.2f}{each.memory / 1e6:>8.0f}{each.score:>10.4f}")
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(each) for each in found], indent=1), "utf-8")


if __name__ == "__main__":
    main()
