"""Plugins whose hooks are not what they should be; each is a module of hooks and provides no component."""

from stranger import Stranger


def _plugin(name: str, source: str, cause: str, **more) -> Stranger:
    module = f"minnet_bad_{name}"
    return Stranger(
        name=f"minnet-bad-{name}",
        modules={module: f"from minnet_core import hookimpl\n{source}"},
        entry_points={"minnet": {name: module}},
        cause=cause,
        **more,
    )


SIGNATURE = """
@hookimpl
def minnet_commands(whatever):
    return []
"""

UNKNOWN = """
@hookimpl
def minnet_unheard_of():
    return []
"""

RAISING = """
@hookimpl
def minnet_commands():
    raise LookupError("no commands today")
"""

JUNK = """
@hookimpl
def minnet_commands():
    return [7]
"""

KINDLESS = """
@hookimpl
def minnet_register_components(registrar):
    registrar.register("gadgets", int)
"""

UNCHECKED = """
@hookimpl
def minnet_checks():
    return ["no check"]
"""

EXITING = """
@hookimpl
def minnet_register_components(registrar):
    raise KeyboardInterruptLike("not even an Exception")


class KeyboardInterruptLike(BaseException):
    pass
"""

HELPLESS = """
import click


@hookimpl
def minnet_commands():
    return [click.Command("helpless", help=7)]
"""

NUMBERED = """
from minnet_core import Module


@hookimpl
def minnet_register_components(registrar):
    registrar.register("layers", Module, name=7)
"""

REPEATED = """
from minnet_core import Module


@hookimpl
def minnet_register_components(registrar):
    for _ in range(2):
        registrar.register("layers", Module, name="Repeated")
"""

NOISY = """
print("noise of a plugin that is imported")


@hookimpl
def minnet_commands():
    print("noise of a hook")
    return []
"""

HOOKS = (
    _plugin("dead", "raise OSError('a plugin that cannot be imported')", "OSError: a plugin that cannot be imported"),
    _plugin("signature", SIGNATURE, "PluginValidationError: Plugin 'minnet-bad-signature:signature' for hook"),
    _plugin("unknown", UNKNOWN, "unknown hook 'minnet_unheard_of'"),
    _plugin("raising", RAISING, "LookupError: no commands today"),
    _plugin("junk", JUNK, "expected click commands, received 7"),
    _plugin("kindless", KINDLESS, "received 'gadgets'"),
    _plugin("unchecked", UNCHECKED, "'no check'"),
    _plugin("helpless", HELPLESS, "failed in minnet_commands"),
    _plugin("numbered", NUMBERED, "failed in minnet_register_components"),
    _plugin("repeated", REPEATED, "failed in minnet_register_components"),
    _plugin("exiting", EXITING, "KeyboardInterruptLike: not even an Exception"),
    _plugin("noise", NOISY, "noise of a plugin that is imported", kind="noisy"),
)
