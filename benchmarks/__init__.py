"""What minnet takes beside the seed notebook, PyTorch, JAX, scikit-learn and the least that is possible.

``python -m benchmarks --help`` says how to run it.
Every peer is a warm process of its own, told what to do over a pipe; before anything is timed, all peers must compute
the same from the same weights and batches.
"""
