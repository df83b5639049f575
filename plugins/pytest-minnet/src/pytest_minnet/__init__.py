"""minnet's conformance kit as pytest items: one line in a test file proves a component, or a whole distribution."""

from .declaration import Conformance, conformance, parametrize_with_checks

__all__ = ["Conformance", "conformance", "parametrize_with_checks"]
__version__ = "0.1.0"
