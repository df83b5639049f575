"""`Container`: the base of every module that is made of modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Self

from .arrays import Tensor, describe, leaves
from .module import Module
from .node import join, title, walk
from .storage import Storage


class Container(Module):
    """A module made of the modules in its list ``modules``.

    A subclass says how data flows through them, in ``updateOutput``, ``updateGradInput`` and ``accGradParameters``,
    and calls them through `rethrowErrors`, so that an error says where it came from.
    Modes, zeroing, clearing and parameters are propagated here.

    Args:
        modules: the first ones; `add` appends more.
    """

    def __init__(self, *modules: Module) -> None:
        super().__init__()
        self.modules: list[Module] = []
        if type(self).add is Container.add:  # then the modules are walked once, and not at each one that is added
            present = self._present()
            for module in modules:
                self._append(module, present)
        else:
            for module in modules:
                self.add(module)

    def add(self, module: Module) -> Self:
        """Append a module.

        Returns:
            This container, so that calls can be chained.

        Raises:
            TypeError: if it is not a `Module` instance.
            ValueError: if it, or a module inside it, is already in here: its ``output`` and gradients can serve only
                one place. ``clone()`` gives a second module, ``share()`` makes two use the same parameters.
        """
        self._append(module, self._present())
        return self

    def _present(self) -> dict[int, str]:
        """The modules that must not be added, by ``id``, and their names: all of the models that this one is in."""
        return {id(inner): name for top in self._tops() for name, inner in walk(top)}

    def _append(self, module: Module, present: dict[int, str]) -> None:
        """Add a module, and what it contains to ``present``, by names within this container."""
        if not isinstance(module, Module):
            hint = "; call it to make one" if isinstance(module, type) else ""
            raise TypeError(f"{type(self).__name__}.add: expected a Module instance, received {module!r}{hint}")
        added = list(walk(module))
        for _, inner in added:
            if id(inner) in present:
                place = present[id(inner)] or "itself"
                raise ValueError(
                    f"{type(self).__name__}.add: expected a module that is not in here yet, received {title(inner)}, "
                    f"which is module {place}; add module.clone(), or module.clone().share(module) to use the same "
                    "parameters in two places"
                )
        position = str(len(self.modules))
        present.update((id(inner), join(position, name) if name else position) for name, inner in added)
        self.modules.append(module)
        Storage.of(module).parents[id(self)] = self

    def _tops(self) -> list[Module]:
        """The outermost containers that this one is in; itself if in none."""
        added_to = list(self._storage.parents.values()) if self._storage is not None else []
        parents = [parent for parent in added_to if any(module is self for module in parent.modules)]
        return [top for parent in parents for top in parent._tops()] or [self]

    def rethrowErrors(self, index: int, method: str, input: Tensor, *gradOutput: Tensor) -> Tensor:
        """Call ``method`` of module ``index``; an error that passes through gets a note of where it happened."""
        module = self.modules[index]
        try:
            return getattr(module, method)(input, *gradOutput)
        except Exception as error:
            self.locate(error, index, input)
            raise

    def locate(self, error: Exception, index: int, input: Tensor) -> None:
        """Add a note to an error that module ``index`` raised when it was given ``input``."""
        error.add_note(f"in {type(self).__name__}[{index}]: {title(self.modules[index])}, input {describe(input)}")

    def _zero_each(self) -> None:
        for module in self.modules:
            module.zeroGradParameters()
        if type(self).getGradParameters is Container.getGradParameters:
            own = [gradient for _, gradient in self._declared()]
        else:  # a subclass that declares nothing returns gradients of its own among the others
            own = self.getGradParameters()
        for gradient in leaves(own):
            gradient.fill(0)

    def getParameters(self) -> list[Any]:
        """Return one list for each module, after the parameters that the container itself declares."""
        return [*super().getParameters(), *(module.getParameters() for module in self.modules)]

    def getGradParameters(self) -> list[Any]:
        """Return the gradients in the structure of `getParameters`."""
        return [*super().getGradParameters(), *(module.getGradParameters() for module in self.modules)]

    _default_listings: ClassVar[tuple[Any, ...]] = (getParameters, getGradParameters)

    def _listed(self) -> list[Module]:
        return self.modules

    def __getitem__(self, index: Any) -> Any:
        """Return a module, or a list of them for a slice."""
        return self.modules[index]

    def __len__(self) -> int:
        return len(self.modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules)

    def __bool__(self) -> bool:
        """True, however many modules there are: ``if model:`` asks whether there is a model."""
        return True

    def __repr__(self) -> str:
        return "".join(f"{module!r}\n" for module in self.modules)
