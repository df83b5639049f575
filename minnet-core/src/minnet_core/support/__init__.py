"""What has nothing to do with networks: files, tables, docstrings, tracebacks, close names, quoting, the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lazy import lazy_exports as lazy_exports

if TYPE_CHECKING:
    from .atomic import write_atomically as write_atomically
    from .docstring import Docstring as Docstring
    from .garbage import collection_paused as collection_paused
    from .lazy import lazy_exports as lazy_exports
    from .machine import blas as blas, blas_library as blas_library, processor as processor
    from .quoting import printable as printable, printable_lines as printable_lines, spelled as spelled
    from .regular_file import expect_file as expect_file
    from .signatures import needed_arguments as needed_arguments
    from .suggestions import did_you_mean as did_you_mean, nearest as nearest, nearest_names as nearest_names
    from .tables import echo_table as echo_table, render_html_table as render_html_table, render_table as render_table
    from .tracebacks import where_in_dump as where_in_dump, where_raised as where_raised
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "atomic": "write_atomically",
            "docstring": "Docstring",
            "garbage": "collection_paused",
            "lazy": "lazy_exports",
            "machine": "blas blas_library processor",
            "quoting": "printable printable_lines spelled",
            "regular_file": "expect_file",
            "signatures": "needed_arguments",
            "suggestions": "did_you_mean nearest nearest_names",
            "tables": "echo_table render_html_table render_table",
            "tracebacks": "where_in_dump where_raised",
        },
    )
