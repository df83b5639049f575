"""Functions of arithmetic as layers, of one number after another: powers, roots, logarithms, bounds.

``minnet_layers`` exports their classes, and imports for each the one file that it is in.
"""
