"""The layers as plain functions of NumPy, by family: what `minnet export` writes into a NumPy program.

Each computes what its layer does in evaluation mode, as briefly as that can be written. Its source is copied into
programs, so it uses ``np``, ``math``, its arguments, and other functions of this kind.
"""
