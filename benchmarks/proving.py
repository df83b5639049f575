"""Asking every peer for evidence before it is timed."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import Factory, frozen

from .client import PeerError, PeerProcess
from .evidence import difference
from .job import UnsupportedError
from .workload import Workload


@frozen
class Verdict:
    """Who may be timed.

    Attributes:
        proofs: peer -> ``equal``, or why it had nothing to prove.
        left_out: peer -> why it may not.
    """

    proofs: dict[str, str] = Factory(dict)
    left_out: dict[str, str] = Factory(dict)


def prove(workload: Workload, processes: Iterable[PeerProcess]) -> Verdict:
    """Compare all peers with the first one that has evidence."""
    verdict = Verdict()
    reference = None
    for process in processes:
        name = process.peer.name
        try:
            reply = process.ask("prove", workload=workload.name)
        except UnsupportedError as error:
            verdict.left_out[name] = str(error)
            continue
        except PeerError as error:
            verdict.left_out[name] = f"failed: {error}"
            continue
        if "exempt" in reply:
            verdict.proofs[name] = reply["exempt"]
            continue
        reference = reference or (name, reply["evidence"])
        differs = difference(reference[1], reply["evidence"])
        if differs:
            verdict.left_out[name] = f"refused, for it computes something else than {reference[0]}: {differs}"
        else:
            verdict.proofs[name] = "equal"
    return verdict
