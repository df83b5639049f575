"""`Routine`: a computation that pauses wherever it asks for something, and goes on when it is given it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeAlias

import numpy as np

Ask: TypeAlias = Callable[[Any], Any]
"""What a routine calls to pause: it is passed what is told, and returns what is given."""


class _EndedError(BaseException):
    """Ends a routine that nobody goes on with; what a layer does about errors is no use then."""


class Routine:
    """A function that is called in a thread of its own, which runs only while `resume` waits for it.

    It sees the context variables, and the error state of NumPy, of whoever makes the routine, and draws from NumPy's
    global generator as if it were alone.

    Args:
        work: is passed what pauses it; returns what it tells at last.

    >>> with Routine(lambda ask: "got " + ask("a question")) as routine:
    ...     routine.resume(None), routine.resume("an answer")
    ('a question', 'got an answer')
    """

    def __init__(self, work: Callable[[Ask], Any]) -> None:
        self._go, self._pause = SimpleQueue[None](), SimpleQueue[None]()
        self._work, self._errors = work, np.geterr()
        self._given: Any = None
        self._told: Any = None
        self._error: BaseException | None = None
        self._is_ended = False
        self._drawn: Any = None  # NumPy's global generator where this has left it
        self._thread = Thread(target=copy_context().run, args=(self._run,), name="minnet-shard", daemon=True)

    def resume(self, given: Any) -> Any:
        """Go on with what was asked for, until something is told; raise what the function raises."""
        if self._drawn is not None:
            np.random.set_state(self._drawn)
        self._given = given
        if self._thread.ident is None:
            self._thread.start()
        self._go.put(None)
        self._pause.get()
        self._drawn = np.random.get_state(legacy=False)
        if self._error is not None:
            raise self._error
        return self._told

    def __enter__(self) -> Routine:
        return self

    def __exit__(self, *error: object) -> None:
        """End the routine where it is."""
        self._is_ended = True
        if self._thread.ident is not None:
            self._go.put(None)
            self._thread.join()
        self._error = None

    def _run(self) -> None:
        self._go.get()
        try:
            if not self._is_ended:
                with np.errstate(**self._errors):
                    self._told = self._work(self._ask)
        except _EndedError:
            pass
        except BaseException as error:
            self._error = error
        finally:
            self._pause.put(None)

    def _ask(self, told: Any) -> Any:
        self._told = told
        self._pause.put(None)
        self._go.get()
        if self._is_ended:
            raise _EndedError
        return self._given
