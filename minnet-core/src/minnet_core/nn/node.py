"""`Node`: what a module is as a part of a model: arrays, held by attributes, and the modules inside it.

Everything that looks for arrays or modules, moves arrays or counts them (`find_parameters`, `Storage`, `share`,
`summarize`) is written against it, and `Module` offers that as methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

import numpy as np

from .arrays import Array, leaves
from .component import Component, definition_depth

if TYPE_CHECKING:
    from .module import Module
    from .storage import Storage

PROTOCOL_ATTRIBUTES: frozenset[str] = frozenset({"output", "gradInput", "_arguments", "_storage"})
"""The attributes of every module, which belong neither to its parameters nor to its buffers."""

_NO_MODULES = frozenset({np.ndarray, NoneType, bool, int, float, str})
"""The types of nearly all attributes, in which no module need be looked for."""


Steps: TypeAlias = "list[tuple[str, Module, list[tuple[str, Module]]]]"
"""A whole model, as `walk_all` lists it: the dotted name of each module, the module, and its children by name."""


class Node(Component):
    """The base class of `Module`, and of nothing else."""

    PARAMETERS: ClassVar[Mapping[str, str]] = {}
    BUFFERS: ClassVar[tuple[str, ...]] = ()
    CACHES: ClassVar[tuple[str, ...]] = ()
    ALIASES: ClassVar[Mapping[str, str]] = {}

    # Class attributes too, so that a layer which forgets super().__init__() still works.
    # Typed for the usual case, so that a layer may return them as arrays; None before the first pass.
    output: Array = None  # type: ignore[assignment]
    gradInput: Array = None  # type: ignore[assignment]
    training: bool = True
    _storage: Storage | None = None

    _listing_repr: ClassVar[Any] = None
    """The ``__repr__`` that has a line for each module inside, where a base of a class defines it."""

    _module_names: ClassVar[Any] = ()
    """The names of the modules in the list ``modules``, where they are others than their indices."""

    _module_sources: ClassVar[Any] = ()
    """What each of them takes, by name, where that is not what the one before makes."""

    def getParameters(self) -> list[Any]:
        """Return the parameters: the arrays themselves, not copies."""
        return [parameter for parameter, _ in self._declared()]

    def getGradParameters(self) -> list[Any]:
        """Return the gradients of the parameters, in the order of `getParameters`.

        They are accumulated and zeroed in place, so the arrays stay valid while the module lives; only
        `flattenParameters` (which an optimizer calls when it is made), `share` and `astype` move them.
        """
        return [gradient for _, gradient in self._declared()]

    _default_listings: ClassVar[tuple[Any, ...]] = (getParameters, getGradParameters)
    """The two methods above, where a class or a base of it defines what can be known without calling them."""

    def _declared(self) -> list[tuple[Array, Array]]:
        """The declared parameters that are not None, with their gradients."""
        names = self.PARAMETERS.items()
        return [
            pair for name, gradient in names if (pair := (getattr(self, name), getattr(self, gradient)))[0] is not None
        ]

    def _listed(self) -> list[Module] | None:
        """The list of the modules whose arrays the default listings return after the declared ones; None without it."""
        return None

    def _has_default_listings(self) -> bool:
        """Whether the methods that list the arrays are the core's, which list what is declared, and attributes hold."""
        cls, own = type(self), vars(self)
        is_overridden = (cls.getParameters, cls.getGradParameters) != cls._default_listings
        if is_overridden or "getParameters" in own or "getGradParameters" in own:
            return False
        for name, gradient in self.PARAMETERS.items():
            if name not in own or gradient not in own:
                return False
        listed = self._listed()
        return not listed or all(isinstance(module, Node) for module in listed)

    def zeroGradParameters(self) -> None:
        """Fill the gradients of the parameters with zeros, in place."""
        if self._storage is None or not self._storage.zero():
            self._zero_each()

    def _zero_each(self) -> None:
        for gradient in leaves(self.getGradParameters()):
            gradient.fill(0)

    def __getstate__(self) -> dict[str, Any]:
        # The arrays of a copy are no views of the copied vectors, nobody shares them, and nothing contains the copy.
        return {name: value for name, value in vars(self).items() if name != "_storage"}


def title(node: Node) -> str:
    """Name a module in one line: by its repr, or by its class if that has a line for each module inside."""
    if type(node).__repr__ is type(node)._listing_repr:  # which would be made, of all that is inside, in vain
        return type(node).__name__
    try:
        text = repr(node)
    except Exception:  # of a half-made layer, which must not hide the error that is being told
        return type(node).__name__
    return type(node).__name__ if not text or "\n" in text else text


class Location(NamedTuple):  # defined at every start, in a sixth of the time that attrs takes
    """Where a module holds something: an attribute, or an item of a list or dict that is one.

    Attributes:
        name: the dotted name of it, within its module or within the whole model: ``0.W``.
        holder: the ``vars()`` of the module, or the list or dict.
        key: of the thing in ``holder``.
    """

    name: str
    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        """What is held there now."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Replace what is held there."""
        self.holder[self.key] = value


def find_places(node: Node, kind: type | tuple[type, ...]) -> list[Location]:
    """List the attributes of a module, and the items of its list and dict attributes, that are of a kind.

    Items of a tuple are found if they are modules only: others in a tuple cannot be replaced.
    """
    holder = vars(node)
    collections = (list, tuple, dict) if kind is Node else (list, dict)
    places: list[Location] = []
    for name, value in holder.items():
        if isinstance(value, kind):
            if name not in PROTOCOL_ATTRIBUTES:
                places.append(Location(name, holder, name))
        elif isinstance(value, collections) and name not in PROTOCOL_ATTRIBUTES:
            items = value.items() if isinstance(value, dict) else enumerate(value)
            places.extend(Location(f"{name}.{key}", value, key) for key, item in items if isinstance(item, kind))
    return places


def join(prefix: str, name: str) -> str:
    """Add a step to a dotted name."""
    return f"{prefix}.{name}" if prefix else name


def listed_modules(node: Node) -> list[tuple[str, Module]]:
    """List the modules in the list ``modules`` of a module, by name: their indices, or the names of a graph's nodes."""
    listed = _listed_in(node)
    names = node._module_names if listed else ()
    if len(names) != len(listed):
        names = map(str, range(len(listed)))
    return [(name, child) for name, child in zip(names, listed, strict=True) if isinstance(child, Node)]  # type: ignore[misc]  # a Node is a Module


def _listed_in(node: Node) -> Any:
    listed = getattr(node, "modules", ())
    return listed if isinstance(listed, (list, tuple)) else ()


def children(node: Node) -> list[tuple[str, Module]]:
    """List the modules that a module holds, by name: those of its list ``modules``, then those of other attributes."""
    listed = _listed_in(node)
    found: list[Any] = []
    if listed:
        found.extend(listed_modules(node))
    for name, value in vars(node).items():
        if type(value) not in _NO_MODULES and name not in PROTOCOL_ATTRIBUTES and value is not listed:
            found.extend((place.name, place.value) for place in find_places(node, Node) if place.holder is not listed)
            break
    return found


def walk(root: Node | Steps) -> Iterator[tuple[str, Module]]:
    """Yield a module and all below it, parents first, each once, with its dotted name (``""`` for the root)."""
    return ((name, node) for name, node, _ in walk_all(root))


def walk_all(root: Node | Steps) -> Steps:
    """List what `walk` yields, with the `children` of each, for whom to look again would take as long as the walk.

    Steps are returned as they are: what takes a module or its steps lets a caller who asks several things walk once.
    """
    if isinstance(root, list):
        return root
    steps: Steps = []
    seen: set[int] = set()
    pending: list[tuple[str, Any]] = [("", root)]  # rather than recursion, for models that are nested deeply
    while pending:
        name, node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            inner = children(node)
            steps.append((name, node, inner))
            if inner:
                prefix = f"{name}." if name else ""
                pending.extend([(prefix + step, child) for step, child in reversed(inner)])
    return steps


def trained_arrays(node: Node) -> list[Array]:
    """The parameters and gradients that a module returns, those of the modules inside it among them."""
    return [array for array in listed_arrays(node) if isinstance(array, np.ndarray)]


def listed_arrays(node: Node) -> Iterator[Array]:
    """Yield what `trained_arrays` lists, whatever it is; only classes with methods of their own are asked for it."""
    pending = [node]
    while pending:
        inner = pending.pop()
        if inner._has_default_listings():
            yield from leaves(inner._declared())
            pending.extend(reversed(inner._listed() or ()))
        else:
            yield from leaves([inner.getParameters(), inner.getGradParameters()])


def find_buffers(root: Node | Steps, *, empty: bool = False) -> list[Location]:
    """List every buffer below ``root``: the arrays that belong to the model but are not trained.

    They are what ``BUFFERS`` declares, or all arrays but the parameters of a class without declarations.

    Args:
        root: the module.
        empty: list also where a buffer can be and None is, or a number: a moving average often begins as 0.
    """
    found = []
    declaring: dict[type, bool] = {}  # looked at once for each class
    for prefix, node, _ in walk_all(root):
        cls = type(node)
        if cls not in declaring:
            declaring[cls] = definition_depth(cls, "PARAMETERS", "BUFFERS", "CACHES") < cls.__mro__.index(Node)
        is_declared = declaring[cls]
        if is_declared and not node.BUFFERS:
            continue
        places = find_places(node, (np.ndarray, NoneType, int, float) if empty else np.ndarray)
        is_asked = not is_declared and any(isinstance(place.value, np.ndarray) for place in places)
        trained = set(map(id, trained_arrays(node))) if is_asked else set()
        for place in places:
            is_numeric = not isinstance(place.value, np.ndarray) or place.value.dtype.kind in "biufc"
            is_buffer = place.name in node.BUFFERS if is_declared else id(place.value) not in trained and is_numeric
            if is_buffer:
                found.append(Location(join(prefix, place.name), place.holder, place.key))
    return found
