"""`CaseOptions`: what is known of a component besides where it is."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen, validators

from ...nn import Draw, read_shapes, shape_text


@frozen(kw_only=True)
class CaseOptions:
    """What a user says of a component; arguments or an input replace the ``EXAMPLES`` of its class.

    Attributes:
        arguments: of the constructor.
        input: shapes, as `Example` takes them.
        target: a text, as `Example` takes it, or a function.
        traits: traits that hold, besides those that are found out.
        example: which of the ``EXAMPLES`` alone.
        seed: of the cases.
    """

    arguments: Mapping[str, Any] | None = None
    input: Any = field(default=None, converter=read_shapes)
    target: str | Draw | None = None
    traits: Iterable[str] = ()
    example: int | None = field(default=None, validator=validators.optional(validators.ge(0)))
    seed: int | None = field(default=None, validator=validators.optional(validators.ge(0)))

    @property
    def replaces_examples(self) -> bool:
        """Whether ``EXAMPLES`` are replaced."""
        return self.arguments is not None or self.input is not None

    @property
    def has_more_than_a_seed(self) -> bool:
        """Whether there is more than a seed."""
        return self.replaces_examples or self.example is not None or self.target is not None or bool(tuple(self.traits))

    @property
    def has_cli_form(self) -> bool:
        """Whether `cli_flags` can say all of it, which has no functions, and no arguments that JSON cannot hold."""
        try:
            json.dumps(dict(self.arguments or {}))
        except (TypeError, ValueError):
            return False
        return self.target is None or isinstance(self.target, str)

    def cli_flags(self) -> str:
        """The options of ``minnet check`` that say the same."""
        words: list[str] = []
        if self.arguments is not None:
            words += ["--args", json.dumps(dict(self.arguments))]
        for shape in self.input if isinstance(self.input, list) else [self.input] if self.input else []:
            words += ["--input", shape_text(shape)]
        if isinstance(self.target, str):
            words += ["--target", self.target]
        for trait in sorted(self.traits):
            words += ["--trait", trait]
        return "".join(f" {shlex.quote(word)}" for word in words)

    def python_arguments(self) -> str:
        """The arguments of `check_component` that say the same."""
        said = {
            "arguments": None if self.arguments is None else dict(self.arguments),
            "input": self.input,
            "target": self.target,
            "traits": sorted(self.traits) or None,
        }
        return "".join(f", {name}={value!r}" for name, value in said.items() if value is not None)
