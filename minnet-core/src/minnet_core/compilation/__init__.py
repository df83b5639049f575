"""A step of training, or inference, as a table of operations over prepared arrays, and what executes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..support import lazy_exports

if TYPE_CHECKING:
    from . import operations as operations
    from .compiled_forward import CompiledForward as CompiledForward
    from .compiled_step import CompiledStep as CompiledStep
    from .compiling import compile as compile, find_executor as find_executor
    from .definition import (
        Call as Call,
        Late as Late,
        Operation as Operation,
        deferred as deferred,
        operation as operation,
    )
    from .doors import (
        EXECUTORS as EXECUTORS,
        OPERATIONS as OPERATIONS,
        executor_named as executor_named,
        installed_executors as installed_executors,
        operations_of as operations_of,
        says_operations as says_operations,
    )
    from .errors import NoOperationsError as NoOperationsError
    from .executors import Executor as Executor, NumpyExecutor as NumpyExecutor, row_calls as row_calls
    from .plan import BoundRow as BoundRow, Group as Group
    from .scratch import Scratch as Scratch
    from .sequences import chain as chain
    from .table import Backward as Backward, Table as Table
    from .value import Value as Value
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "compiled_forward": "CompiledForward",
            "compiled_step": "CompiledStep",
            "compiling": "compile find_executor",
            "doors": "EXECUTORS OPERATIONS executor_named installed_executors operations_of says_operations",
            "errors": "NoOperationsError",
            "executors": "Executor NumpyExecutor row_calls",
            "definition": "Call Late Operation deferred operation",
            "operations": "operations",
            "plan": "BoundRow Group",
            "scratch": "Scratch",
            "sequences": "chain",
            "table": "Backward Table",
            "value": "Value",
        },
    )
