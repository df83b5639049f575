"""The checks themselves, one family to a file, and the catalogue of them all."""

from .catalogue import OWN_CHECKS, all_checks, checks_by_name, checks_for, named_check, unknown_check

__all__ = ["OWN_CHECKS", "all_checks", "checks_by_name", "checks_for", "named_check", "unknown_check"]
