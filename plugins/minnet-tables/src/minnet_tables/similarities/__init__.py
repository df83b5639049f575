"""What makes one number for each sample of two arrays: how near they are."""

from .cosine_distance import CosineDistance
from .dot_product import DotProduct
from .pairwise_distance import PairwiseDistance

__all__ = ["CosineDistance", "DotProduct", "PairwiseDistance"]
