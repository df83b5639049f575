"""``python -m benchmarks``."""

from .command import main

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
