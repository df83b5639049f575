"""How the ranks of a training prepare the same run: rank 0 says which, and the others follow.

Rank 0 reads the experiment, or the folder of a run, and tells the others what all prepare; then it sees whether it can
write, and tells them to begin; and so on, until it tells them that there is nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from minnet_core import MinnetError
from minnet_core.errors import described

from ..errors import FirstRankError, RanksError
from ..ranks import Ranks

T = TypeVar("T")

_KNOWN = "_is_known_to_all_ranks"


def heard(ranks: Ranks, told: dict[str, Any] | None) -> dict[str, Any] | None:
    """Tell the others what comes next, on rank 0, or hear it; None if there is nothing more.

    Raises:
        FirstRankError: if rank 0 has failed before.
    """
    found = ranks.broadcast(told)
    if found is not None and "error" in found:
        raise FirstRankError(found["error"], found["exit_code"])
    return found


@contextmanager
def telling_errors(ranks: Ranks) -> Iterator[None]:
    """Have the others, who wait for what comes next, hear of an error of rank 0, unless they have met it too."""
    try:
        yield
    except Exception as error:
        is_known = isinstance(error, RanksError) or getattr(error, _KNOWN, False)
        if ranks.size > 1 and not is_known:
            ranks.broadcast({"error": described(error), "exit_code": getattr(error, "exit_code", 1)})
        raise


def done_by_all(ranks: Ranks, work: Callable[[], T]) -> T:
    """Do something on every rank, and return what it returns on this one.

    Raises:
        MinnetError, OSError: on rank 0, what it raised itself.
        FirstRankError: on the others then.
        RanksError: on every rank, if another than rank 0 failed, and not rank 0.
    """
    result, error = None, None
    try:
        result = work()
    except (MinnetError, OSError) as failure:
        error = failure
    errors = ranks.gather(None if error is None else described(error))
    if ranks.rank == 0 and error is not None:
        setattr(error, _KNOWN, True)
        raise error
    if errors[0] is not None:
        raise FirstRankError(errors[0])
    for rank, text in enumerate(errors):
        if text is not None:
            raise RanksError(f"rank {rank} of {ranks.size}: {text}") from error
    return result  # type: ignore[return-value]  # work has returned it
