"""The activations: functions of one number after another, and softmax with its relatives, which take an axis.

``minnet_layers`` exports their classes, and imports for each the one file that it is in.
"""
