"""`FileStamp`: whether a file that is read again and again is still the one that it was."""

from __future__ import annotations

import os

from attrs import frozen

from ..errors import DataError


@frozen
class FileStamp:
    """What a file was when it was first looked at.

    Attributes:
        name: its path.
        size: in bytes.
        modified: when it was last written to, in nanoseconds since 1970.
    """

    name: str
    size: int
    modified: int

    @classmethod
    def of(cls, name: str) -> FileStamp:
        """Look at a file.

        Raises:
            DataError: if it is not there.
        """
        return cls._of(name, name)

    @classmethod
    def _of(cls, name: str, file: str | int) -> FileStamp:
        try:
            status = os.stat(file)
        except OSError as error:
            raise DataError(f"{name}: expected a file that can be read: {error.strerror or error}") from None
        return cls(name, status.st_size, status.st_mtime_ns)

    def expect_unchanged(self, file: int | None = None) -> None:
        """Check that it has not been written to, or replaced.

        Args:
            file: the descriptor that it is read by, which stays with the old one if it is replaced; None for whatever
                has its name now.

        Raises:
            DataError: if it has been.
        """
        now = self._of(self.name, self.name if file is None else file)
        if now != self:
            sizes = f"{self.size:,} bytes", f"{now.size:,} bytes" if now.size != self.size else "as many bytes"
            raise DataError(
                f"{self.name}: expected the file as it was when it was opened, {sizes[0]}, received one that was "
                f"written to since, {sizes[1]}; what was read before belongs to the old one"
            )
