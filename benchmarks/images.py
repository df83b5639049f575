"""A small convolutional network beside PyTorch's: a training step, inference of one image, and memory.

    python benchmarks/images.py

Two convolutions with 3 x 3 kernels, to 16 and to 32 channels, each with ReLU and maximum pooling, and a linear layer;
64 images of 28 x 28, SGD with momentum, one thread. Each peer runs in processes of its own, by turns.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

BATCH, ROUNDS = 64, 7
PEERS = {
    "modules": "minnet, NumPy alone",
    "numpy": "minnet, compiled, NumPy alone",
    "twins": "minnet, modules with minnet-fast",
    "fast": "minnet, compiled, minnet-fast",
    "torch": "PyTorch eager, fused SGD",
}
Passes = tuple[Callable[[], Any], Callable[[], Any]]
"""A step of training, and inference of one image."""


def minnet(peer: str, x: Any, classes: Any) -> Passes:
    """Make what is measured of minnet."""
    from minnet_conv import Conv2d, Flatten, MaxPool2d
    from minnet_core import Sequential, compile, fuse
    from minnet_criterions import ClassNLLCriterion
    from minnet_layers import Linear, LogSoftMax, ReLU
    from minnet_optimizers import SGD

    model = Sequential(
        *(Conv2d(1, 16, 3, rng=1), ReLU(), MaxPool2d(2)),
        *(Conv2d(16, 32, 3, rng=2), ReLU(), MaxPool2d(2)),
        *(Flatten(1), Linear(800, 10, rng=3), LogSoftMax()),
    )
    criterion, optimizer = ClassNLLCriterion(), SGD(model, lr=1e-3, momentum=0.9)
    predicting = fuse(model)
    if peer == "twins":
        from minnet_fast import accelerate

        for part in (model, criterion, optimizer, predicting):
            accelerate(part)
    if peer in ("numpy", "fast"):
        compiled = compile(model, criterion, optimizer, executor=peer)
        predict = compile(predicting, executor=peer)
        return lambda: compiled.step(x, classes), lambda: predict.forward(x[:1])

    def step() -> None:
        output = model.forward(x)
        criterion.forward(output, classes)
        model.zeroGradParameters()
        model.backwardParameters(x, criterion.backward(output, classes))
        optimizer.step()

    return step, lambda: predicting.forward(x[:1])


def pytorch(x: Any, classes: Any) -> Passes:
    """Make what is measured of PyTorch."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    model = nn.Sequential(
        *(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(800, 10)),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, fused=True)
    criterion, images, target = nn.CrossEntropyLoss(), torch.from_numpy(x), torch.from_numpy(classes)

    def step() -> None:
        optimizer.zero_grad()
        criterion(model(images), target).backward()
        optimizer.step()

    def predict() -> None:
        with torch.inference_mode():
            model(images[:1])

    return step, predict


def measure(peer: str) -> dict[str, float]:
    """Measure a peer in this process."""
    rng = np.random.default_rng(0)
    x, classes = rng.standard_normal((BATCH, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, BATCH)
    step, predict = pytorch(x, classes) if peer == "torch" else minnet(peer, x, classes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {"step": seconds(step, 20), "inference": seconds(predict, 200)}
    return found | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}


def seconds(function: Callable[[], Any], times: int) -> float:
    """The median of some calls."""
    taken = []
    for _ in range(times + 3):
        begun = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[3:])


def main() -> None:
    """Measure all by turns, and print a line for each."""
    environment = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MINNET_DISABLE_PLUGINS": "minnet-torch",
    }
    rounds = [
        {
            peer: json.loads(subprocess.check_output([sys.executable, __file__, peer], env=environment, text=True))
            for peer in PEERS
        }
        for _ in range(ROUNDS)
    ]
    print(f"{'':36}{'step':>9}{'':>8}{'one image':>12}{'':>8}{'growth of peak':>17}")
    for peer, title in PEERS.items():
        cells = []
        for kind, unit, scale in (("step", "ms", 1e3), ("inference", "us", 1e6)):
            value = statistics.median(each[peer][kind] for each in rounds) * scale
            ratio = statistics.median(each[peer][kind] / each["torch"][kind] for each in rounds)
            cells.append(f"{value:8.3g} {unit} ({ratio:.2f})")
        memory = statistics.median(each[peer]["memory"] for each in rounds) / 1024
        print(f"{title:36}{'  '.join(cells)}{memory:12.1f} MiB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
