"""``python -m minnet_core`` is the ``minnet`` command."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="minnet")
