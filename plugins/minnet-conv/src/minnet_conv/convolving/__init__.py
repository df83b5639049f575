"""Where kernels of convolutions lie, and what they compute there."""

from .convolution_arguments import channels_in_groups, draw_parameters
from .convolution_examples import convolution_example
from .convolutions import channel_sums, convolve, convolve_back, convolve_weights, output_shape
from .folding import absorb_channels
from .footprint import Footprint
from .transposed import output_padding_of, transposed_shape

__all__ = [
    "Footprint",
    "absorb_channels",
    "channel_sums",
    "channels_in_groups",
    "convolution_example",
    "convolve",
    "convolve_back",
    "convolve_weights",
    "draw_parameters",
    "output_padding_of",
    "output_shape",
    "transposed_shape",
]
