"""What the tests of several distributions share: installed beside them, and never published."""

__version__ = "0.1.0"
