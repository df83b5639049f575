"""`fuse`: a trained model with its affine layers folded into their neighbours, for inference."""

from .fusing import absorbed, fuse, stated_affine

__all__ = ["absorbed", "fuse", "stated_affine"]
