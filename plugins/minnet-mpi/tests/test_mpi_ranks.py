"""What `MpiRanks` sends and adds up, on as many processes as there may be."""

from __future__ import annotations

import re

import pytest

SUMS = """\
import sys
import numpy as np
from minnet_mpi import world
from minnet_train.ranks import ALONE, shares, sum_in_order

ranks = world()
assert ranks.size == int(sys.argv[1]) and (ranks.rank in range(ranks.size))
for dtype in (np.float32, np.float64):
    for length in (1, 2, 3, 1001, 50_021):  # fewer elements than ranks, and more than fit into a small message
        for shards in (1, 3, 8):
            rng = np.random.default_rng([length, shards])
            # Of very different size, so that each order of adding them has another result.
            vectors = (rng.standard_normal((shards, length)) * 10.0 ** rng.integers(-6, 6, (shards, 1))).astype(dtype)
            vectors[0, 0] = -0.0
            own = shares(shards, ranks.size)[ranks.rank]
            counts = [len(each) for each in shares(shards, ranks.size)]
            expected, before = np.empty(length, dtype), vectors.copy()
            ALONE.sum_of_shards(list(vectors), [shards], expected)
            if length > 1000 and shards > 2:
                backwards = np.empty_like(expected)
                sum_in_order(vectors[::-1], backwards)
                assert (backwards != expected).any()
            for given in (list(vectors[own.start : own.stop]), vectors[own.start : own.stop, :]):
                out = np.full(length, np.nan, dtype)
                ranks.sum_of_shards(given, counts, out)
                assert out.tobytes() == expected.tobytes(), (dtype, length, shards)
            assert vectors.tobytes() == before.tobytes()
            strided = np.asfortranarray(vectors)[own.start : own.stop]  # vectors with gaps in memory
            ranks.sum_of_shards(list(strided), counts, out)
            assert out.tobytes() == expected.tobytes()
if ranks.rank == 0:
    print("equal")
"""

OBJECTS = """\
import numpy as np
from minnet_mpi import world

ranks = world()
own = {"rank": ranks.rank, "loss": 0.1 * ranks.rank, "rows": [np.arange(ranks.rank, dtype=np.int64), None, "x", b"y"]}
found = ranks.gather(own)
assert [each["rank"] for each in found] == list(range(ranks.size))
assert [each["loss"] for each in found] == [0.1 * rank for rank in range(ranks.size)]
assert [each["rows"][0].tolist() for each in found] == [list(range(rank)) for rank in range(ranks.size)]
assert all(each["rows"][1:] == [None, "x", b"y"] for each in found)
large = np.arange(300_000, dtype=np.float32)
sent = ranks.broadcast((large, "from 0") if ranks.rank == 0 else "whatever")
assert sent[0].dtype == np.float32 and (sent[0] == large).all() and sent[1] == "from 0"
assert ranks.broadcast(ranks.rank) == 0
# What others do meanwhile with the world is not mixed up with it, in whatever order.
from mpi4py import MPI
if ranks.rank == 0:
    theirs = MPI.COMM_WORLD.Ibarrier()
assert ranks.gather("ours") == ["ours"] * ranks.size
if ranks.rank:
    theirs = MPI.COMM_WORLD.Ibarrier()
theirs.Wait()
try:
    ranks.sum_of_shards([], [1] * ranks.size, np.zeros(1))
except ValueError as error:
    assert str(error) == f"expected 1 vectors of rank {ranks.rank}, received 0"
print(repr(ranks))
"""

KEPT = """\
import tracemalloc
import numpy as np
from minnet_mpi import world
from minnet_train.ranks import shares

ranks = world()
length, counts = 200_000, [len(each) for each in shares(8, ranks.size)]
own, out = [np.ones(length, np.float32) for _ in range(counts[ranks.rank])], np.empty(length, np.float32)
ranks.sum_of_shards(own, counts, out)
tracemalloc.start()
for _ in range(3):
    ranks.sum_of_shards(own, counts, out)
peak = tracemalloc.get_traced_memory()[1]
assert peak < length, peak  # bytes: a quarter of one vector
assert (out == 8).all()
"""


@pytest.mark.parametrize("size", [2, 3, 4])
def test_the_sum_has_the_bits_of_one_process_that_adds_all_vectors_in_order(mpi, size):
    done = mpi.python(size, SUMS, str(size))
    assert (done.code, done.output) == (0, "equal\n"), done.errors


def test_more_processes_than_vectors_share_the_work_of_adding(mpi):
    done = mpi.python(5, SUMS.replace("(1, 3, 8)", "(1, 3)").replace("50_021", "20_000"), "5")
    assert (done.code, done.output) == (0, "equal\n"), done.errors


def test_objects_come_in_the_order_of_the_ranks(mpi):
    done = mpi.python(3, OBJECTS)
    assert done.code == 0, done.errors
    assert sorted(re.findall("<.*?>", done.output)) == [f"<MpiRanks {rank} of 3>" for rank in range(3)]


def test_memory_is_kept_from_step_to_step(mpi):
    done = mpi.python(2, KEPT)
    assert done.code == 0, done.errors
