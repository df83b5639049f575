"""Compiles the C extension where that is possible; without a compiler minnet-fast is installed without it.

``MINNET_FAST_REQUIRE_EXTENSION=1`` makes it an error instead: for those who make wheels.
"""

import os
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError

C = Path("c")
# Not -ffast-math, which would take nan and infinities away. What is given up is only that sqrt sets errno, and that
# an operation that nobody asked for may set a flag: with them no loop with a condition becomes one of vectors.
UNIX = ["-std=c11", "-O3", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"]
MSVC = ["/std:c11", "/O2", "/fp:contract"]


class BuildKernels(build_ext):
    """Gives each compiler its options, and finds the headers of NumPy as late as they are needed."""

    def build_extension(self, ext: Extension) -> None:
        try:
            import numpy
        except ImportError as error:
            raise CompileError(f"the headers of NumPy are needed: {error}") from error
        ext.include_dirs.append(numpy.get_include())
        ext.extra_compile_args = MSVC if self.compiler.compiler_type == "msvc" else UNIX
        super().build_extension(ext)


setup(
    ext_modules=[
        Extension(
            "minnet_fast.kernels",
            sources=sorted(map(str, C.glob("*.c"))),
            depends=sorted(map(str, C.glob("*.h"))),
            optional=os.environ.get("MINNET_FAST_REQUIRE_EXTENSION") != "1",
        )
    ],
    cmdclass={"build_ext": BuildKernels},
)
