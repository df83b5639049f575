"""How long the conformance kit takes: ``python benchmarks/conformance_time.py``.

Each component is examined in a process that has imported everything, and the times are shown beside that of Linear.
"""

import time

from minnet_core.testing import OWN_KINDS, Case, cases_of, every_case, examine


def seconds(case: Case) -> float:
    """Time the whole kit on one case."""
    start = time.perf_counter()
    examine(case)
    return time.perf_counter() - start


def main() -> None:
    """Print the seconds for one small layer and for all that is installed, and the longest beside Linear."""
    (linear, *_) = cases_of("Linear")
    seconds(linear)
    alone = seconds(linear)
    times = {case.name: seconds(case) for case in every_case(kinds=OWN_KINDS)}
    slowest = max(times, key=lambda name: times[name])
    print(f"Linear {alone:.2f} s; {len(times)} cases {sum(times.values()):.1f} s")
    print(f"longest: {slowest}, {times[slowest] / alone:.1f} times Linear")


if __name__ == "__main__":
    main()
