"""`to_torch`: a minnet module as one of PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Literal, Self

import numpy as np
import torch
from torch._compile import _disable_dynamo  # torch.compiler.disable would import the compiler, which takes a second

from minnet_core import Module
from minnet_core.nn import ParameterRef, find_buffers, find_parameters

from .names import pieces
from .passes import Call, Counter, Passes, distinct
from .sharing import as_array, as_tensor, expect_cpu, flattened, rebuilt
from .state_dicts import is_counter

Names = Literal["minnet", "torch"]


class _Part(torch.nn.Module):
    """Holds the parameters whose names begin alike, ``0.weight`` and ``0.bias``; in a name PyTorch allows no dots."""

    def forward(self, *_: object) -> None:
        raise TypeError("expected the whole module to be called, received a call of a part, which only holds arrays")


class MinnetModule(torch.nn.Module):
    """A minnet module that PyTorch calls, differentiates, trains, copies, saves and loads: what `to_torch` makes.

    Attributes:
        module: the minnet module. To ask for it gives it the tensors that PyTorch has for its parameters now.
    """

    def __init__(self, module: Module, names: Names = "minnet") -> None:
        super().__init__()
        if not isinstance(module, Module):
            raise TypeError(f"to_torch: expected a minnet Module, received {type(module).__name__}")
        if names not in ("minnet", "torch"):
            raise ValueError(f"to_torch: expected names to be 'minnet' or 'torch', received {names!r}")
        self._module, self.training = module, bool(module.training)
        found = list(pieces(module)) if names == "torch" else []
        self._theirs = {own: theirs for piece in found for own, theirs in piece.names()}
        self._merged = frozenset(own for piece in found if piece.is_merged for own, _ in piece.names())
        made: dict[int, torch.nn.Parameter] = {}
        for ref in find_parameters(module):
            ref.require_locations()
            if id(ref.parameter) not in made:
                made[id(ref.parameter)] = torch.nn.Parameter(as_tensor(ref.parameter))
            part, name = self._place(self._name(ref.name), make=True)
            part._parameters[name] = made[id(ref.parameter)]  # register_parameter refuses "half" and "module"
        self._bound: list[np.ndarray[Any, Any]] = []
        self._counter = Counter()
        self._loaded: list[str] = []
        self.register_load_state_dict_post_hook(_after_loading)  # type: ignore[no-untyped-call]
        self._register_state_dict_hook(_as_theirs)  # type: ignore[no-untyped-call]  # public from PyTorch 2.5 on
        self._synchronize()

    @property
    def module(self) -> Module:
        """The minnet module; its arrays are those of the tensors that PyTorch has now."""
        with suppress(ValueError):  # an array that was rebound in another shape: `to_torch` is to be called with it
            self._synchronize()
        return self._module

    def forward(self, *inputs: Any) -> Any:
        """Call the module with a tensor, or with several, or a tuple of them, as a table.

        Returns:
            A tensor, or a tuple of tensors; a copy of the module's ``output``.
        """
        if torch.compiler.is_compiling():  # NumPy's functions are nothing that a compiler of PyTorch could go into
            return _beside_compiled(self, inputs)
        with self._counter.lock:
            return self._computed(inputs)

    def _computed(self, inputs: tuple[Any, ...]) -> Any:
        tensors, structure = flattened(inputs[0] if len(inputs) == 1 else inputs)
        for tensor in tensors:
            expect_cpu(tensor.device)
        # NumPy has no bfloat16, which torch.autocast makes of what a layer before this one returns.
        tensors = [each.float() if each.dtype == torch.bfloat16 else each for each in tensors]
        refs = find_parameters(self._module)
        parameters = self._tensors(refs)
        if self._module.training != self.training:
            self._module.train() if self.training else self._module.evaluate()
        is_recorded = torch.is_grad_enabled() and any(each.requires_grad for each in (*tensors, *parameters))
        call = Call(self._module, partial(self._bind, refs), self._counter, structure, len(tensors), is_recorded)
        outputs = Passes.apply(call, *tensors, *parameters)  # type: ignore[no-untyped-call]
        return rebuilt(list(outputs), call.output_structure)

    def train(self, mode: bool = True) -> Self:
        """Put the module into training mode, or evaluation mode, as ``eval()`` does."""
        super().train(mode)
        self._module.train() if mode else self._module.evaluate()
        return self

    def extra_repr(self) -> str:
        """The module, as minnet prints it."""
        return repr(self._module)

    def _name(self, own: str) -> str:
        return self._theirs.get(own, own)

    def _merged_in(self, state_dict: Any, prefix: str) -> Iterator[tuple[str, torch.Tensor, tuple[int, ...]]]:
        """The arrays in a state dict that have axes of length 1 here and not in PyTorch: key, tensor, shape here."""
        if self._merged:  # or else nothing need be looked for
            for own, array in {**self._module.namedParameters(), **self._module.namedBuffers()}.items():
                tensor = state_dict.get(key := prefix + self._name(own)) if own in self._merged else None
                if isinstance(tensor, torch.Tensor):
                    yield key, tensor, array.shape

    def _place(self, name: str, *, make: bool = False) -> tuple[torch.nn.Module, str]:
        """The part that a name leads to, and the last step of the name."""
        *steps, last = name.split(".")
        part: torch.nn.Module = self
        for step in steps:
            if make and step not in part._modules:
                part._modules[step] = _Part()  # add_module refuses names like "apply"
            part = part._modules[step]  # type: ignore[assignment]  # never None
        return part, last

    def _synchronize(self) -> None:
        """Have the module and the tensors take over what memory either side has chosen for the parameters."""
        refs = find_parameters(self._module)
        self._bind(refs, self._tensors(refs))

    def _tensors(self, refs: list[ParameterRef]) -> list[torch.Tensor]:
        """The tensors that PyTorch has now for the parameters of the module, each once.

        Those whose array has been rebound (``layer.W = array``) have its memory.
        """
        found = []
        for index, ref in enumerate(distinct(refs)):
            part, name = self._place(self._name(ref.name))
            # functional_call puts any tensor in the place of a parameter, and a parametrization computes one.
            tensor: Any = part._parameters[name] if name in part._parameters else getattr(part, name)
            if not isinstance(tensor, torch.Tensor):
                raise TypeError(f"{ref.name}: expected a tensor in its place, received {type(tensor).__name__}")
            if index < len(self._bound) and ref.parameter is not self._bound[index]:
                if tensor.shape != ref.parameter.shape:
                    raise ValueError(
                        f"{ref.name}: expected an array of the shape of its tensor, {tuple(tensor.shape)}, received "
                        f"{ref.parameter.shape}; call to_torch again"
                    )
                tensor.data = as_tensor(ref.parameter)
            found.append(tensor)
        return found

    def _bind(self, refs: list[ParameterRef], tensors: Sequence[torch.Tensor]) -> None:
        """Give the module the memory of tensors, and gradients of the same dtype and shape.

        PyTorch lets another tensor take the place of a parameter (``load_state_dict(assign=True)``).
        """
        own, bound = distinct(refs), self._bound
        if len(own) == len(bound) and all(
            ref.parameter is array and (tensor.data_ptr() == array.ctypes.data or not array.size)
            for ref, tensor, array in zip(own, tensors, bound, strict=True)
        ):
            return
        made: dict[int, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = {}
        for ref, tensor in zip(own, tensors, strict=True):
            array = as_array(tensor)
            fits = ref.gradient.dtype == array.dtype and ref.gradient.shape == array.shape
            made[id(ref.parameter)] = array, ref.gradient if fits else np.zeros(array.shape, array.dtype)
        for each in refs:
            each.rebind(*made[id(each.parameter)])
        self._bound = [array for array, _ in made.values()]

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Self:
        """Convert all parameters: ``.double()``, ``.to(dtype)``, ``.share_memory()``; only on the cpu."""
        self._synchronize()
        buffers = [place for place in find_buffers(self._module) if place.value.dtype.kind == "f"]
        samples = [torch.zeros(1, dtype=each.dtype) for each in self.parameters()]
        made = [fn(each) for each in (*(torch.from_numpy(np.zeros(1, each.value.dtype)) for each in buffers), *samples)]
        for tensor in made:
            expect_cpu(tensor.device)
        arrays = [as_array(tensor) for tensor in made]  # which NumPy must hold
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._synchronize()
        for place, array in zip(buffers, arrays, strict=False):
            place.put(place.value.astype(array.dtype, copy=False))
        return self

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Add copies of the buffers, moving averages say, which minnet's layers replace and PyTorch cannot hold."""
        self._synchronize()
        super()._save_to_state_dict(destination, prefix, keep_vars)
        for name, array in self._module.namedBuffers().items():
            destination[prefix + self._name(name)] = torch.from_numpy(np.array(array))

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing: Any,
        unexpected: Any,
        errors: Any,
    ) -> None:
        """Take the buffers over; `_after_loading` has PyTorch not wonder at them."""
        self._loaded = [key for key in state_dict if self._theirs and key.startswith(prefix) and is_counter(key)]
        for key, tensor, shape in self._merged_in(state_dict, prefix):
            if tensor.shape == shape[:1]:
                state_dict[key] = tensor.reshape(shape)
        for place in find_buffers(self._module, empty=True):
            key = prefix + self._name(place.name)
            if key in state_dict:
                self._loaded.append(key)
                array, now = as_array(state_dict[key]), place.value
                if isinstance(now, np.ndarray) and now.shape != array.shape:
                    errors.append(f"{key}: expected shape {now.shape}, received {array.shape}")
                else:
                    place.put(array.astype(now.dtype) if isinstance(now, np.ndarray) else array.copy())
            elif isinstance(place.value, np.ndarray):
                missing.append(key)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing, unexpected, errors)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_bound"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self._bound = []
        self._synchronize()


@_disable_dynamo
def _beside_compiled(module: MinnetModule, inputs: tuple[Any, ...]) -> Any:
    """Run a module while ``torch.compile`` traces what is around it."""
    with module._counter.lock:
        return module._computed(inputs)


def _after_loading(module: Any, incompatible: Any) -> None:
    """Take what has been loaded, or is not needed, from what PyTorch did not expect; take new memory over."""
    for key in vars(module).get("_loaded", ()):
        if key in incompatible.unexpected_keys:
            incompatible.unexpected_keys.remove(key)
    module._synchronize()


def _as_theirs(module: Any, state_dict: dict[str, Any], prefix: str, _: object) -> None:
    """Give the arrays of a state dict the shapes of PyTorch; not the parameters themselves, with ``keep_vars``."""
    for key, tensor, shape in module._merged_in(state_dict, prefix):
        if not isinstance(tensor, torch.nn.Parameter):
            state_dict[key] = tensor.reshape(shape[:1])


def to_torch(module: Module, *, names: Names = "minnet") -> MinnetModule:
    """Wrap a minnet module, whoever wrote it, as a ``torch.nn.Module``; its own passes compute.

    - The parameters are ``torch.nn.Parameter`` of the memory of the module's arrays: what a PyTorch optimizer does to
      one is done to the other. ``.double()`` and all that makes new tensors, and ``layer.W = array``, which makes a new
      array, keep them together; only an array that PyTorch cannot have (read-only, of negative strides, or of another
      byte order) is replaced in the module by a copy. A copy of the wrapper has a copy of the module.
    - Gradients go to ``.grad`` of the parameters, and leave the module's own as they are.
    - A second backward pass, for gradients of gradients, raises: minnet has no formulas for them.
    - Several calls before one backward pass are right: what was called last goes back at once; for another one, a copy
      is called again with the saved input, buffers and states of random generators.
    - ``state_dict()`` has the buffers too, such as moving averages; ``buffers()`` has not, as layers replace them.
    - Integer inputs, those of `Embedding`, have no gradient. Tables are tuples of tensors; several arguments are one.
    - All is on the cpu.

    Args:
        module: the minnet module; the wrapper goes on with it, and takes over its mode.
        names: of the parameters: the module's (``0.W``), or those that `torch_names` derives (``0.weight``).

    Raises:
        TypeError: if it is no module, or its arrays are held nowhere.
        CounterpartError: if ``names`` is ``torch`` and a layer with arrays has no counterpart.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Scale(Module):
    ...     PARAMETERS = {"w": "gradw"}
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.w, self.gradw = np.ones(2), np.zeros(2)
    ...     def updateOutput(self, input):
    ...         self.output = input * self.w
    ...         return self.output
    ...     def updateGradInput(self, input, gradOutput):
    ...         self.gradInput = gradOutput * self.w
    ...         return self.gradInput
    ...     def accGradParameters(self, input, gradOutput):
    ...         self.gradw += (gradOutput * input).sum(axis=0)
    >>> scale = to_torch(Scale())
    >>> scale(torch.tensor([[2.0, 3.0]], dtype=torch.float64)).sum().backward()
    >>> scale.w.grad
    tensor([2., 3.], dtype=torch.float64)
    """
    return MinnetModule(module, names)
