"""The operations that the layers stand for in a table (`minnet_core.compile`), by family.

Each function adds the rows of ``updateOutput``, and returns the output and what adds those of ``backward``.
"""
