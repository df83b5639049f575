"""`Storage`: where the arrays of a module are, and who must know when they move.

Here are the two vectors of `Module.flattenParameters`, the modules that share arrays, and the containers of a module.
A storage belongs to one object, and is no part of its copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from weakref import ReferenceType, WeakValueDictionary

import numpy as np

from .. import support
from .arrays import Array, leaves
from .node import Node, Steps, children, find_places, walk, walk_all
from .parameter_refs import ParameterRef, expect_listed, expect_separate, find_parameters
from .placement import zeros_apart

if TYPE_CHECKING:
    from .container import Container


class Stretch(NamedTuple):
    """Where a parameter is in the flat vectors.

    Attributes:
        names: the dotted names of the parameter; several of one that modules share.
        shape: its shape.
        start, stop: where it begins and ends.
    """

    names: tuple[str, ...]
    shape: tuple[int, ...]
    start: int
    stop: int


class StorageSnapshot:
    """The arrays of a module, and where they were found.

    It is asked twice in every step of training, so it does not collect the arrays again: a declared parameter is an
    attribute, and the modules of a `Container` are a list, of which identity tells whether they have changed.
    Only a class with parameter methods of its own is asked for its arrays.

    Attributes:
        held: attributes: the ``vars()`` of a module, the name, and what it was.
        listed: the ``vars()`` of a container, and the modules that it held.
        asked: a module that must be asked, with its arrays.
    """

    __slots__ = ("asked", "held", "listed")

    def __init__(self, root: Node) -> None:
        self.held: list[tuple[dict[str, Any], str, Array | None]] = []
        self.listed: list[tuple[dict[str, Any], tuple[Node, ...]]] = []
        self.asked: list[tuple[Node, tuple[Array, ...]]] = []
        pending = [root]
        while pending:
            node = pending.pop()
            own = vars(node)
            if not node._has_default_listings():
                self.asked.append((node, _arrays(node)))
                continue
            self.held.extend((own, name, own[name]) for pair in node.PARAMETERS.items() for name in pair)
            modules = node._listed()
            if modules is not None:
                self.listed.append((own, tuple(modules)))
                pending.extend(modules)

    def is_current(self) -> bool:
        """Whether nothing has been rebound, added or taken away since."""
        for own, name, array in self.held:
            if own.get(name) is not array:
                return False
        for own, modules in self.listed:
            if not _same(own["modules"], modules):
                return False
        return all(_same(_arrays(node), arrays) for node, arrays in self.asked)


def _arrays(node: Node) -> tuple[Array, ...]:
    return tuple(leaves([node.getParameters(), node.getGradParameters()]))


def _same(these: Any, those: tuple[Any, ...]) -> bool:
    return len(these) == len(those) and all(map(is_, these, those))


class Storage:
    """What the core keeps for one module.

    Attributes:
        vectors: the parameters and the gradients, of which the arrays of the module are views; None before `flatten`.
        snapshot: of when they became views of them; None before.
        stretches: where in the vectors each parameter is; none before `flatten`.
        zeroes_at_once: whether no module in it has a ``zeroGradParameters`` of its own.
        relatives: ``id`` -> a module that shares arrays with this one, itself among them; one dictionary for all.
        group: ``id`` -> a module that `Container.add` has brought together with this one, itself among them; one
            dictionary for all. It has all of a model but what attributes were given later, and more than that if
            modules were taken out or are in two models. None of a module that was never looked at.
        parents: the containers that it was added to.
    """

    __slots__ = ("group", "parents", "relatives", "snapshot", "stretches", "vectors", "zeroes_at_once")

    def __init__(self) -> None:
        self.vectors: tuple[Array, Array] | None = None
        self.snapshot: StorageSnapshot | None = None
        self.stretches: tuple[Stretch, ...] = ()
        self.zeroes_at_once = False
        # They keep nobody alive, and are made when they are needed: most of many layers have no use for them.
        self.relatives: WeakValueDictionary[int, Node] | None = None
        self.group: WeakValueDictionary[int, Node] | None = None
        self.parents: list[ReferenceType[Container]] = []

    @classmethod
    def of(cls, node: Node) -> Storage:
        """Return the storage of a module, which is made when it is first asked for."""
        if node._storage is None:
            vars(node)["_storage"] = cls()  # past whatever ``__setattr__`` a subclass has
        return node._storage  # type: ignore[return-value]

    def add_parent(self, container: Container) -> None:
        """Note that the module was added to a container."""
        parents = [parent for parent in self.living_parents() if parent is not container] if self.parents else []
        self.parents = [ReferenceType(parent) for parent in (*parents, container)]

    def living_parents(self) -> list[Container]:
        """Return the containers that the module was added to, and that are still there."""
        return [parent for reference in self.parents if (parent := reference()) is not None]

    def current_vectors(self) -> tuple[Array, Array] | None:
        """Return the vectors if the arrays of the module are still views of them."""
        return self.vectors if self.snapshot is not None and self.snapshot.is_current() else None

    def zero(self) -> bool:
        """Fill the gradients with zeros in one call, which is several times as fast; return whether that was right."""
        vectors = self.current_vectors() if self.zeroes_at_once else None
        if vectors is not None:
            vectors[1].fill(0)
        return vectors is not None

    @classmethod
    def unite(cls, kind: Literal["relatives", "group"], one: Node, other: Node) -> None:
        """Make one dictionary of those that two modules have, for all that are in either."""
        larger, smaller = getattr(cls.of(one), kind), getattr(cls.of(other), kind)
        # The smaller is moved into the larger, so a module moves only as often as its dictionary can double.
        if smaller is not None and (larger is None or len(smaller) > len(larger)):
            larger, smaller, other = smaller, larger, one
        if larger is None:
            moved, larger = [one, other], WeakValueDictionary()
        elif larger is smaller:
            return
        else:
            moved = [other] if smaller is None else list(smaller.values())
        for node in moved:
            larger[id(node)] = node
            setattr(cls.of(node), kind, larger)

    @classmethod
    def gather(cls, node: Node) -> Mapping[int, Node]:
        """Return the group of a module, which is joined by all that it holds.

        What has a group already is not looked into again, so that nested modules are looked at once, not once a level.
        What holds no other, as most of many layers, is left without a group until it is united with one.
        """
        if cls.of(node).group is None and not children(node):
            return {id(node): node}
        pending = [node]
        while pending:
            outer = pending.pop()
            cls.unite("group", outer, outer)
            for _, inner in children(outer):
                if cls.of(inner).group is None:
                    pending.append(inner)
                cls.unite("group", outer, inner)
        return cls.of(node).group or {}


def arrangement(node: Node) -> object:
    """Return what says where the arrays of a module are: another object once `flatten` has arranged them anew."""
    return node._storage and node._storage.snapshot


def is_flat(node: Node) -> bool:
    """Whether the arrays of a module are, now, the views that `flatten` made of them, of which no two overlap."""
    return node._storage is not None and node._storage.current_vectors() is not None


def replace_in_relatives(root: Node | Steps, replaced: Mapping[int, Array]) -> None:
    """Replace arrays, by their ``id``, in the modules that share them with those below ``root``, where that is done."""
    storages = [node._storage for _, node in walk(root) if node._storage is not None]
    groups = {id(storage.relatives): storage.relatives for storage in storages if storage.relatives is not None}
    for relatives in groups.values():
        for relative in list(relatives.values()):
            for location in find_places(relative, np.ndarray):
                if id(location.value) in replaced:
                    location.put(replaced[id(location.value)])


@support.collection_paused()
def flatten(node: Node) -> tuple[Array, Array]:
    """Move what is not there yet into the vectors of parameters and gradients; see `Module.flattenParameters`."""
    steps = walk_all(node)
    refs = find_parameters(steps)
    expect_listed(node, refs)
    unique = _unique(refs)
    expect_separate(unique)
    # A gradient has the dtype that its layer was made in; a parameter that was rebound in another one is converted.
    dtypes = {ref.gradient.dtype for ref in unique} or {np.dtype(np.float32)}
    if len(dtypes) > 1:
        listing = ", ".join(f"{ref.name} {ref.gradient.dtype}" for ref in unique)
        raise TypeError(f"expected gradients of one dtype, received {listing}; convert with astype()")
    dtype = dtypes.pop()
    size = sum(ref.parameter.size for ref in unique)
    storage = Storage.of(node)
    vectors = storage.vectors
    if vectors is None or (vectors[0].size, vectors[0].dtype) != (size, dtype):
        vectors = zeros_apart(size, dtype, 0), zeros_apart(size, dtype, 1)
    parameters, gradients = vectors

    # Values are copied out first: a parameter may be a view of another stretch of the vectors that are written to.
    parameters[:] = np.concatenate([np.empty(0, dtype), *(ref.parameter.ravel() for ref in unique)])
    gradients[:] = np.concatenate([np.empty(0, dtype), *(ref.gradient.ravel() for ref in unique)])
    views: dict[int, Array] = {}
    names: dict[int, list[str]] = {}
    for ref in refs:
        names.setdefault(id(ref.parameter), []).append(ref.name)
    stretches = []
    start = 0
    for ref in unique:
        shape, stop = ref.parameter.shape, start + ref.parameter.size
        stretches.append(Stretch(tuple(names[id(ref.parameter)]), shape, start, stop))
        views[id(ref.parameter)] = parameters[start:stop].reshape(shape)
        views[id(ref.gradient)] = gradients[start:stop].reshape(shape)
        start = stop
    for ref in refs:
        ref.rebind(views[id(ref.parameter)], views[id(ref.gradient)])
    replace_in_relatives(steps, views)
    zeroing = {type(inner).zeroGradParameters for _, inner, _ in steps}
    storage.zeroes_at_once = zeroing == {Node.zeroGradParameters}
    storage.vectors, storage.snapshot, storage.stretches = vectors, StorageSnapshot(node), tuple(stretches)
    return vectors


def _unique(refs: list[ParameterRef]) -> list[ParameterRef]:
    """Keep the first of each shared parameter."""
    first: dict[int, ParameterRef] = {}
    for ref in refs:
        known = first.setdefault(id(ref.parameter), ref)
        if known.gradient is not ref.gradient:
            raise ValueError(
                f"{known.name} and {ref.name} are one array, but their gradients are two; "
                "tie modules with share(), which ties both"
            )
        ref.require_locations()
    return list(first.values())
