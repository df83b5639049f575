"""Twins: subclasses that compute in C what the C kernels take, and leave the rest to the class that they are of.

A kernel returns None, and has changed nothing, for arrays that are not float32 and contiguous, or whose shapes do not
fit. So each method is two lines: ask the kernel, else ask ``super()``, which says what is wrong if something is.
"""
