"""The seed notebook's classes, computing what they compute there, line by line; its comments are left out.

They are measured, not used: float64 parameters, masks of integers and a Python loop over samples are part of them.
The notebook has no optimizers: those here are the homework's own, from the notebook that accompanies it.
"""
