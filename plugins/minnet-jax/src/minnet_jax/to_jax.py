"""`to_jax`: a module as a function of JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from minnet_core import Module
from minnet_core.nn import describe
from minnet_core.support import printable

from .errors import JaxError
from .importing import jax_module
from .pieces import joined, parted
from .worker import Worker, distinct


def to_jax(module: Module, *, training: bool = False) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Make a pure function of a module, and its parameters.

    ``function(parameters, x)`` computes what ``module.forward(x)`` does, and its gradient is ``module.backward``:
    ``jax.grad``, ``jax.jit`` and ``jax.vmap`` work, around other code of JAX or as part of it. The module itself is
    copied once and never changed; the copy computes with NumPy on the host, by ``jax.pure_callback``.

    The gradient computes the forward pass again, from the parameters and the input that JAX kept. So a function of
    the same arguments always returns the same. It cannot be differentiated twice, or forward (``jax.jvp``): JAX raises.

    ``vmap`` calls the module once for each element (``vmap_method="sequential"``), so that what couples the samples of
    a batch is right; a module takes whole batches anyway, and faster.

    Args:
        module: any module, of whomever. An array or a table, a nested tuple of arrays, is what it takes and makes.
        training: compute in training mode. Then ``function(parameters, x, seed)`` takes an integer, or a key of
            ``jax.random``, from which all random numbers of that call follow; without one, a module that draws some
            raises. Buffers, such as moving statistics, stay as they were when ``to_jax`` was called: a pure function
            has nowhere to put them.

    Returns:
        The function, and its parameters: a dict of JAX arrays by dotted names, ``0.W``; one that several modules
        share is there once, under the first of its names. The function computes in the dtype that the module has:
        parameters and inputs of bfloat16 are converted, and their gradients back again. What the module makes in
        float64 is float32 to JAX unless ``jax_enable_x64`` is set.

    Raises:
        TypeError: if it is no module.
        JaxError: if JAX is not installed or too old, or a parameter is float64 and ``jax_enable_x64`` is not set. When
            it is called, the function raises the module's own errors for a shape that it does not take, and this one
            if it draws random numbers that no seed determines, while JAX traces it; later, if the shape of what it
            makes depends on the numbers that it is given.

    >>> import jax
    >>> from minnet_core import layers
    >>> function, parameters = to_jax(layers["Linear"](2, 1, rng=0))
    >>> sorted(parameters)
    ['W', 'b']
    >>> gradients = jax.grad(lambda p: function(p, np.ones((3, 2), np.float32)).sum())(parameters)
    >>> gradients["b"].tolist(), gradients["W"].tolist()
    ([3.0], [[3.0, 3.0]])
    """
    jax = jax_module()
    if not isinstance(module, Module):
        raise TypeError(f"to_jax: expected a minnet Module, received {type(module).__name__}")
    worker = Worker(module, training=training)
    arrays = worker.parameters
    for name, array in arrays.items():
        if array.dtype == np.float64 and not jax.config.jax_enable_x64:
            raise JaxError(
                f"{printable(name)}: expected float32, received float64, which JAX does not hold unless "
                'jax.config.update("jax_enable_x64", True); or module.astype("float32")'
            )
    known = set(arrays)

    shape_of = _shape_of(jax)

    def on_host(function: Callable[..., Any], shapes: Any, *given: Any) -> Any:
        """Call a function with arrays of NumPy, and have JAX know the shapes of what it returns."""
        arrays, structure = jax.tree.flatten(given)
        likes = list(map(shape_of, arrays))

        def run(pieces: list[list[Any]]) -> Any:
            made = function(*jax.tree.unflatten(structure, list(map(joined, pieces, likes))))
            return jax.tree.map(_as_expected, made, shapes)

        return jax.pure_callback(run, shapes, list(map(parted, arrays)), vmap_method="sequential")

    def backward_on_host(parameters: Any, x: Any, seed: Any, gradient: Any) -> Any:
        gradients, of_input = worker.backward(parameters, x, seed, gradient)
        return gradients, [part for part, each in zip(_parts(of_input, x), _parts(x, x), strict=True) if _is_real(each)]

    def called(parameters: Any, x: Any, seed: Any) -> Any:
        shapes = jax.tree.map(shape_of, worker.trial(_zeros(jax, x), seeded=seed is not None))
        return on_host(worker.forward, shapes, parameters, x, seed)

    computed = jax.custom_vjp(called)

    def begin(parameters: Any, x: Any, seed: Any) -> Any:
        return called(parameters, x, seed), (parameters, x, seed)

    def go_back(kept: Any, gradient: Any) -> Any:
        parameters, x, seed = kept
        parts = _parts(x, x)
        shapes = (jax.tree.map(shape_of, parameters), [shape_of(each) for each in parts if _is_real(each)])
        gradients, found = on_host(backward_on_host, shapes, parameters, x, seed, gradient)
        real = iter(found)
        of_parts = [next(real) if _is_real(each) else _nothing(jax, each) for each in parts]
        of_seed = None if seed is None else _nothing(jax, seed)
        return gradients, jax.tree.unflatten(jax.tree.structure(x), of_parts), of_seed

    computed.defvjp(begin, go_back)

    def function(parameters: Mapping[str, Any], x: Any, seed: Any = None) -> Any:
        _expect_dict(parameters)
        if set(parameters) != known:
            raise JaxError(
                f"expected the parameters {', '.join(sorted(known)) or 'of a module that has none, {}'}, "
                f"received {printable(', '.join(sorted(map(str, parameters)))) or 'none'}"
            )
        given = {name: jax.numpy.asarray(each) for name, each in parameters.items()}
        for name, each in given.items():
            if each.shape != arrays[name].shape or jax.numpy.iscomplexobj(each):
                raise JaxError(f"{printable(name)}: expected {describe(arrays[name])}, received {_described(each)}")
        own = {name: each.astype(arrays[name].dtype) for name, each in given.items()}
        x = jax.tree.map(lambda each: _known_to_numpy(jax, jax.numpy.asarray(each)), x)
        return computed(own, x, None if seed is None else _as_seed(jax, seed))

    return function, jax.tree.map(jax.numpy.asarray, arrays)


def put_parameters(module: Module, parameters: Mapping[str, Any]) -> None:
    """Copy parameters, such as JAX has trained, into a module.

    Raises:
        JaxError: if they are others than those of the module; then nothing has changed.
    """
    _expect_dict(parameters)
    own = distinct(module.namedParameters())
    given = {name: np.asarray(array) for name, array in parameters.items()}
    if {name: array.shape for name, array in own.items()} != {name: array.shape for name, array in given.items()}:
        expected, received = ({name: describe(array) for name, array in each.items()} for each in (own, given))
        raise JaxError(f"expected the parameters {expected}, received {received}")
    for name, array in given.items():
        if np.iscomplexobj(array):
            raise JaxError(f"{printable(name)}: expected real numbers, received {describe(array)}")
    for name, array in own.items():
        array[...] = given[name]


def _expect_dict(parameters: object) -> None:
    if not isinstance(parameters, Mapping):
        raise JaxError(f"expected the parameters as a dict by their names, received {type(parameters).__name__}")


def _as_seed(jax: Any, seed: Any) -> Any:
    """An integer, or the numbers of a key of ``jax.random``, old or new.

    Raises:
        JaxError: if it is neither.
    """
    is_key = jax.numpy.issubdtype(getattr(seed, "dtype", np.float32), jax.dtypes.prng_key)
    try:
        found = jax.random.key_data(seed) if is_key else jax.numpy.asarray(seed)
    except (OverflowError, TypeError, ValueError) as error:
        raise JaxError(f"seed: expected an integer that JAX can hold, or a key of jax.random: {error}") from error
    is_raw = found.dtype == np.uint32 and found.ndim == 1
    if not np.issubdtype(found.dtype, np.integer) or (found.ndim and not is_raw):
        raise JaxError(f"seed: expected an integer, or a key of jax.random, received {_described(found)}")
    return found


def _known_to_numpy(jax: Any, array: Any) -> Any:
    """The array in a dtype that NumPy has itself; JAX converts gradients back."""
    is_other = jax.numpy.issubdtype(array.dtype, np.floating) and not np.issubdtype(array.dtype, np.floating)
    return array.astype(np.float32) if is_other else array


def _described(array: Any) -> str:
    return f"{array.shape} {array.dtype}"


def _as_expected(array: Any, like: Any) -> Any:
    """An array in the dtype that JAX has been told.

    Raises:
        JaxError: if it is of another shape.
    """
    if np.shape(array) != like.shape:
        raise JaxError(
            f"expected a module that makes outputs of one shape, {like.shape}, from inputs of one shape, received one "
            f"that makes {np.shape(array)} of other numbers"
        )
    return np.asarray(array, like.dtype)


def _parts(tensor: Any, like: Any) -> list[Any]:
    """The arrays of a tensor, in the order in which JAX has them."""
    if isinstance(like, tuple):
        nothing = (None,) * len(like)
        pairs = zip(nothing if tensor is None else tensor, like, strict=True)
        return [part for each, its in pairs for part in _parts(each, its)]
    return [tensor]


def _is_real(array: Any) -> bool:
    return bool(np.issubdtype(array.dtype, np.floating))


def _zeros(jax: Any, x: Any) -> Any:
    return jax.tree.map(lambda each: np.zeros(each.shape, each.dtype), x)


def _shape_of(jax: Any) -> Callable[[Any], Any]:
    # JAX takes float64 for float32, unless it has been told otherwise.
    return lambda each: jax.ShapeDtypeStruct(each.shape, jax.dtypes.canonicalize_dtype(each.dtype))


def _nothing(jax: Any, array: Any) -> Any:
    """What JAX takes for the gradient of integers."""
    return np.zeros(array.shape, jax.dtypes.float0)
