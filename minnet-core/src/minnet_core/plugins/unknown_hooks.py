"""Hooks that a plugin implements and nobody specifies: misspelt, or another distribution's that is not there."""

from __future__ import annotations

from typing import Any

import pluggy

from ..discovery import HOOK_HOMES, installed, switches
from ..errors import UnknownHookError
from ..support import nearest


def expect_known_hooks(manager: pluggy.PluginManager, module: Any) -> None:
    """Check that every hook of a registered plugin is specified, but for those that it marks as optional.

    Raises:
        UnknownHookError: naming the first that is not, with whose hook it is, or the nearest.
    """
    callers = manager.get_hookcallers(module) or ()
    known = {name for name, caller in vars(manager.hook).items() if caller.has_spec()}
    for caller in callers:
        if caller.name in known or all(each.optionalhook for each in caller.get_hookimpls() if each.plugin is module):
            continue
        home = HOOK_HOMES.get(caller.name)
        if home is None:
            close = nearest(caller.name, sorted(known | HOOK_HOMES.keys()), cutoff=0.8, most=1)
            remedy = close or "minnet's hooks are in its documentation"
            raise UnknownHookError(f"unknown hook {caller.name!r}", remedy)
        what = f"{caller.name!r} is a hook of {home}"
        if installed(home) is None:
            advice = f"pip install {home}, or mark it @hookimpl(optionalhook=True) if the plugin does without"
            raise UnknownHookError(f"{what}, which is not installed", advice)
        if not switches().allows(home):
            raise UnknownHookError(f"{what}, which is disabled", f"enable {home}, or disable this plugin too")
        raise UnknownHookError(
            f"{what}, which does not specify it here", f"pip install --upgrade {home}; minnet doctor"
        )
