"""What importing minnet adds to importing NumPy and attrs: ``python benchmarks/import_time.py``.

Both are measured in fresh processes that take turns, and the medians are compared, so a busy machine slows both.
"""

import statistics
import subprocess
import sys

BASE = "import numpy, attrs"
MINNET = f"{BASE}, minnet_core, minnet_layers, minnet_criterions; minnet_core.Sequential"
ROUNDS = 30


def milliseconds(statement: str) -> float:
    """Time a statement in a process of its own."""
    code = f"import time\nstart = time.perf_counter()\n{statement}\nprint(1000 * (time.perf_counter() - start))"
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print the two medians and the median difference of a round."""
    rounds = [(milliseconds(BASE), milliseconds(MINNET)) for _ in range(ROUNDS)]
    base, minnet = (statistics.median(column) for column in zip(*rounds, strict=True))
    added = statistics.median(after - before for before, after in rounds)
    print(f"numpy and attrs {base:.0f} ms, with minnet {minnet:.0f} ms: minnet adds {added:.0f} ms")


if __name__ == "__main__":
    main()
