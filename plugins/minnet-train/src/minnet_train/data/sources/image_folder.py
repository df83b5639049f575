"""`ImageFolder`: files of pictures in a folder for each class, read by Pillow."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minnet_core import Array, Example
from minnet_core.support import printable

from ...errors import DataError
from ...extras import import_extra
from ..dataset import Dataset
from ..pixels import Pixels
from .example_files import arrays
from .source import PICTURES, Source, is_picture

MODES = {"L": 1, "RGB": 3}
"""What pictures are turned into, as Pillow calls it -> channels."""

_GREY = ("L", "1", "LA")
"""Modes that lose nothing as L; but for transparency, as in RGB."""

_COLOURED = ("RGB", "RGBA", "P", "CMYK", "YCbCr", "HSV", "LAB", "PA", "RGBX", "RGBa", "La")


class ImageFolder(Source):
    """Pictures, a folder for each class: ``pip install 'minnet-train[images]'``, which is Pillow.

    ``folder/cat/1.png``, ``folder/dog/2.jpg`` and so on, in folders within those too; classes are in the order of their
    names, and pictures in that of their paths. What is hidden (``.thumbnails``, ``__MACOSX``) is left out, and no
    picture is turned as its EXIF says. A network takes them as ``(batch, channels, height, width)``, with numbers of 0
    to 255, of which ``scale = 255`` beside the source makes 0 to 1. All are read into memory, a byte for each number.

    torchvision: ``ImageFolder``.

    Args:
        folder: where the folders of the classes are.
        mode: ``L`` for grey, one channel, or ``RGB``; others are converted. If not given, ``L`` if all are grey.
        size: (height, width) that every picture is resized to. If not given, all must be of one size.
    """

    EXAMPLES = (
        Example(arguments={"folder": "pictures"}, rejected_arguments=[{"mode": "CMYK"}, {"size": [0, 4]}]),
        Example(arguments={"folder": "pictures", "mode": "RGB", "size": [4, 6]}),
    )
    PATHS = ("folder",)

    def __init__(self, folder: str, mode: str | None = None, size: Sequence[int] | None = None) -> None:
        if mode is not None and mode not in MODES:
            raise ValueError(f"mode: expected 'L' or 'RGB', received {mode!r}")
        if size is not None and (len(size) != 2 or not all(type(each) is int and each > 0 for each in size)):
            raise ValueError(f"size: expected [height, width], integers of at least 1, received {list(size)!r}")
        self.folder = folder
        self.mode = mode
        self.size = None if size is None else (size[0], size[1])

    @classmethod
    def write_example(cls, folder: Path) -> None:
        """Write a folder of small pictures.

        Raises:
            MissingLibraryError: if Pillow is not installed.
        """
        pillow = _pillow()
        for index, (image, label) in enumerate(zip(*arrays(), strict=True)):
            path = folder / "pictures" / "abc"[label] / f"{index:02}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pillow.fromarray(image).save(path)

    def load(self) -> Dataset:
        """Read all pictures.

        Raises:
            DataError: naming the file that is no picture, or of another size or kind.
            MissingLibraryError: if Pillow is not installed.
        """
        paths = _pictures_in(Path(self.folder))
        loose = [path for path in paths if path.parent == Path(self.folder)]
        if loose or not paths:
            what = f"{loose[0].name} beside them" if loose else "no picture"
            raise DataError(f"{self.folder}: expected a folder of pictures for each class, received {printable(what)}")
        labels = [path.relative_to(self.folder).parts[0] for path in paths]
        features, image, notes = read_pictures(paths, self.mode, self.size)
        classes = tuple(sorted(set(labels)))
        index_of = {name: index for index, name in enumerate(classes)}
        targets = np.array([index_of[label] for label in labels])
        return Dataset(self.folder, features, targets, classes, notes=notes, image=image)


def pictures_of(path: str) -> list[Path]:
    """List the pictures that a path means: a picture, all in a folder and the folders in it, or those of a pattern.

    Raises:
        DataError: if there is none.
    """
    if Path(path).is_dir():
        found = _pictures_in(Path(path))
    elif Path(path).is_file():
        found = [Path(path)]
    else:
        found = [Path(each) for each in sorted(glob.glob(path)) if is_picture(Path(each))]
    if not found:
        raise DataError(f"{path}: expected pictures, files whose names end in {', '.join(PICTURES)}, received none")
    return found


def _pictures_in(folder: Path) -> list[Path]:
    """List the pictures below a folder, without what systems and editors hide there."""

    def is_hidden(path: Path) -> bool:
        return any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(folder).parts)

    return [path for path in sorted(folder.rglob("*")) if is_picture(path) and not is_hidden(path)]


def read_pictures(
    paths: Sequence[Path], mode: str | None = None, size: tuple[int, int] | None = None
) -> tuple[Array, Pixels, tuple[str, ...]]:
    """Read pictures as bytes (rows, height * width * channels), and say what they are and what was converted.

    Args:
        paths: at least one.
        mode: ``L`` or ``RGB``; None for L if all are grey.
        size: (height, width) to resize all to; None if all must be of one size.

    Raises:
        DataError: naming the file that is no picture, or of another size or kind.
        MissingLibraryError: if Pillow is not installed.
    """
    pillow = _pillow()
    read = [_read(pillow, path, mode, size) for path in paths]
    modes = Counter(had for _, had in read)
    mode = mode or ("L" if {*modes} <= {*_GREY} else "RGB")
    if size is None:
        _expect_one_size(paths, [array.shape[:2] for array, _ in read])
    height, width = read[0][0].shape[:2]
    image = Pixels(MODES[mode], height, width, is_channels_last=True)
    features = np.empty((len(read), *image.raw_shape), np.uint8)
    for row, (array, _) in enumerate(read):
        features[row] = array if array.ndim == 3 else array[:, :, None]  # grey is as much red as green and blue
    others = [f"{count:,} of {had}" for had, count in sorted(modes.items()) if had != mode]
    notes = [f"of {len(read):,} pictures, {', '.join(others)} were converted to {mode}"] if others else []
    return features.reshape(len(read), -1), image, tuple(notes)


def _read(pillow: Any, path: Path, mode: str | None, size: tuple[int, int] | None) -> tuple[Array, str]:
    """Read a picture, grey as (height, width) and others as (height, width, 3), and the mode that it had."""
    try:
        with pillow.open(path) as picture:
            had = str(picture.mode)
            if had not in _GREY + _COLOURED:
                raise DataError(f"{path}: expected a picture of 8 bits for each number, received one of mode {had}")
            converted = picture.convert(mode or ("L" if had in _GREY else "RGB"))
            if size is not None and converted.size != size[::-1]:
                converted = converted.resize(size[::-1], pillow.Resampling.BILINEAR)
            return np.asarray(converted), had
    except DataError:
        raise
    except Exception as error:  # decoders raise what they like
        detail = printable(f"{type(error).__name__}: {error}")
        raise DataError(f"{path}: expected a picture that can be read: {detail}") from error


def _expect_one_size(paths: Sequence[Path], sizes: Sequence[tuple[int, ...]]) -> None:
    for path, size in zip(paths, sizes, strict=True):
        if size != sizes[0]:
            (height, width), (other, wide) = sizes[0], size
            raise DataError(
                f"{path}: expected {height} by {width} pixels, as {paths[0].name} has, received {other} by {wide}; "
                f"size = [{height}, {width}] in the source resizes all"
            )


def _pillow() -> Any:
    return import_extra("PIL.Image", "images", "Files of pictures")
