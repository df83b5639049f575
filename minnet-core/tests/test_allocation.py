"""Importing the kernels keeps the memory of freed results, unless ``MINNET_KEEP_ALLOCATOR`` says otherwise."""

from __future__ import annotations

import platform

import pytest

from minnet_test_support.processes import run_python

PAGE_FAULTS = """
import resource
import numpy as np
from minnet_core.nn import positive_part

x = np.ones((256, 1024), np.float32)
for step in range(23):
    if step == 3:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    results = [positive_part(x) for _ in range(4)]
    del results
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is about the allocator of glibc")
def test_results_of_a_megabyte_are_page_faults_only_where_the_allocator_is_kept():
    kept, changed = (run_python(PAGE_FAULTS, MINNET_KEEP_ALLOCATOR=value) for value in ("1", ""))
    assert int(changed.stdout) < 100 < 1000 < int(kept.stdout)


def test_importing_the_core_without_the_kernels_allocates_nothing():
    assert run_python("import sys, minnet_core; print('minnet_core.nn.kernels' in sys.modules)").stdout == "False\n"
