"""``minnet sweep`` and its commands."""
