"""`Container`: the base of every module that is made of modules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, ClassVar, Self, TypeVar

from ..errors import NestingError, recursion_limit_reached
from .arrays import Tensor, describe, leaves
from .module import Module
from .node import join, title, walk
from .storage import Storage

_SMALL = 64
"""Modules that are looked through at each `Container.add`, in well under a millisecond."""

_Backward = TypeVar("_Backward", bound=Callable[..., Any])

_DEEP = 100
"""Levels of containers from which on they are to blame for a RecursionError, and not what a layer does."""


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
        present: dict[int, str] | None = None
        for module in modules:
            if type(self).add is Container.add:  # then the model is looked through once, and not at each of them
                present = self._append(module, present)
            else:
                self.add(module)

    def add(self, module: Module) -> Self:
        """Append a module.

        Returns:
            This container, so that calls can be chained.

        Raises:
            TypeError: if it is not a `Module` instance.
            ValueError: if it, or a module inside it, is already in here: its ``output`` and gradients can serve only
                one place. ``clone()`` gives a second module, ``share()`` makes two use the same parameters.
                (In a model of more than 64 modules, one that was put into an attribute of another after that had been
                added is not found.)
        """
        self._append(module, None)
        return self

    def _present(self) -> dict[int, str]:
        """The modules that must not be added, by ``id``, and their names: all of the models that this one is in."""
        return {id(inner): name for top in self._tops() for name, inner in walk(top)}

    def _append(self, module: Module, present: dict[int, str] | None) -> dict[int, str] | None:
        """Add a module, and what it contains to ``present``, by names within this container, if that is known.

        To look through a model at each call would make building it quadratic. So that is done only while it is small,
        and where `Storage.group`, which lacks only what attributes were given later, says that some may be in here.
        """
        if not isinstance(module, Module):
            hint = "; call it to make one" if isinstance(module, type) else ""
            raise TypeError(f"{type(self).__name__}.add: expected a Module instance, received {module!r}{hint}")
        group = Storage.of(self).group
        mine, theirs = Storage.gather(self) if group is None else group, Storage.gather(module)
        if len(theirs) > _SMALL and not _overlap(mine, theirs):
            present = None
        elif present is None and (len(mine) + len(theirs) <= _SMALL or _overlap(mine, theirs)):
            present = self._present()
        if present is not None:
            self._expect_absent(module, present)
        self.modules.append(module)
        Storage.of(module).add_parent(self)
        Storage.unite("group", self, module)
        return present

    def _expect_absent(self, module: Module, present: dict[int, str]) -> None:
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

    def _tops(self) -> list[Module]:
        """The outermost containers that this one is in; itself if in none."""
        tops: list[Module] = []
        pending: list[Module] = [self]
        while pending:
            inner = pending.pop()
            parents = [p for p in Storage.of(inner).living_parents() if any(module is inner for module in p.modules)]
            pending.extend(parents)
            if not parents:
                tops.append(inner)
        return tops

    def rethrowErrors(self, index: int, method: str, input: Tensor, *gradOutput: Tensor) -> Tensor:
        """Call ``method`` of module ``index``; an error that passes through gets a note of where it happened."""
        module = self.modules[index]
        try:
            return getattr(module, method)(input, *gradOutput)
        except Exception as error:
            self.locate(error, index, input)
            raise

    def locate(self, error: Exception, index: int, input: Tensor) -> None:
        """Add a note to an error that module ``index`` raised when it was given ``input``.

        Raises:
            NestingError: instead of a RecursionError in hundreds of containers, each of which would add a note.
        """
        if isinstance(error, NestingError):
            return
        if isinstance(error, RecursionError):
            caller: FrameType | None = sys._getframe(1)
            code, levels = sys._getframe(1).f_code, 0
            while caller is not None:
                levels, caller = levels + (caller.f_code is code), caller.f_back
            if levels > _DEEP:
                raise NestingError(f"{type(self).__name__}: {recursion_limit_reached()}") from None
        place = f"{type(self).__name__}[{self._name_of(index)}]"
        error.add_note(f"in {place}: {title(self.modules[index])}, input {describe(input)}")

    def _name_of(self, index: int) -> str:
        """What a note calls a module, as one would index for it."""
        return str(index)

    def _added_with(self, index: int) -> dict[str, Any]:
        """What ``add`` was given by name beside module ``index``, as a config can hold it."""
        return {}

    def _zero_each(self) -> None:
        pending: list[Any] = [self]
        while pending:
            module = pending.pop()
            is_container = isinstance(module, Container) and type(module)._zero_each is Container._zero_each
            is_default = is_container and type(module).zeroGradParameters is Container.zeroGradParameters
            if module is not self and not (is_default and "zeroGradParameters" not in vars(module)):
                module.zeroGradParameters()
            elif module is self or module._storage is None or not module._storage.zero():
                module._zero_own()
                pending.extend(module.modules)

    def _zero_own(self) -> None:
        if type(self).getGradParameters is Container.getGradParameters:
            own = [gradient for _, gradient in self._declared()]
        else:  # a subclass that declares nothing returns gradients of its own among the others
            own = self.getGradParameters()
        for gradient in leaves(own):
            gradient.fill(0)

    def getParameters(self) -> list[Any]:
        """Return one list for each module, after the parameters that the container itself declares."""
        return self._nested("getParameters")

    def getGradParameters(self) -> list[Any]:
        """Return the gradients in the structure of `getParameters`."""
        return self._nested("getGradParameters")

    _default_listings: ClassVar[tuple[Any, ...]] = (getParameters, getGradParameters)

    def _nested(self, method: str) -> list[Any]:
        """Make the list of this container, and those of containers inside it, which need not be called for that."""
        whole: list[Any] = []
        pending: list[tuple[Container, list[Any]]] = [(self, whole)]
        while pending:
            container, listing = pending.pop()
            listing.extend(getattr(super(Container, container), method)())
            for module in container.modules:
                if isinstance(module, Container) and module._has_default_listings():
                    listing.append([])
                    pending.append((module, listing[-1]))
                else:
                    listing.append(getattr(module, method)())
        return whole

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
        lines: list[str] = []  # the last first
        pending: list[Any] = [*self.modules]
        while pending:
            module = pending.pop()
            if type(module).__repr__ is Container._listing_repr:
                lines.append("\n")
                pending.extend(module.modules)
            else:
                lines.append(f"{module!r}\n")
        return "".join(reversed(lines))

    _listing_repr: ClassVar[Any] = __repr__


def in_two_phases(backward: _Backward) -> _Backward:
    """Say of a ``backward`` that it is `Module.backward`'s two calls, so that a container may make each in its time."""
    _IN_TWO_PHASES.add(backward)
    return backward


def is_in_two_phases(module: Module) -> bool:
    """Whether ``updateGradInput`` and then ``accGradParameters`` do what ``backward`` of a module does."""
    return type(module).backward in _IN_TWO_PHASES


_IN_TWO_PHASES: set[Any] = {Module.backward}


def _overlap(one: Mapping[int, Any], other: Mapping[int, Any]) -> bool:
    smaller, larger = (one, other) if len(one) <= len(other) else (other, one)
    return any(map(larger.__contains__, smaller))
