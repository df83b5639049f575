"""The command ``minnet new``: a complete distribution with a layer, a criterion or an optimizer, ready for your own."""

__version__ = "0.1.0"
