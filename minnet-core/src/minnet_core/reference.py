"""`Reference`: what another framework has for a component, for a check that compares the two."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen, validators


def frozen_mapping(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A copy of a mapping that cannot be written: what a frozen class holds."""
    return MappingProxyType(dict(value))


@frozen
class Reference:
    """The counterpart of a component in another framework.

    The core imports none: a plugin that knows the framework adds checks that compare (``minnet-torch`` for PyTorch).

    Attributes:
        name: dotted, with the framework first: ``torch.nn.SiLU``.
        arguments: keyword arguments of its constructor.
        parameters: parameter or buffer of the component -> dotted name of the counterpart's, which is set to it.

    >>> Reference("torch.nn.Linear", {"in_features": 3, "out_features": 2}, {"W": "weight", "b": "bias"}).framework
    'torch'
    """

    name: str = field(validator=validators.matches_re(r"\w+(\.\w+)+", func=re.fullmatch))
    arguments: Mapping[str, Any] = field(factory=dict, converter=frozen_mapping)
    parameters: Mapping[str, str] = field(factory=dict, converter=frozen_mapping)

    @property
    def framework(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]
