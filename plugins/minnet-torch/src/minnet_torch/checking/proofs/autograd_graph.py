"""What a layer does as a part of a graph: passes that overlap, tensors used twice, gradients that nobody wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from minnet_core import Array
from minnet_core.nn import Tensor
from minnet_core.testing import Batch, Trial, expect_equal, largest, map_arrays, skip

from ..generators import seeded
from ..layer import TorchLayer, arrays_of, attribute_of
from ..passes import Pass
from .running import (
    SEED,
    as_array,
    clear,
    gradients_alone,
    gradients_of,
    input_keys,
    layer_seeded,
    layers,
    outputs_of,
    start,
    tensors_of,
    trained,
    twin,
)


def passes_may_overlap(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, one in layers(trial):
        other = trial.batch(mode)
        alone = []
        for batch in (one, other):
            single = twin(layer)
            ran = start(single, batch.input)
            alone.append((outputs_of(ran), gradients_of(single, [(ran, batch.second)])))
        first, second = start(layer, one.input), start(layer, other.input)
        received = gradients_of(layer, [(first, one.second)])
        expect_equal(
            received, alone[0][1], f"of a pass whose backward comes after another forward, {mode} mode", rtol=1e-9
        )
        if _are_near(outputs_of(second), alone[1][0]):  # else the first pass has moved statistics that count in it
            received = gradients_of(layer, [(second, other.second)])
            expect_equal(received, alone[1][1], f"of two passes before their backwards, {mode} mode", rtol=1e-9)


def gradients_of_two_uses_add_up(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        once = gradients_alone(layer, batch)
        doubled = {name: 2 * array for name, array in once.items()}
        ran = start(layer, batch.input)
        if any(each.tensor.grad_fn is not each.grad_fn for each in ran.given):
            skip("it changes its input in place, as it says")
        if received := _of_sum_of_passes(layer, batch):
            expect_equal(received, doubled, f"of an input that two passes use, {mode} mode", rtol=1e-9)
        ran = start(layer, batch.input)
        leaves, outputs = [each.leaf for each in ran.given], ran.outputs
        if (
            len(outputs) != 1
            or leaves[0] is None
            or leaves[0].shape != outputs[0].shape
            or not outputs[0].requires_grad
        ):
            continue
        sent = torch.from_numpy(np.array(arrays_of(batch.second)[0], order="C"))
        original = sent.numpy().copy()
        with seeded(0, is_noticed=False):
            torch.autograd.backward([ran.given[0].tensor + outputs[0]], [sent], inputs=[leaves[0]])
        name = next(iter(tensors_of(layer, ran)))
        expected = once[name] + original
        expect_equal({name: as_array(leaves[0])}, {name: expected}, f"of x + f(x), {mode} mode", rtol=1e-9)


def a_sum_sends_back_what_ones_do(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        ones = map_arrays(np.ones_like, batch.second)
        expected = gradients_alone(layer, Batch(batch.input, ones))
        ran = start(layer, batch.input)
        tensors = tensors_of(layer, ran)
        floating = [each for each in ran.outputs if each.requires_grad]
        if not floating or not tensors:
            skip("there is nothing to go back to")
        with seeded(0, is_noticed=False):
            clear(tensors.values())
            torch.autograd.backward([each.sum() for each in floating], inputs=list(tensors.values()))
        received = {name: as_array(each) for name, each in tensors.items()}
        clear(tensors.values())
        expect_equal(received, expected, f"of output.sum().backward(), {mode} mode", rtol=1e-9)


def gradients_handed_out_stay(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        ran = start(layer, batch.input)
        held = _handed_out(layer, ran, batch.second)
        kept = {name: each.numpy().copy() for name, each in held.items()}
        other = trial.batch(mode)
        _handed_out(layer, start(layer, other.input), other.second)
        _handed_out(layer, ran, map_arrays(np.negative, batch.second))
        expect_equal(
            {name: each.numpy() for name, each in held.items()}, kept, f"after later passes, {mode} mode", rtol=0
        )


def gradients_come_one_by_one(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        expected = gradients_alone(layer, batch)
        ends = [index for index, each in enumerate(start(layer, batch.input).outputs) if each.requires_grad]
        if len(expected) < 2 and len(ends) < 2:
            skip("there is a single tensor that has a gradient, and a single one that sends one back")
        for name in expected if len(expected) > 1 else ():
            expect_equal(
                {name: _alone(layer, batch, name)},
                {name: expected[name]},
                f"where nothing else needs a gradient, {mode} mode",
                rtol=1e-9,
            )
        for index in ends if expected and len(ends) > 1 else ():
            expect_equal(
                *_of_one_output(layer, batch, index),
                f"where nothing but output[{index}] is used, {mode} mode",
                rtol=1e-9,
            )


def output_is_the_same_without_gradients(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        expected = outputs_of(start(twin(layer), batch.input))
        without = [False] * len(arrays_of(batch.input))
        plain = twin(layer)
        expect_equal(
            outputs_of(start(plain, batch.input, without)), expected, f"of inputs that need no gradient, {mode} mode"
        )
        quiet = twin(layer)
        with layer_seeded(quiet, SEED), torch.no_grad():
            ran = quiet.run(batch.input, without)
        expect_equal(outputs_of(ran), expected, f"under torch.no_grad(), {mode} mode")


def a_change_after_forward_is_noticed(trial: Trial) -> None:
    """Prove what the check of this name says."""
    for mode, layer, batch in layers(trial):
        expected = gradients_alone(layer, batch)
        for what, change in (("the input", _change_inputs), ("the output", _change_outputs)):
            ran = start(layer, batch.input)
            tensors = tensors_of(layer, ran)
            with seeded(0, is_noticed=False):
                try:
                    factor = change(ran)
                    if what == "the input" and not _are_near(_now(ran), outputs_of(ran)):
                        continue  # the output is a view of it, as autograd knows
                    clear(tensors.values())
                    ran.backward(batch.second, list(tensors.values()))
                except RuntimeError:  # as autograd says that it cannot go back
                    continue
            received = {name: as_array(each) for name, each in tensors.items()}
            clear(tensors.values())
            scaled = {name: array * factor for name, array in expected.items()}
            expect_equal(
                received,
                scaled,
                f"where {what} was changed in place after forward, {mode} mode: expected the gradients of the pass, or "
                "an error of autograd's, as ctx.save_for_backward gives one",
                rtol=1e-9,
            )


def _are_near(one: dict[str, Array], other: dict[str, Array]) -> bool:
    return all(largest(array - other[name]) <= 1e-9 * largest(other[name]) for name, array in one.items())


def _now(ran: Pass) -> dict[str, Array]:
    """What the outputs of a pass are now."""
    arrays = iter([each.detach().numpy() for each in ran.outputs])
    return {name: next(arrays) for name in outputs_of(ran)}


def _alone(layer: TorchLayer, batch: Batch, name: str) -> Array:
    """The gradient of one input or parameter where nothing else requires one."""
    alone = twin(layer)
    parameters = {f"gradient of {attribute_of(key)}": each for key, each in trained(alone).items()}
    for key, each in parameters.items():
        each.requires_grad_(key == name)
    wanted = [key == name for key in input_keys(batch.input)]
    ran = start(alone, batch.input, wanted)
    tensor = parameters[name] if name in parameters else ran.leaves[0]
    with seeded(0, is_noticed=False):
        tensor.grad = None
        ran.backward(batch.second, [tensor])
    return as_array(tensor)


def _of_one_output(layer: TorchLayer, batch: Batch, index: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """The gradients of one of several outputs where no other is used, and where zeros go back from the others."""
    places = iter(range(len(arrays_of(batch.second))))
    sent = map_arrays(lambda array: array if next(places) == index else np.zeros_like(array), batch.second)
    ran = start(layer, batch.input)
    tensors = tensors_of(layer, ran)
    with seeded(0, is_noticed=False):
        clear(tensors.values())
        torch.autograd.backward(
            [ran.outputs[index]], [torch.from_numpy(np.array(arrays_of(sent)[index]))], inputs=list(tensors.values())
        )
    received = {name: as_array(each) for name, each in tensors.items()}
    clear(tensors.values())
    return received, gradients_alone(layer, Batch(batch.input, sent))


def _of_sum_of_passes(layer: TorchLayer, batch: Batch) -> dict[str, Array]:
    """The gradients of two passes that are given the very same tensors, and grad_outputs that are one tensor.

    Nothing, if the second pass gives something else, because the first has moved statistics that count in it.
    """
    first = start(layer, batch.input)
    tensors = iter([each.tensor for each in first.given])
    inputs = map_arrays(lambda array: next(tensors), batch.input)
    with layer_seeded(layer, SEED):
        returned = [*_flat(layer.runner.subject.call(inputs if isinstance(inputs, tuple) else (inputs,)))]
    chosen = [returned[index] for index in layer._kept(len(first.given[0].array), tuple(returned))]
    if not all(torch.equal(one.detach(), two.detach()) for one, two in zip(first.outputs, chosen, strict=True)):
        return {}
    ends: list[torch.Tensor] = []
    sent: list[torch.Tensor] = []
    for one, two, array in zip(first.outputs, chosen, arrays_of(batch.second), strict=True):
        if one.requires_grad:
            ends += [one, two]
            sent += [torch.from_numpy(np.array(array, order="C"))] * 2
    found = tensors_of(layer, first)
    with seeded(0, is_noticed=False):
        clear(found.values())
        if ends and found:
            torch.autograd.backward(ends, sent, inputs=list(found.values()))
    received = {name: as_array(each) for name, each in found.items()}
    clear(found.values())
    return received


def _flat(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _flat(part)


def _handed_out(layer: TorchLayer, ran: Pass, gradOutput: Tensor) -> dict[str, torch.Tensor]:
    """The tensors that backward returns, no copies."""
    tensors = tensors_of(layer, ran)
    pairs = [
        (output, torch.from_numpy(np.array(array, order="C")))
        for output, array in zip(ran.outputs, arrays_of(gradOutput), strict=True)
        if output.requires_grad
    ]
    if not pairs or not tensors:
        skip("there is nothing to go back to")
    with seeded(0, is_noticed=False):
        found = torch.autograd.grad(
            [output for output, _ in pairs],
            list(tensors.values()),
            [gradient for _, gradient in pairs],
            retain_graph=True,
            allow_unused=True,
        )
    return {name: each for name, each in zip(tensors, found, strict=True) if each is not None and not each.is_sparse}


def _change_inputs(ran: Pass) -> float:
    for each in ran.given:
        if each.leaf is not None:
            each.tensor.mul_(3)
    return 1.0


def _change_outputs(ran: Pass) -> float:
    for each in ran.outputs:
        if each.is_floating_point():
            each.mul_(3)
    return 3.0
