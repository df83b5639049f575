"""`Registry`: how a name becomes a class.

``layers["Swish"]`` takes these steps; ``layers.override("Swish", cls)`` comes before them all.

1. `minnet_core.discovery` reads the entry points of all installed distributions, once until ``refresh()``, and leaves
   out those that ``MINNET_PLUGINS`` and ``MINNET_DISABLE_PLUGINS`` switch off.
   Each is a `Declaration`: a name, a distribution, and what to import, ``minnet_swish:Swish``.
2. To the declarations of the group ``minnet.layers`` come the classes that this program registered, of the distribution
   ``local``; and those that plugins compute, if nothing else has the name.
3. ``NameTable.find`` says which of them the name means: a qualified name, ``minnet-swish:Swish``, that distribution's;
   a bare one a first-party component, else a registered class, else every stranger's that has it.
4. None is an `UnknownComponentError` with advice from `unknown_component`; several are an `AmbiguousNameError`.
5. One is imported, and has to be a subclass of the registry's base class; if that fails, it is a `PluginLoadError`.
   The class, or the error, is kept until ``refresh()``.

Listing names and `Registry.declaration`, which says who provides a name, stop before the import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import invalidate_caches
from pkgutil import resolve_name
from threading import Lock
from typing import Any, TypeVar, cast

from attrs import Factory, define

from ..discovery import FIRST_PARTY, LOCAL, Declaration, Scan, Switches, forget, is_strict, scan, switches
from ..errors import AmbiguousNameError, PluginLoadError, UnknownComponentError
from ..plugins import load, plugin_host
from ..support import printable
from .lookup_errors import unknown_component
from .names import NameTable

_C = TypeVar("_C", bound=type)


@define
class _Loaded:
    """What has been loaded since the last scan, and what could not be."""

    scan: Scan | None = None
    classes: dict[Declaration, type] = Factory(dict)
    failures: dict[Declaration, PluginLoadError] = Factory(dict)


@define
class _Known:
    """What is declared, given what is installed and what the environment switches off."""

    scan: Scan
    switches: Switches
    local: dict[str, Declaration]
    table: NameTable
    disabled: tuple[Declaration, ...]
    reserved: frozenset[str]
    computed: tuple[Declaration, ...] = ()
    everything: NameTable | None = None


class Registry(Mapping[str, Any]):
    """A read-only mapping, name -> class, of all installed components of one kind.

    Looking a name up imports that one class; listing names imports none.
    What a name means is told by ``NameTable``.

    Args:
        kind: ``layers``: the entry-point group is ``minnet.layers``.
        base: ``"module:Class"``, or a function that returns the class, that every component of this kind derives from;
            it is not imported to list names.
        compute: returns the components that hooks register, asked when a name is not found and when names are listed.
    """

    def __init__(
        self, kind: str, base: str | Callable[[], type], compute: Callable[[str], list[Declaration]] = lambda kind: []
    ) -> None:
        self.kind = kind
        self._base: Callable[[], type] = partial(resolve_name, base) if isinstance(base, str) else base
        self._compute = compute
        self._local: dict[str, Declaration] = {}
        self._overrides: dict[str, tuple[type, ...]] = {}
        self._lock = Lock()  # held while the two above are replaced; whoever reads them needs none
        self._known: _Known | None = None
        self._loaded = _Loaded()
        self._is_sweeping = False

    def refresh(self) -> None:
        """Look at what is installed again, for this registry and all others; registered classes stay.

        After a ``pip install`` in a running session this finds what is new, and tries again what failed.
        A module that was imported stays the one that it was, as always in Python.
        """
        invalidate_caches()
        forget()

    def __getitem__(self, name: str) -> Any:
        """Return the class of this name, imported now if it was not.

        Raises:
            UnknownComponentError: if no distribution that is installed and enabled registers it.
            AmbiguousNameError: if several do, and the name is bare.
            PluginLoadError: if it cannot be imported, or is no component of this kind.
        """
        if classes := self._overrides.get(name):
            return classes[-1]
        return self.load(self.declaration(name))

    def __reduce__(self) -> tuple[Callable[[str], Registry], tuple[str]]:
        """Be the registry of this kind in a copy, and in another process, to which a function that uses it is sent."""
        return _registry_of, (self.kind,)

    # A registry is itself and no other: Mapping would compare two by importing all that they hold.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __contains__(self, name: object) -> bool:
        if self._overrides.get(str(name)):
            return True
        try:
            self.declaration(str(name))
        except (UnknownComponentError, AmbiguousNameError):
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        """Yield each component once, by the shortest name that means it, in alphabetical order."""
        return iter(sorted(map(self.shortest, self.declarations()), key=lambda name: (name.lower(), name)))

    def __len__(self) -> int:
        return len(self.declarations())

    def __repr__(self) -> str:
        return f"<Registry minnet.{self.kind}: {', '.join(map(printable, self))}>"

    def declarations(self) -> tuple[Declaration, ...]:
        """List every component that is installed and enabled, in a stable order; nothing is imported."""
        return self._everything().declarations

    def components(self) -> tuple[Declaration, ...]:
        """List what `declarations` does, without the further names of a class: what is to be looked at once.

        A distribution may declare one target under several names. The class's own name counts, else the first.
        """
        chosen: dict[tuple[str, str], Declaration] = {}
        for declaration in self.declarations():
            key = (declaration.distribution, declaration.target)
            if key not in chosen or declaration.name == declaration.target.rpartition(":")[2].rpartition(".")[2]:
                chosen[key] = declaration
        return tuple(each for each in self.declarations() if each in chosen.values())

    def declaration(self, name: str) -> Declaration:
        """Say who provides a name, without importing it; raises as looking it up does."""
        found = self.candidates(name)
        if len(found) > 1:
            listing = "; ".join(f"{each.qualified} ({each.provider}, {each.target})" for each in found)
            raise AmbiguousNameError(f"{name!r} means several {self.kind}: {listing}; use a qualified name")
        if not found:
            raise UnknownComponentError(unknown_component(str(name), [self], others=REGISTRIES))
        return found[0]

    def candidates(self, name: str) -> list[Declaration]:
        """List what a name may mean: one thing, none, or several, if it is bare and two strangers have it."""
        # Hooks are asked only for what no entry point declares: asking them imports plugins.
        return self._declared().find(str(name)) or self._everything().find(str(name))

    def shortest(self, declaration: Declaration) -> str:
        """Return the shortest name that means a declaration."""
        found = self.candidates(declaration.name)
        return declaration.name if found == [declaration] else declaration.qualified

    def disabled(self) -> tuple[Declaration, ...]:
        """List what is installed and switched off."""
        return self._now().disabled

    def load(self, declaration: Declaration) -> Any:
        """Import the class of a declaration.

        Raises:
            PluginLoadError: with the cause, again each time.
        """
        self._now()
        loaded = self._loaded  # another thread may refresh meanwhile
        if declaration in loaded.failures:
            raise loaded.failures[declaration].with_traceback(None)  # each raise would lengthen it
        cls = loaded.classes.get(declaration)
        if cls is None:
            try:
                cls = loaded.classes[declaration] = load(declaration, self._checked)
            except PluginLoadError as failure:
                loaded.failures[declaration] = failure
                raise
        return cls

    def register(self, cls: _C, name: str | None = None, *, file: str | None = None) -> _C:
        """Register a class of this program, as ``local:Name`` and, where no first-party component has it, as ``Name``.

        Registering a name again replaces it, so that a notebook cell can be run twice.

        Args:
            cls: the class.
            name: to use instead of its own.
            file: the Python file that it is from, ``homework.py``: its name is ``homework.py:Name`` instead.

        Returns:
            The class, so that this can be a decorator.

        Raises:
            TypeError: if it is no component of this kind.
        """
        self._checked(cls)
        name = name or cls.__name__
        declaration = Declaration(name, file or LOCAL, None, f"{cls.__module__}:{cls.__qualname__}", cls, file)
        with self._lock:
            self._local = {**self._local, declaration.qualified: declaration}
        classes = self._loaded.classes
        for before in [each for each in list(classes) if each.qualified == declaration.qualified]:
            classes.pop(before, None)
        return cls

    @contextmanager
    def override(self, name: str, cls: type) -> Iterator[None]:
        """Make a name mean another class while the context lasts, even a first-party name.

        Raises:
            TypeError: if the class is no component of this kind.
        """
        cls = self._checked(cls)
        with self._lock:
            self._overrides = {**self._overrides, name: (*self._overrides.get(name, ()), cls)}
        try:
            yield
        finally:  # one may end before another that began later
            with self._lock:
                classes = list(self._overrides.get(name, ()))
                classes.remove(cls)
                self._overrides = {**self._overrides, name: tuple(classes)}

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """Begin with nothing registered and nothing overridden while the context lasts."""
        before = self._local, self._overrides
        self._local, self._overrides, self._loaded = {}, {}, _Loaded()
        try:
            yield
        finally:
            self._local, self._overrides = before
            self._loaded = _Loaded()

    def declaration_of(self, cls: type) -> Declaration | None:
        """Find who provides a class; None if no one does.

        Of entry points, only those into the class's own package are imported, which it has been.
        """
        for table in (self._declared, self._everything):
            known = table().declarations
            for declaration in sorted(known, key=lambda d: (d.distribution == LOCAL, d.name != cls.__name__)):
                if self._loaded.classes.get(declaration) is cls or self._is_home(declaration, cls):
                    return declaration
        return None

    def _is_home(self, declaration: Declaration, cls: type) -> bool:
        """Whether a class is that of a declaration, as far as importing the package that has the class can tell."""
        if declaration.target.partition(":")[0].partition(".")[0] != cls.__module__.partition(".")[0]:
            return False
        try:
            return self.load(declaration) is cls
        except PluginLoadError:
            return False

    def _declared(self) -> NameTable:
        """What entry points declare, and this program registered."""
        table = self._now().table
        if is_strict() and not self._is_sweeping:
            self._is_sweeping = True  # a component that is loaded may itself look another up
            try:
                for declaration in table.declarations:
                    self.load(declaration)
            finally:
                self._is_sweeping = False
        return table

    def _everything(self) -> NameTable:
        """The same, and what hooks register."""
        known = self._now()
        computed = tuple(self._compute(self.kind))
        if known.computed != computed or known.everything is None:
            known.everything = NameTable([*self._declared().declarations, *computed], known.reserved)
            known.computed = computed
        return known.everything

    def _now(self) -> _Known:
        """What is declared, read again if anything has changed since: what is installed, switched off or registered."""
        now, choice, local, known = scan(), switches(), self._local, self._known
        if known is not None and known.scan is now and known.switches is choice and known.local is local:
            return known
        found = now.declarations(f"minnet.{self.kind}")
        enabled = [each for each in found if choice.allows(each.distribution)]
        disabled = tuple(each for each in found if not choice.allows(each.distribution))
        reserved = frozenset(each.name for each in disabled if each.distribution in FIRST_PARTY)
        if self._loaded.scan is not now:
            self._loaded = _Loaded(now)
        table = NameTable([*local.values(), *enabled], reserved)
        self._known = known = _Known(now, choice, local, table, disabled, reserved)
        return known

    def takes(self, cls: object) -> bool:
        """Whether something is a component of this kind, and can be registered."""
        return isinstance(cls, type) and issubclass(cls, self._base())

    def _checked(self, cls: Any) -> type:
        if self.takes(cls):
            return cast("type", cls)
        raise TypeError(f"expected a subclass of {self._base().__name__} for {self.kind}, received {cls!r}")


def _computed(kind: str) -> list[Declaration]:
    return plugin_host().components(kind)


layers = Registry("layers", "minnet_core.nn:Module", _computed)
criterions = Registry("criterions", "minnet_core.nn:Criterion", _computed)
optimizers = Registry("optimizers", "minnet_core.nn:Optimizer", _computed)
initializers = Registry("initializers", "minnet_core.nn:Initializer", _computed)

REGISTRIES = (layers, criterions, optimizers, initializers)
"""Those of the core; plugins have more, for which there is `all_registries`."""


def contributed_registries() -> Iterator[tuple[Registry, Declaration]]:
    """Ask every plugin for its registries, the first-party ones first; yield each with its plugin."""
    host = plugin_host()
    kinds = [registry.kind for registry in REGISTRIES]

    def accept(returned: Iterable[Registry]) -> list[Registry]:
        registries = list(returned)
        for registry in registries:
            if not isinstance(registry, Registry):
                raise TypeError(f"expected registries, received {registry!r}")
            if not (registry.kind.isprintable() and registry.kind.split() == [registry.kind]):
                raise ValueError(f"expected a kind that is a word, received {registry.kind!r}")
            if registry.kind in kinds:
                raise ValueError(f"expected a kind that nobody else has a registry of, received {registry.kind!r}")
        return registries

    for plugin in list(host.loaded):
        for registry in host.call(plugin, "minnet_registries", accept, True) or ():
            kinds.append(registry.kind)
            yield registry, plugin


def all_registries() -> tuple[Registry, ...]:
    """Return those of the core, and those of plugins that are installed and enabled now."""
    return (*REGISTRIES, *(registry for registry, _ in contributed_registries()))


def _registry_of(kind: str) -> Registry:
    for registry in all_registries():
        if registry.kind == kind:
            return registry
    raise LookupError(f"expected an installed and enabled plugin with a registry of {kind}, received none")
