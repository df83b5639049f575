"""The commands of the core, one to a file; each imports what it needs, NumPy first of all, only when it runs."""
