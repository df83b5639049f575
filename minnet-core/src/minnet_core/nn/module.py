"""`Module`: the protocol that every layer follows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from .aliases import declare_aliases
from .arrays import Array, Tensor
from .component import definition_depth
from .node import Node, children, find_buffers, listed_arrays, title, walk
from .parameter_refs import find_parameters
from .resetting import reset
from .shape_checks import expect_tensor
from .sharing import astype, share
from .storage import flatten
from .summary import Summary, summarize

if TYPE_CHECKING:
    from .affine import Affine
    from .picture import Ends, Picture, Sketch

_BACKWARD = ("backward", "updateGradInput", "accGradParameters")


class Module(Node):
    """A function that can be differentiated: the base class of every layer.

    A subclass computes in three methods, each of which gets the same ``input``:

    - ``updateOutput(input)`` stores and returns ``output = f(input)``;
    - ``updateGradInput(input, gradOutput)`` stores and returns ``gradInput``, the gradient of the loss with respect to
      ``input`` (and of its shape), given ``gradOutput``, the gradient with respect to ``output``;
    - ``accGradParameters(input, gradOutput)`` *adds* the gradients with respect to the parameters to the arrays of
      ``getGradParameters()``.

    It may declare its arrays, and then needs no parameter methods of its own:

    - ``PARAMETERS``: attribute of a parameter -> attribute of its gradient, ``{"W": "gradW", "b": "gradb"}``;
      an attribute that is None is left out (a layer without bias);
    - ``BUFFERS``: attributes of arrays that belong to the model but are not trained, such as moving averages;
    - ``CACHES``: attributes that a forward pass leaves for the backward pass, and `clearState` forgets;
    - ``ALIASES``: further names of the arrays, for reading and assigning: ``{"weight": "W", "bias": "b"}``, which names
      the gradients ``gradWeight`` and ``gradBias`` too. Everything else goes by the own names.

    A class that declares none of these and overrides ``getParameters`` and its two siblings works just as well: its
    parameters are named by the attributes that hold them, and its other array attributes count as buffers.

    ``forward`` of an evaluated model may be called from many threads at a time.
    So ``updateOutput`` works in local variables, reads no attribute that a pass sets, and stores its result last:
    ``self.output = output; return output``. (Backward, and training, are for one thread.)

    This is Torch7's ``nn.Module``; where Torch7 has a name for something, it is used.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # A shortcut that was right for a base class would go past what this one, or a mixin, redefines.
        if definition_depth(cls, *_BACKWARD) < definition_depth(cls, "backwardParameters"):
            cls.backwardParameters = Module.backwardParameters  # type: ignore[method-assign]
        declare_aliases(cls, Module)

    def __init__(self) -> None:
        self.output = None  # type: ignore[assignment]
        self.gradInput = None  # type: ignore[assignment]
        self.training = True

    def __call__(self, input: Tensor) -> Tensor:
        """Compute the output, as `forward` does."""
        return self.forward(input)

    def forward(self, input: Tensor) -> Tensor:
        """Compute the output of the module for ``input``.

        Raises:
            TypeError: if it is neither an array nor a tuple of arrays, but a list, say, or a data frame.
        """
        if type(input) is not np.ndarray:  # nearly always it is
            expect_tensor(title(self), input)
        return self.updateOutput(input)

    def backward(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        """Compute the gradient with respect to ``input`` and accumulate those of the parameters.

        ``input`` must be what the last ``forward`` was given.

        Returns:
            ``gradInput``, of the shape of ``input``.
        """
        self.updateGradInput(input, gradOutput)
        self.accGradParameters(input, gradOutput)
        return self.gradInput

    def backwardParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Accumulate the gradients of the parameters when nobody needs that of the input: what a trainer calls.

        They become what ``backward`` would make them; what ``gradInput`` is afterwards is not said.
        This one calls ``backward``, if there are parameters at all.
        A layer whose ``accGradParameters`` works without ``updateGradInput`` may override this to call it alone, and a
        container to leave out what only ``gradInput`` needs.
        A subclass that changes how to go backward, and does not override this too, gets this one again.
        """
        if next(listed_arrays(self), None) is not None:
            self.backward(input, gradOutput)

    def updateOutput(self, input: Tensor) -> Tensor:
        """Compute, store and return ``output``; every module overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define updateOutput(input)")

    def updateGradInput(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        """Compute, store and return ``gradInput``; every module overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define updateGradInput(input, gradOutput)")

    def accGradParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Add the gradients of the parameters to their arrays; a module without parameters inherits this."""

    def as_affine(self) -> Affine | None:
        """Say what this layer is in evaluation mode, if that is an affine map of each feature; optional, for `fuse`.

        ``Affine()``, the identity, is what dropout says.

        Returns:
            The map, now, whichever mode is set; None if it is another function.
        """
        return None

    def absorb(self, affine: Affine) -> Module | None:
        """Make a layer that computes, in evaluation mode, ``affine`` of this layer's output; optional, for `fuse`.

        Returns:
            A new layer, which shares nothing with this one and takes the same input, its parameters calculated in
            float64 and rounded once; None if there is none, as for an axis that is not this layer's feature axis.
        """
        return None

    def fuse_inside(self, fuse: Callable[[Module], Any]) -> Module | None:
        """Make a module that computes the same in evaluation mode, of what is inside, fused; optional, for `fuse`.

        Args:
            fuse: `minnet_core.fuse`: it returns a `Sequential` that computes what a module does.

        Returns:
            A new module, whose parts may be those of this one, which is a copy; None if nothing is gained.
        """
        return None

    def train(self) -> None:
        """Set training mode, here and in the modules that attributes hold; it is the mode of a new module.

        Dropout and BatchNormalization behave differently in it.
        """
        self._set_mode("train", True)

    def evaluate(self) -> None:
        """Set evaluation mode, here and in the modules that attributes hold."""
        self._set_mode("evaluate", False)

    def _set_mode(self, method: str, training: bool) -> None:
        """Set the mode here and below; what has a method of its own for that is left to it."""
        pending, seen = [self], {id(self)}  # for a module may hold the one that holds it
        while pending:
            module = pending.pop()
            module.training = training
            for _, child in children(module):
                if id(child) in seen:
                    continue
                seen.add(id(child))
                if getattr(type(child), method) is getattr(Module, method) and method not in vars(child):
                    pending.append(child)
                else:
                    getattr(child, method)()

    def namedParameters(self) -> dict[str, Array]:
        """Return the parameters by dotted name, ``{"0.W": array}``; a shared one under each of its names."""
        return {ref.name: ref.parameter for ref in find_parameters(self)}

    def namedGradParameters(self) -> dict[str, Array]:
        """Return the gradients under the names of their parameters."""
        return {ref.name: ref.gradient for ref in find_parameters(self)}

    def namedBuffers(self) -> dict[str, Array]:
        """Return the buffers by dotted name; one that is still None is left out."""
        return {location.name: location.value for location in find_buffers(self)}

    def flattenParameters(self) -> tuple[Array, Array]:
        """Move the parameters into one 1-D array, the gradients into another, and return both.

        The parameters and gradients become views into the two arrays, so an operation on the whole (an optimizer's
        step, clipping, zeroing) is one operation on a vector.
        Called again, this returns the same two arrays; what has been rebound since (``layer.W = array``) is moved in.

        Raises:
            TypeError: if the parameters are not all of one dtype, or one is not held by an attribute.
            ValueError: if parameters overlap in memory without being one array, or a module that holds modules, and is
                no `Container`, does not return their parameters.
        """
        current = self._storage and self._storage.current_vectors()
        return current or flatten(self)

    def share(self, other: Module, *names: str) -> Self:
        """Use the parameters of ``other``, and their gradients, instead of one's own.

        Args:
            other: a module of the same structure.
            names: the parameters to share, as attributes (``"W"``, or ``"weight"``); all of them if none is named.

        Returns:
            This module.

        Raises:
            ValueError: if the two differ in the names or shapes of their parameters.
        """
        share(self, other, names)
        return self

    def clone(self, *names: str) -> Self:
        """Return a deep copy, which shares the named parameters with this module (none by default)."""
        try:
            twin = copy.deepcopy(self)
        except RecursionError:  # of modules nested deeply: those inside are copied first
            memo: dict[int, Any] = {}
            for _, module in reversed(list(walk(self))):
                copy.deepcopy(module, memo)
            twin = copy.deepcopy(self, memo)
        return twin.share(self, *names) if names else twin

    def clearState(self) -> Self:
        """Forget ``output``, ``gradInput`` and all else that a forward pass leaves behind; parameters stay."""
        for _, module in walk(self):
            for name in ("output", "gradInput", *module.CACHES):
                setattr(module, name, None)
        return self

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """Convert parameters, gradients and buffers to a floating dtype, in place.

        Returns:
            This module.

        Raises:
            TypeError: if ``dtype`` is not floating.
        """
        astype(self, dtype)
        return self

    def reset(self, initializer: Any = None, *, bias: Any = None, rng: int | np.random.Generator | None = None) -> Self:
        """Draw the parameters anew, in the arrays that there are, and make buffers what they were in a new module.

        Args:
            initializer: draws the weights, the parameters of two axes or more but ``gamma`` and ``beta``: an
                `Initializer`, its name (``"Kaiming"``) or a function ``(shape, rng, dtype)``. Biases, those called
                ``b`` or ``bias`` beside weights, become 0. All other parameters, such as the scales of a
                normalization, and all of them without an initializer, become what the constructors of the layers make.
            bias: a number, or an initializer, for the biases.
            rng: seed or generator. Each layer gets one that is spawned from it, as `build` does: after ``reset(rng=0)``
                a model is the one that ``build(to_config(model), rng=0)`` makes, of layers that were made without a
                seed of their own. The generators of the layers stay.

        Returns:
            This module.

        Raises:
            TypeError, ValueError: if an initializer is none, or none for a shape; the module is then as it was.
        """
        reset(self, initializer, bias, rng)
        return self

    def summary(self, input: Any = None) -> Summary:
        """Tabulate the modules with their output shapes, parameter counts and bytes.

        Args:
            input: an input, or the shape of one; shapes are then found by a forward pass of a copy.
                Without it, those of the last forward pass are shown.
        """
        return summarize(self, input)

    def picture(self, input: Any = None) -> Picture:
        """Draw how data flow through this model: a box for each layer, an arrow for each value.

        Args:
            input: an input, or the shape of one, for the shapes in it, as of `summary`.

        Returns:
            A picture, which notebooks show; ``str(model.picture())`` is its SVG.
        """
        from .picture import draw  # here, for few programs draw one

        return draw(self, input)

    def draw_inside(self, sketch: Sketch, name: str, taken: Ends) -> Ends | None:
        """Draw the modules inside, as data flow through them; optional, for `picture`.

        Args:
            sketch: draws boxes and modules.
            name: of this module, with which the names of those inside begin.
            taken: where what this module takes comes from.

        Returns:
            Where what it makes comes from; None to be one box.
        """
        return None

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()
