"""Further names of the arrays of a module, ``weight`` for ``W``: what ``ALIASES`` declares.

Each is a descriptor of the class, made once, which reads and writes the attribute under its own name.
So ``vars(module)`` has each array once, and nothing that collects, moves, counts or saves arrays knows of them; a pass,
which uses the own names, is not slower.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .component import definition_depth

_MISSING = object()


class Alias:
    """Another name of an attribute, as a descriptor.

    Attributes:
        name: the further name, ``weight``.
        attribute: the own name, ``W``.
    """

    __slots__ = ("attribute", "name")

    def __init__(self, name: str, attribute: str) -> None:
        self.name, self.attribute = name, attribute

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # of each, for help(Linear)
        return f"Another name of ``{self.attribute}``."

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else getattr(instance, self.attribute)

    def __set__(self, instance: Any, value: Any) -> None:
        # A subclass that means something else by the name, ``self.bias = True``, must not lose its array by that.
        if not (value is None or isinstance(value, np.ndarray)):
            raise TypeError(
                f"{type(instance).__name__}.{self.name}: expected an array, as {self.name} is another name of "
                f"{self.attribute}, received {value!r}; a class that means something else by it declares ALIASES = {{}}"
            )
        setattr(instance, self.attribute, value)

    def __delete__(self, instance: Any) -> None:
        delattr(instance, self.attribute)


class _NoAlias:
    """Hides an alias of a base class from a class in which the name is that of an ordinary attribute."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:  # only where the instance has no such attribute
        raise AttributeError(f"{owner.__name__!r} object has no attribute {self.name!r}")


def further_names(cls: Any) -> dict[str, str]:
    """The further names of the arrays of a class, those of gradients included: ``{"weight": "W", ...}``.

    ``weight`` for ``W`` means ``gradWeight`` for its gradient, as in Torch7, unless that is declared too.
    A name that the class gives to an array of its own is none; nor is one of what it has declared away.
    """
    arrays = {*cls.PARAMETERS, *cls.PARAMETERS.values(), *cls.BUFFERS}
    is_redeclared = definition_depth(cls, "PARAMETERS", "BUFFERS") < definition_depth(cls, "ALIASES")
    names: dict[str, str] = {}
    for name, attribute in cls.ALIASES.items():
        if attribute in arrays or not is_redeclared:
            names[name] = attribute
            if attribute in cls.PARAMETERS:
                names.setdefault(f"grad{name[:1].upper()}{name[1:]}", cls.PARAMETERS[attribute])
    names.update(cls.ALIASES.items() & names.items())  # what is declared comes before what is derived
    own = arrays.union(cls.CACHES)
    return {name: attribute for name, attribute in names.items() if name not in own}


def declare_aliases(cls: Any, reserved: type) -> None:
    """Give a new class descriptors for its further names, but where it defines the name itself.

    Args:
        cls: the class.
        reserved: the class whose attributes cannot be further names: the protocol's.

    Raises:
        TypeError: if one is no identifier, or a name of the protocol.
    """
    own = vars(cls)
    if own.keys().isdisjoint(("ALIASES", "PARAMETERS", "BUFFERS", "CACHES")):
        return
    if not any(vars(base).get("ALIASES") for base in cls.__mro__):  # nearly always
        return
    names = further_names(cls)
    for name, attribute in names.items():
        if not name.isidentifier() or hasattr(reserved, name) or name == attribute:
            raise TypeError(
                f"{cls.__name__}.ALIASES: expected names that neither the protocol nor the array has, "
                f"received {name!r} for {attribute!r}"
            )
        known = _inherited(cls, name)
        is_known = isinstance(known, Alias) and known.attribute == attribute
        if name not in own and not is_known and ("ALIASES" in own or isinstance(known, (Alias, _NoAlias))):
            setattr(cls, name, Alias(name, attribute))
    for base in cls.__mro__[1:]:
        for name, value in vars(base).items():
            if isinstance(value, Alias) and name not in names and isinstance(_inherited(cls, name), Alias):
                setattr(cls, name, _NoAlias(name))


def _inherited(cls: type, name: str) -> Any:
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), _MISSING)
