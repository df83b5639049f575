"""Data sources: where a data set comes from, by name."""
