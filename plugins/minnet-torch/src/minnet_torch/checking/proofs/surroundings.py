"""What is around a layer: PyTorch's settings and generator, other threads, and a second backward."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Thread
from types import CodeType, FrameType
from typing import Any

import numpy as np
import torch

from minnet_core.nn import Tensor
from minnet_core.testing import Batch, Trial, fail, format_number, is_floating, map_arrays, skip

from ...isolation import beside_torch
from ..generators import seeded
from ..layer import TorchLayer, arrays_of
from ..subjects import FunctionSubject, ModuleSubject
from .running import SEED, layer_seeded, layers, outputs_of, ready, start, tensors_of, twin

PATIENCE = 1.0
"""How many seconds a pass in another thread may take; one that takes longer waits for a lock."""

STEP = 1e-4
"""Of differences, relative to numbers of about 1."""


def pytorch_is_left_as_it_was(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        states = []
        for seed in (1, 2):
            with beside_torch():
                torch.default_generator.manual_seed(seed)
                before = _settings()
                ran = layer.run(batch.input)
                ran.backward(batch.second, list(tensors_of(layer, ran).values()))
                states.append(torch.get_rng_state())
                after = _settings()
                _put_back(before)
            for name, value in before.items():
                if after[name] != value:
                    fail(
                        f"{name}: expected {value} after a pass, {mode} mode, received {after[name]}", level="weakness"
                    )
        if torch.equal(*states):
            fail(f"a pass, {mode} mode: expected PyTorch's generator to go on from where it was, the pass seeds it")


def other_threads_may_evaluate(trial: Trial) -> None:
    """Prove what the check of this name says."""
    if trial.is_stochastic and not trial.repeatable_modes:
        skip("it draws random numbers, in every pass")
    layer = ready(trial.fresh("evaluate"))
    batch, other = trial.batch("evaluate"), trial.batch("evaluate").repeated(2)
    with layer_seeded(layer, SEED):
        expected = outputs_of(layer.run(batch.input))
        places: list[tuple[CodeType, int]] = []
        _traced(layer, batch.input, lambda frame: places.append((frame.f_code, frame.f_lineno)))
        for place in dict.fromkeys(places):
            meanwhile = _Meanwhile(place, layer, other.input)
            received = _traced(layer, batch.input, meanwhile)
            if received is None or any(not np.array_equal(received[name], array) for name, array in expected.items()):
                fail(
                    f"output, eval mode: another thread's forward changes it, at line {place[1]}, in "
                    f"{place[0].co_name}; "
                    "expected local "
                    "variables, or ctx, and nothing in self or on the class"
                )


def a_second_backward_is_right_or_refused(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        if not any(map(is_floating, arrays_of(batch.input))):
            skip("it takes integers, which have no gradient")
        step = trial.gradOutput(batch.input)
        try:
            value, weights, analytic = _second(twin(layer), batch, None, step)
        except RuntimeError:  # which is a refusal
            continue
        slopes = []
        for size in (STEP, STEP / 4):
            ends = [_second(twin(layer), _moved(batch, step, sign * size), weights, None)[0] for sign in (1.0, -1.0)]
            slopes.append((ends[0] - ends[1]) / (2 * size))
        margin = 1e-4 * max(abs(analytic), abs(slopes[1])) + 1e-6 * (1 + abs(value))
        if abs(slopes[0] - slopes[1]) <= margin < abs(analytic - slopes[1]):  # else a kink is near
            fail(
                f"the gradient of the gradient, {mode} mode, {batch}: analytic {format_number(analytic)}, numeric "
                f"{format_number(slopes[1])}, along a direction; backward may be run once only: once_differentiable "
                "says so"
            )


def _second(
    layer: TorchLayer, batch: Batch, weights: list[torch.Tensor] | None, step: Tensor
) -> tuple[float, list[torch.Tensor], float]:
    """A weighted sum of the gradients, its weights, and its slope along a step of the input by autograd.

    They are those of a loss with a square in it: what goes back then depends on the input by itself, so that autograd
    goes on where backward goes round what forward has computed, and misses only that.
    """
    ran = start(layer, batch.input)
    tensors = list(tensors_of(layer, ran).values())
    pairs = [
        (output, torch.from_numpy(np.array(array, order="C")))
        for output, array in zip(ran.outputs, arrays_of(batch.second), strict=True)
        if output.requires_grad
    ]
    with seeded(0, is_noticed=False):
        loss = torch.stack([(g * output + output * output / 2).sum() for output, g in pairs]).sum()
        found = torch.autograd.grad(loss, tensors, create_graph=True, allow_unused=True)
        gradients = [torch.zeros_like(of) if each is None else each for each, of in zip(found, tensors, strict=True)]
        if weights is None:
            weights = [torch.randn_like(each) for each in gradients]
        total = torch.stack([(one * two).sum() for one, two in zip(gradients, weights, strict=True)]).sum()
        if step is None:
            return float(total), weights, 0.0
        # Not to the leaves alone: once_differentiable raises where autograd comes by, which is on no way to them.
        torch.autograd.backward(total)
        slopes = [leaf.grad for leaf in ran.leaves]
    steps = [array for array, each in zip(arrays_of(step), ran.given, strict=True) if each.leaf is not None]
    along = sum(float((each.numpy() * a).sum()) for each, a in zip(slopes, steps, strict=True) if each is not None)
    return float(total), weights, along


def _moved(batch: Batch, step: Tensor, size: float) -> Batch:
    moved = map_arrays(lambda a, by: a + size * by if is_floating(a) else a, batch.input, step)
    return Batch(moved, batch.second)


def _settings() -> dict[str, Any]:
    return {
        "torch.get_default_dtype()": torch.get_default_dtype(),
        "torch.is_grad_enabled()": torch.is_grad_enabled(),
        "torch.get_num_threads()": torch.get_num_threads(),
        "torch.are_deterministic_algorithms_enabled()": torch.are_deterministic_algorithms_enabled(),
    }


def _put_back(settings: dict[str, Any]) -> None:
    torch.set_default_dtype(settings["torch.get_default_dtype()"])
    torch.set_grad_enabled(settings["torch.is_grad_enabled()"])
    if torch.get_num_threads() != settings["torch.get_num_threads()"]:
        torch.set_num_threads(settings["torch.get_num_threads()"])
    torch.use_deterministic_algorithms(settings["torch.are_deterministic_algorithms_enabled()"])


class _Meanwhile:
    """Runs a pass in another thread when the first comes to a line for the first time."""

    def __init__(self, place: tuple[CodeType, int], layer: TorchLayer, input: Tensor) -> None:
        self.place: tuple[CodeType, int] | None = place
        self.layer, self.input = layer, input

    def __call__(self, frame: FrameType) -> None:
        if self.place == (frame.f_code, frame.f_lineno):
            self.place = None
            thread = Thread(target=self._run, daemon=True)
            thread.start()
            thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            self.layer.run(self.input)
        except Exception:  # the pass that it interrupts is the one to be judged
            return


def _traced(layer: TorchLayer, input: Tensor, notify: Callable[[FrameType], object]) -> dict[str, Any] | None:
    """Run a pass that tells of each line of the class's own file before it runs; None if the pass raises."""
    subject = layer.runner.subject
    classes = [subject.cls] if isinstance(subject, FunctionSubject) else []
    if isinstance(subject, ModuleSubject):
        classes = [type(each) for each in subject.module.modules()]
    files = {getattr(sys.modules.get(cls.__module__), "__file__", None) for cls in classes}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            notify(frame)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return outputs_of(layer.run(input))
    except Exception:  # of shapes, as likely as not, that do not fit
        return None
    finally:
        sys.settrace(before)
