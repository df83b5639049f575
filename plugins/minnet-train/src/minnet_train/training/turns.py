"""`Turns`: functions that take turns, each of which pauses where it asks for something that all have to tell about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeAlias

import numpy as np

from .global_stream import drawing_from

Ask: TypeAlias = Callable[[Any], Any]
"""What a function calls to pause: it is passed what is told, and returns what is given."""


class _EndedError(BaseException):
    """Ends a function that nobody goes on with; what a layer does about errors is no use then."""


class Turns:
    """Functions of which one runs at a time, each until it asks for something, or returns.

    When all have, ``exchange`` is called in this thread with what they have told, in their order, and each is given
    what it returns. So it goes on until all have returned, in the same round. The first function runs in this thread,
    and the others in threads of their own: one wakes the next, and a single one needs no other thread. They see the
    context variables, and the error state of NumPy, of whoever makes this, and each draws from NumPy's global generator
    as if it were alone.

    Args:
        works: the functions; each is passed what pauses it, and returns what it tells at last.
        exchange: is called when each has told something.
        streams: what NumPy's global generator draws from for each.

    >>> from minnet_train.training.global_stream import lent_streams
    >>> def work(ask):
    ...     return ask(1) + ask(10)
    >>> with lent_streams(2) as streams:
    ...     Turns([work, work], lambda told: print(told) or sum(told), streams).run()
    [1, 1]
    [10, 10]
    [22, 22]
    """

    def __init__(
        self,
        works: Sequence[Callable[[Ask], Any]],
        exchange: Callable[[list[Any]], Any],
        streams: Sequence[np.random.BitGenerator],
    ) -> None:
        self._exchange = exchange
        self._told: list[Any] = [None] * len(works)
        self._given: Any = None
        self._error: BaseException | None = None
        self._is_ended = False
        self._wakes_first = SimpleQueue[None]()
        self._turns = [_Turn(self, *each) for each in zip(range(len(works)), works, streams, strict=True)]

    def run(self) -> None:
        """Call the functions, and raise what one of them, or the exchange, raises: the others end where they are.

        Raises:
            RuntimeError: if some have returned, and others have asked.
        """
        first, *others = self._turns
        try:
            self._run_first(first)
            if self._error is None:
                self._others_take_turns()
        finally:
            self._is_ended = True
            for each in others:
                each.end()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run_first(self, first: _Turn) -> None:
        drawing_from(first.stream)
        try:
            self._told[0] = first.work(self._ask_first)
            first.has_returned = True
        except _EndedError:
            pass
        except BaseException:
            if self._error is None:  # otherwise it is what the function makes of being ended
                raise

    def _ask_first(self, told: Any) -> Any:
        first = self._turns[0]
        self._told[0] = told
        if self._error is None:
            self._others_take_turns()
        if self._error is not None:
            raise _EndedError
        drawing_from(first.stream)
        return self._given

    def _others_take_turns(self) -> None:
        """Let the others go on, one after another, and exchange what all have told; note an error of that."""
        if len(self._turns) > 1:
            self._turns[1].wake()
            self._wakes_first.get()
        if self._error is None:
            try:
                self._given = self._exchange(list(self._told))
                if len({each.has_returned for each in self._turns}) > 1:
                    raise RuntimeError("expected functions that take turns to return in the same round")
            except BaseException as error:  # which the layers of the first function have nothing to do with
                self._error = error


class _Turn:
    """One of the functions, in a thread of its own unless it is the first."""

    def __init__(self, turns: Turns, number: int, work: Callable[[Ask], Any], stream: np.random.BitGenerator) -> None:
        self.work, self.stream, self.has_returned = work, stream, False
        self._turns, self._number = turns, number
        self._context, self._errors = copy_context(), np.geterr()
        self._wakes = SimpleQueue[None]()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """Go on until something is told."""
        if self._thread is None:
            self._thread = Thread(target=self._context.run, args=(self._run,), name="minnet-shard", daemon=True)
            self._thread.start()
        else:
            self._wakes.put(None)

    def end(self) -> None:
        """End the function where it is, or will be when it asks."""
        if self._thread is not None:
            self._wakes.put(None)
            self._thread.join()

    def _run(self) -> None:
        turns = self._turns
        try:
            drawing_from(self.stream)
            with np.errstate(**self._errors):
                turns._told[self._number] = self.work(self._ask)
            self.has_returned = True
        except _EndedError:
            return
        except BaseException as error:
            turns._error = error
        self._wake_next()

    def _ask(self, told: Any) -> Any:
        turns = self._turns
        if turns._is_ended:
            raise _EndedError
        turns._told[self._number] = told
        self._wake_next()
        self._wakes.get()
        if turns._is_ended:
            raise _EndedError
        drawing_from(self.stream)
        return turns._given

    def _wake_next(self) -> None:
        turns, number = self._turns, self._number + 1
        if turns._is_ended:  # by an error in the first thread, as of Ctrl-C while it waits
            return
        if number < len(turns._turns) and turns._error is None:
            turns._turns[number].wake()
        else:
            turns._wakes_first.put(None)
