"""`Registry`: one kind of component, by name, from whoever provides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import invalidate_caches
from typing import Any, TypeVar

from .discovery import FIRST_PARTY, LOCAL, Declaration, canonical, declarations, is_strict, plugin_switches
from .errors import AmbiguousNameError, PluginLoadError, UnknownComponentError

_C = TypeVar("_C", bound=type)


class Registry(Mapping[str, Any]):
    """A read-only mapping, name -> class, of all installed components of one kind.

    Looking a name up imports that one class; listing names imports none.
    A qualified name, ``minnet-swish:Swish``, always works.
    A bare one works when it means one thing: a first-party component; else one that this program has registered; else
    the one of the only distribution that has it.

    Args:
        kind: ``layers``: the entry-point group is ``minnet.layers``.
        base: returns the class that every component of this kind derives from.
        compute: returns the components that hooks register, asked when a name is not found and when names are listed.
    """

    def __init__(
        self, kind: str, base: Callable[[], type], compute: Callable[[str], list[Declaration]] = lambda kind: []
    ) -> None:
        self.kind = kind
        self._base = base
        self._compute = compute
        self._local: dict[str, Declaration] = {}
        self._overrides: dict[str, type] = {}
        self.refresh()

    def refresh(self) -> None:
        """Forget what was discovered, so that a package installed since is found; registered classes stay."""
        invalidate_caches()
        self._entry_points: list[Declaration] | None = None
        self._computed: list[Declaration] | None = None
        self._classes: dict[Declaration, type] = {}
        self._failures: dict[Declaration, PluginLoadError] = {}

    def __getitem__(self, name: str) -> Any:
        """Return the class of this name, imported now if it was not.

        Raises:
            UnknownComponentError: if no distribution that is installed and enabled registers it.
            AmbiguousNameError: if several do, and the name is bare.
            PluginLoadError: if it cannot be imported, or is no component of this kind.
        """
        if name in self._overrides:
            return self._overrides[name]
        return self.load(self.declaration(name))

    def __contains__(self, name: object) -> bool:
        if name in self._overrides:
            return True
        try:
            self.declaration(str(name))
        except (UnknownComponentError, AmbiguousNameError):
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        """Yield each component once, by the shortest name that means it, in alphabetical order."""
        names = []
        for declaration in self.declarations():
            bare = declaration.name in self and self.declaration(declaration.name) == declaration
            names.append(declaration.name if bare else declaration.qualified)
        return iter(sorted(names, key=lambda name: (name.lower(), name)))

    def __len__(self) -> int:
        return len(self.declarations())

    def __repr__(self) -> str:
        return f"<Registry minnet.{self.kind}: {', '.join(self)}>"

    def declarations(self) -> list[Declaration]:
        """List every component that is installed and enabled, in a stable order; nothing is imported."""
        if self._computed is None:
            self._computed = self._compute(self.kind)
        return [*self._declared(), *self._computed]

    def declaration(self, name: str) -> Declaration:
        """Say who provides a name, without importing it; raises as looking it up does."""
        distribution, _, bare = str(name).rpartition(":")
        distribution = canonical(distribution)
        # Hooks are asked only for what no entry point declares: asking them imports plugins.
        for list_known in (self._declared, self.declarations):
            matches = [d for d in list_known() if d.name == bare and distribution in ("", d.distribution)]
            for preferred in (FIRST_PARTY, {LOCAL}):
                if any(d.distribution in preferred for d in matches):
                    matches = [d for d in matches if d.distribution in preferred]
                    break
            if len(matches) == 1:
                return matches[0]
            if matches:
                listing = "; ".join(f"{d.qualified} ({d.provider}, {d.target})" for d in matches)
                raise AmbiguousNameError(f"{name!r} means several {self.kind}: {listing}; use a qualified name")
        raise UnknownComponentError(self._unknown(name, distribution, bare))

    def load(self, declaration: Declaration) -> Any:
        """Import the class of a declaration.

        Raises:
            PluginLoadError: with the cause, again each time.
        """
        if declaration in self._failures:
            raise self._failures[declaration].with_traceback(None)  # each raise would lengthen it
        if declaration not in self._classes:
            try:
                self._classes[declaration] = self._checked(declaration.load())
            except (Exception, SystemExit) as error:  # a plugin that exits must not end the program that loads it
                failure = PluginLoadError(
                    f"{declaration.qualified} ({declaration.provider}, {declaration.target}) cannot be loaded: "
                    f"{type(error).__name__}: {error}"
                )
                self._failures[declaration] = failure
                raise failure from error
        return self._classes[declaration]

    def register(self, cls: _C, name: str | None = None) -> _C:
        """Register a class of this program, as ``local:Name`` and, where no first-party component has it, as ``Name``.

        Registering a name again replaces it, so that a notebook cell can be run twice.

        Returns:
            The class, so that this can be a decorator.

        Raises:
            TypeError: if it is no component of this kind.
        """
        self._checked(cls)
        name = name or cls.__name__
        self._local[name] = Declaration(name, LOCAL, None, f"{cls.__module__}:{cls.__qualname__}", cls)
        return cls

    @contextmanager
    def override(self, name: str, cls: type) -> Iterator[None]:
        """Make a name mean another class while the context lasts, even a first-party name.

        Raises:
            TypeError: if the class is no component of this kind.
        """
        cls = self._checked(cls)
        before = self._overrides.get(name)
        self._overrides[name] = cls
        try:
            yield
        finally:
            if before is None:
                del self._overrides[name]
            else:
                self._overrides[name] = before

    def declaration_of(self, cls: type) -> Declaration | None:
        """Find who provides a class; None if no one does.

        Of entry points, only those into the class's own package are imported, which it has been.
        """
        for list_known in (self._declared, self.declarations):
            for declaration in sorted(list_known(), key=lambda d: (d.distribution == LOCAL, d.name != cls.__name__)):
                if self._classes.get(declaration) is cls or self._is_home(declaration, cls):
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

    def _declared(self) -> list[Declaration]:
        return [*self._local.values(), *self._enabled()]

    def _enabled(self) -> list[Declaration]:
        if self._entry_points is None:
            self._entry_points = declarations(f"minnet.{self.kind}")
        enabled = self._filtered()
        if is_strict():
            for declaration in enabled:
                self.load(declaration)
        return enabled

    def _filtered(self) -> list[Declaration]:
        is_enabled = plugin_switches()
        return [d for d in self._entry_points or () if is_enabled(d.distribution)]

    def _checked(self, cls: Any) -> type:
        if isinstance(cls, type) and issubclass(cls, self._base()):
            return cls
        raise TypeError(f"expected a subclass of {self._base().__name__} for {self.kind}, received {cls!r}")

    def _unknown(self, name: str, distribution: str, bare: str) -> str:
        message = f"no distribution registers {name!r} in {self.kind}"
        if distribution == LOCAL:
            return f"{message}; define its class and register it: minnet_core.{self.kind}.register({bare})"
        off = [d for d in self._entry_points or () if d not in self._filtered()]
        disabled = {d.provider for d in off if d.name == bare and distribution in ("", d.distribution)}
        if disabled:
            return f"{message}: {', '.join(sorted(disabled))} is disabled by MINNET_PLUGINS or MINNET_DISABLE_PLUGINS"
        if distribution and distribution not in {d.distribution for d in self.declarations()}:
            return f"{message}: {distribution} is not installed, or registers none; pip install {distribution}"
        by_folded = {known.rpartition(":")[2].lower(): known for known in self}
        close = [by_folded[match] for match in get_close_matches(bare.lower(), by_folded, n=3)]
        hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"see: minnet {self.kind}"
        return f"{message}; {hint}"
