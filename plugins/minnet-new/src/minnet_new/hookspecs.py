"""The hook of `minnet new`: what a plugin may offer to be generated.

A plugin that does without minnet-new marks its implementation ``@hookimpl(optionalhook=True)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookspec

if TYPE_CHECKING:
    from .templates import TemplateRegistrar


@hookspec
def minnet_new_templates(registrar: TemplateRegistrar) -> None:
    """Offer what ``minnet new --kind`` can make: ``registrar.add("metric", folder, registry="metrics")``."""
