"""`KeptPasses`: one model that runs several times, and goes back through each of these passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from minnet_core import Module
from minnet_core.nn import walk

State: TypeAlias = "list[dict[str, Any]]"
"""Of each module of a model, its attributes, or some of them."""

_OF_NO_PASS = frozenset({"training", "_storage", "_arguments"})

_NOTHING = object()


class KeptPasses:
    """What the modules inside a model keep of each of several passes.

    A module keeps in attributes what it needs to go back: its output, a mask. The next pass puts others in their place,
    and leaves the arrays as they are; so what each pass has put there is kept aside, and put back to go back through
    it. Parameters, gradients and buffers belong to no pass.

    Args:
        root: what holds the modules.
    """

    def __init__(self, root: Module) -> None:
        self.root = root
        self.modules = [module for name, module in walk(root) if name]
        self.passes: list[State] = []

    def run(self, call: Callable[[int], Any], count: int) -> list[Any]:
        """Call a function for each pass, and keep what it leaves; what was left before is put back before each.

        Returns:
            What the function returned each time. What it left in the root is of no pass, and stays there.

        Raises:
            Exception: what the function raises; the results of the root are then what they were.
        """
        states, results = [self._state()], []
        whole = {name: vars(self.root).get(name) for name in ("output", "gradInput")}
        try:
            for index in range(count):
                self.put_back(index)
                results.append(call(index))
                states.append(self._state())
        except Exception:
            self.put_back(-1)
            vars(self.root).update(whole)
            raise
        names = [self._changed(place, states) for place in range(len(self.modules))]
        self.passes = [
            [{name: each[name] for name in of if name in each} for of, each in zip(names, state, strict=True)]
            for state in states[1:]
        ]
        return results

    def put_back(self, index: int) -> None:
        """Put back what the modules had after a pass."""
        if self.passes:
            for module, state in zip(self.modules, self.passes[index], strict=True):
                vars(module).update(state)

    def _state(self) -> State:
        return [dict(vars(module)) for module in self.modules]

    def _changed(self, place: int, states: list[State]) -> set[str]:
        """The attributes of a module that are not the same after all passes as they were before."""
        module, (before, *others) = self.modules[place], [state[place] for state in states]
        lasting = {*_OF_NO_PASS, *module.PARAMETERS, *module.PARAMETERS.values(), *module.BUFFERS}
        names = {name for state in others for name in state} - lasting
        return {
            name
            for name in names
            if any(state.get(name, _NOTHING) is not before.get(name, _NOTHING) for state in others)
        }
