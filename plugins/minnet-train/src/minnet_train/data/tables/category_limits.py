"""`CategoryLimits`: which texts of a column are categories of their own, and which are one category together."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

MOST_CATEGORIES = 100
"""So many different texts in a column are still taken for categories without being asked to."""

OTHERS = "(all others)"
"""The name of the category of texts that are too rare for one of their own, and of those that nobody has seen."""


@frozen
class CategoryLimits:
    """The arguments of a table that say which texts are categories of their own: those of scikit-learn's OneHotEncoder.

    Attributes:
        max_categories: so many inputs a column has at most, that of all other texts included; None for no limit.
        min_frequency: in so many rows, or in this fraction of them, a text must be; None for one row.

    >>> CategoryLimits(3).kept({"a": 5, "b": 1, "c": 2, "d": 2})
    ('a', 'c', '(all others)')
    >>> CategoryLimits(min_frequency=0.5).kept({"a": 5, "b": 1})
    ('a', '(all others)')
    """

    max_categories: int | None = None
    min_frequency: int | float | None = None

    def __attrs_post_init__(self) -> None:
        """Check that they can be."""
        most, least = self.max_categories, self.min_frequency
        if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
            raise ValueError(f"expected max_categories of at least 1, received {most!r}")
        is_count = isinstance(least, int) and not isinstance(least, bool) and least >= 1
        if least is not None and not is_count and not (isinstance(least, float) and 0 < least < 1):
            raise ValueError(f"expected min_frequency, a number of rows or a fraction of them, received {least!r}")

    def __bool__(self) -> bool:
        return self.max_categories is not None or self.min_frequency is not None

    def kept(self, counts: Mapping[str, int]) -> tuple[str, ...]:
        """Choose the categories, sorted; `OTHERS` is the last of them if some are left out.

        Args:
            counts: in how many rows each text is.
        """
        least = self.min_frequency or 1
        least = least * sum(counts.values()) if isinstance(least, float) else least
        texts = sorted(text for text, count in counts.items() if count >= least)
        most = len(counts) if self.max_categories is None else self.max_categories
        if len(texts) == len(counts) <= most:
            return tuple(texts)
        common = sorted(texts, key=lambda text: -counts[text])[: most - 1]
        return (*sorted(common), OTHERS)
