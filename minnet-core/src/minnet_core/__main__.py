"""``python -m minnet_core`` is the ``minnet`` command."""

from .command import main

main(prog_name="minnet")
