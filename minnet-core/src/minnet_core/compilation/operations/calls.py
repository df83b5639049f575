"""What has no operation of its own: a Python function in its place in the table."""

from __future__ import annotations

from collections.abc import Callable

from ...nn import Array
from ..definition import Call, Late, Operation, deferred


def _calls(*arrays: Array | Late, function: Callable[..., object]) -> list[Call]:
    return [deferred(function, *arrays)]


call = Operation("call", (), (), _calls, takes_late=True)
"""Any number of operands and results, which ``function`` gets in this order; executors leave it to Python."""
