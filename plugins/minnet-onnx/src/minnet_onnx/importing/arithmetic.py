"""Products with learned matrices, rows of learned tables, and arithmetic of several values, or of one and constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array, Module, Sequential

from .use import READERS, Made, Use, layer, reads

_TABLES = {"Add": "CAddTable", "Sub": "CSubTable", "Mul": "CMulTable", "Div": "CDivTable"}
_CHOSEN = {"Max": "CMaxTable", "Min": "CMinTable"}
_ALONG = {"ReduceMean": "Mean", "ReduceSum": "Sum", "ReduceMax": "Max", "ReduceMin": "Min"}


@reads("Gemm")
def _gemm(use: Use) -> Module:
    """Factors of the product and of the bias become part of the arrays."""
    use.expect("transA", 0)
    matrix, bias = use.constant(1, "matrix"), use.optional(2, "bias")
    alpha, beta = (np.float32(use.get(name, 1.0)) for name in ("alpha", "beta"))
    W = matrix if use.get("transB", 0) else matrix.T
    return _linear(use, W if alpha == 1 else alpha * W, bias if bias is None or beta == 1 else beta * bias)


@reads("MatMul")
def _matmul(use: Use) -> Module:
    if len(use.taken) == 2:
        first, second = map(use.shape_of, use.taken)
        if len(first) != len(second) or len(first) < 2:
            use.refuse("its matrices have different numbers of axes")
        return layer("MM")
    if isinstance(use.inputs[1], str):
        use.refuse("a constant is multiplied from the left")
    matrix = use.constant(1, "matrix")
    made = _linear(use, matrix.T, None)
    return made if use.rank == 2 else layer("Bottle", made)


@reads("Gather")
def _gather(use: Use) -> Module:
    axis = int(use.get("axis", 0))
    if not isinstance(use.inputs[0], str):
        table = use.constant(0, "table")
        if axis or table.ndim != 2:
            use.refuse(f"it looks along axis {axis} of a table of shape {table.shape}")
        return layer("Embedding", *table.shape, arrays={"W": table})
    index = use.constant(1, "index")
    if index.shape == (1,):
        return layer("Narrow", axis, int(index.item()), 1)
    if index.ndim:
        use.refuse(f"its indices have shape {index.shape}, where one number was expected")
    return layer("Select", axis, int(index))


def _arithmetic(kind: str) -> Any:
    def read(use: Use) -> Made:
        if kind == "Div" and use.is_integer:
            use.refuse("it divides whole numbers, and cuts its quotients off")
        if len(use.taken) == 2:
            return _of_values(use, _TABLES[kind])
        constant = next(each for each in use.inputs if isinstance(each, np.ndarray)).astype(np.float64)
        is_first = isinstance(use.inputs[1], str)
        if kind == "Add":
            return _added(use, constant)
        if kind == "Mul":
            return _multiplied(use, constant)
        if kind == "Sub":
            turned = [_multiplied(use, np.array(-1.0))] if is_first else []
            return _one([*turned, _added(use, constant if is_first else -constant)])
        if is_first:
            return _one([layer("Power", -1.0), _multiplied(use, constant)])
        return _multiplied(use, 1 / constant)

    return read


def _chosen(kind: str) -> Any:
    def read(use: Use) -> Made:
        constants = [each for each in use.inputs if isinstance(each, np.ndarray)]
        if not constants:
            return _of_values(use, _CHOSEN[kind])
        if len(use.taken) != 1 or any(each.size != 1 for each in constants):
            use.refuse("it takes constants of several numbers")
        for each in constants:
            use.expect_spread(each)
        numbers = [float(each.item()) for each in constants]
        return layer("Clamp", min=max(numbers)) if kind == "Max" else layer("Clamp", max=min(numbers))

    return read


def _along(kind: str) -> Any:
    def read(use: Use) -> Made:
        if kind == "ReduceMean" and use.is_integer:
            use.refuse("it divides whole numbers, and cuts its means off")
        axes, kept = use.numbers(1, "axes"), bool(use.get("keepdims", 1))
        is_image = axes is not None and use.rank == 4 and sorted(axis % 4 for axis in axes) == [2, 3] and not kept
        if is_image and kind in ("ReduceMean", "ReduceMax"):
            return layer("GlobalAvgPool2d" if kind == "ReduceMean" else "GlobalMaxPool2d")
        if not axes or (len(axes) > 1 and 0 in (axis % use.rank for axis in axes)):
            use.refuse(f"it goes along the axes {axes}, where some without the batch were expected")
        if len(axes) == 1:
            return layer(_ALONG[kind], axis=axes[0], keepdims=kept)
        places = sorted((axis % use.rank for axis in axes), reverse=True)  # those in front stay where they are
        return Sequential(*(layer(_ALONG[kind], axis=axis, keepdims=kept) for axis in places))

    return read


READERS.update((kind, _arithmetic(kind)) for kind in _TABLES)
READERS.update((kind, _chosen(kind)) for kind in _CHOSEN)
READERS.update((kind, _along(kind)) for kind in _ALONG)


@reads("Sum")
def _total(use: Use) -> Made:
    if len(use.taken) != len(use.inputs):
        use.refuse("it takes constants")
    return _of_values(use, "CAddTable")


@reads("Neg")
def _negated(use: Use) -> Module:
    return _multiplied(use, np.array(-1.0))


@reads("Reciprocal")
def _reciprocal(use: Use) -> Module:
    return layer("Power", -1.0)


@reads("Pow")
def _power(use: Use) -> Module:
    exponent = use.constant(1, "exponent")
    if exponent.size != 1:
        use.refuse(f"its exponents have shape {exponent.shape}, where one number was expected")
    use.expect_spread(exponent)
    value = float(exponent.item())
    return layer("Square") if value == 2 else layer("Sqrt") if value == 0.5 else layer("Power", value)


def _linear(use: Use, W: Array, bias: Array | None) -> Module:
    is_spread = bias is None or bias.size == 1 or bias.shape in ((len(W),), (1, len(W)))
    if W.ndim != 2 or not is_spread:
        use.refuse(f"its matrix has shape {W.T.shape} and its bias {None if bias is None else bias.shape}")
    n_out, n_in = W.shape
    full = None if bias is None else np.broadcast_to(bias.ravel(), (n_out,))
    return layer("Linear", n_in, n_out, bias is not None, arrays={"W": W, "b": full})


def _of_values(use: Use, name: str) -> Made:
    if len(use.taken) == 1:
        return None
    shapes = {use.shape_of(each) for each in use.taken}
    if len(shapes) > 1:
        use.refuse(
            f"what it takes has the shapes {' and '.join(map(str, sorted(map(str, shapes))))}, and ONNX spreads one"
        )
    return layer(name)


def _added(use: Use, constant: Array) -> Module:
    use.expect_spread(constant)
    if constant.size == 1:
        return layer("Add", arrays={"beta": constant})
    return layer("CAdd", _size(use, constant), arrays={"beta": constant})


def _multiplied(use: Use, constant: Array) -> Module:
    use.expect_spread(constant)
    if constant.size == 1:
        return layer("Mul", arrays={"gamma": constant})
    return layer("CMul", _size(use, constant), arrays={"gamma": constant})


def _size(use: Use, constant: Array) -> tuple[int, ...]:
    """The shape of a constant, without axes of length 1 in front."""
    shape = list(constant.shape)
    while len(shape) > 1 and shape[0] == 1:
        shape.pop(0)
    if len(shape) >= use.rank:
        use.refuse(f"its constant has shape {constant.shape}, a number for each sample of a batch")
    return tuple(shape)


def _one(modules: list[Module]) -> Module:
    return modules[0] if len(modules) == 1 else Sequential(*modules)
