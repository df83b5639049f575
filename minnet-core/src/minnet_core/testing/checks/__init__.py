"""The checks themselves, one family to a file."""
