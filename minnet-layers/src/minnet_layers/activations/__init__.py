"""The activations: functions of one number after another, and softmax with its relatives, which normalize along an axis.

``minnet_layers`` exports their classes, and imports for each the one file that it is in.
"""
