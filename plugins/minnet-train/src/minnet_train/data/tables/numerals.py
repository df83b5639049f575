"""Texts as numbers: which ones are, what they are worth, and what those look like that are written in another way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from attrs import frozen

from minnet_core import Array

from .engine import arrow

MISSING = ("", "na", "n/a", "nan", "null", "none", "?")
"""What is written for a number that is missing, in small letters."""

MINUS = "\u2212"
"""What typesetters write for a minus sign, and with them whoever copies from their pages."""

FLOAT32_MAX = float(np.finfo(np.float32).max)


@frozen
class Numerals:
    """How numbers are written.

    Attributes:
        decimal: what is before the fraction.
        thousands: what divides the digits before it into groups of three; empty for nothing.
        nulls: what is written for a missing value, besides `MISSING`.

    >>> german = Numerals(",", ".")
    >>> [german.is_number(text) for text in ("1.234,5", "1.23", "12", "x")]
    [True, False, True, False]
    """

    decimal: str = "."
    thousands: str = ""
    nulls: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """A regular expression for a number."""
        return _pattern(self.decimal, self.thousands)

    def is_number(self, text: str) -> bool:
        """Whether a text is a number, infinities included."""
        return _compiled(self.decimal, self.thousands).match(text) is not None

    def is_missing(self, text: str) -> bool:
        """Whether a text stands for a number that is missing."""
        return text in self.nulls or text.lower() in MISSING

    def null_spellings(self, *, usual: bool = False) -> list[str]:
        """All that is written for a missing number, in capital letters, small ones or both.

        Args:
            usual: whether to leave out what hardly anybody writes.
        """
        few = {"NaN", *(spell(word) for word in MISSING for spell in (str.lower, str.upper, str.capitalize))}
        return sorted({*(few if usual else _spellings()), *self.nulls})

    def plain(self, text: str) -> str:
        """Write a number as Python does."""
        whole = text.replace(self.thousands, "") if self.thousands else text
        return whole.replace(self.decimal, ".").replace(MINUS, "-")

    def parse(self, texts: Any) -> tuple[Array, Array, Array]:
        """Read texts, a pyarrow array without blanks around its cells.

        Returns:
            The numbers, nan where there are none; where there are some; and where one is missing.
        """
        compute = arrow("compute")
        found = _mask(compute.match_substring_regex(texts, pattern=self.pattern))
        missing = _mask(compute.is_in(texts, value_set=arrow().array(self.null_spellings(), texts.type))) & ~found
        plain = compute.if_else(arrow().array(found), texts, arrow().scalar(None, texts.type))
        if self.thousands:
            plain = compute.replace_substring(plain, pattern=self.thousands, replacement="")
        if self.decimal != ".":
            plain = compute.replace_substring(plain, pattern=self.decimal, replacement=".")
        plain = compute.replace_substring(plain, pattern=MINUS, replacement="-")
        plain = compute.replace_substring_regex(plain, pattern=r"^\+", replacement="")
        return compute.cast(plain, "float64").to_numpy(zero_copy_only=False), found, missing


def looks_like(texts: Iterable[str], numerals: Numerals) -> tuple[str, str, str] | None:
    """Tell what a column of texts looks like that was meant to be one of numbers.

    Returns:
        One of its texts, what they look like, and what to do; None if most look like nothing of that kind.

    >>> looks_like(["0,5", "100,25"], Numerals())[1:]
    ('numbers with a decimal comma', 'decimal = "," reads them')
    """
    texts = [text for text in texts if not numerals.is_missing(text)]
    odd = [text for text in texts if not numerals.is_number(text)]
    if not odd:
        return None
    forms = _FORMS if numerals.decimal == "." else _FORMS_BESIDES_COMMA
    loose = _any_of(forms)
    regular = sum(1 for text in texts if numerals.is_number(text) or loose.fullmatch(text))
    if regular >= 0.9 * len(texts):
        for pattern, what, remedy in _compiled_forms(forms):
            for text in odd:
                if pattern.fullmatch(text):
                    return text, what, remedy
    return _looks_like_many(texts, odd, numerals)


def number_among(texts: Sequence[str]) -> str | None:
    """Return one of many different texts that are all numbers, as files without types write them; None for others.

    Whole numbers of one length, or with a zero before them, are codes rather than numbers.

    >>> number_among([f"{row / 4}" for row in range(40)]), number_among([f"{row + 10}" for row in range(40)])
    ('0.25', None)
    """
    plain = Numerals()
    if len(set(texts)) <= FEW or not all(map(plain.is_number, texts)):
        return None
    fractions = [text for text in texts if not text.lstrip("+-").isdecimal() and not text.endswith(".0")]
    if fractions:
        return fractions[0]
    digits = [text.lstrip("+-").removesuffix(".0") for text in texts]
    is_code = len({*map(len, digits)}) == 1 or any(len(text) > 1 and text[0] == "0" for text in digits)
    return None if is_code else texts[0]


def _looks_like_many(texts: Sequence[str], odd: Sequence[str], numerals: Numerals) -> tuple[str, str, str] | None:
    """Tell what texts look like that would be taken for categories if they were few."""
    if len(set(odd)) <= FEW:
        return None
    for pattern, what, remedy in _compiled_forms(_FORMS_OF_MANY):
        fitting = [text for text in odd if pattern.fullmatch(text)]
        if fitting and len(texts) - len(odd) + len(fitting) >= 0.9 * len(texts):
            return fitting[0], what, remedy
    found = [match for text in odd if (match := _UNIT.fullmatch(text))]
    units = {match[2] for match in found}
    if len(found) >= 0.9 * len(odd) and (len(units) == 1 or units <= {*_MAGNITUDES}):
        unit = f"the unit {found[0][2]!r}" if len(units) == 1 else f"{', '.join(sorted(units))} for powers of ten"
        return found[0][0], f"numbers with {unit}", "write them as numbers alone"
    return None


_Forms: TypeAlias = tuple[tuple[str, str, str], ...]
"""For each form of numbers a pattern, what matches it, and what to do."""

_CURRENCIES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MAD|MXN|MYR|NGN|NOK|"
    "NZD|PEN|PHP|PKR|PLN|RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
"""Not any three letters: PAL0708 is a name."""

_FORMS: _Forms = (
    (r"[+-]?\d{1,3}(\.\d{3})+,\d+", "numbers with a decimal comma and points between thousands",
     'decimal = "," and thousands = "." read them'),
    (r"[+-]?(\d{1,3}(,\d{3}){2,}(\.\d*)?|\d{1,3}(,\d{3})+\.\d*|\d{1,2}(,\d{2})+,\d{3}(\.\d*)?)",
     "numbers with commas between thousands", 'thousands = "," reads them'),
    (r"[+-]?(\d*,(\d{1,2}|\d{4,})|0+,\d+|\d{4,},\d+|\d*,\d+[eE][+-]?\d+)", "numbers with a decimal comma",
     'decimal = "," reads them'),
    (r"[+-]?\d{1,3}(\.\d{3})+", "numbers with points between thousands",
     'decimal = "," and thousands = "." read them'),
    (r"[+-]?\d{1,3}([ '\u00a0\u202f\u2019]\d{3})+([.,]\d*)?", "numbers in groups of three digits",
     "thousands says what is between the groups"),
    (r"[+-]?\d{1,3},\d{3}", "numbers with a decimal comma or with commas between thousands",
     'decimal = "," or thousands = "," says which'),
    (r"[+-]?[\d.,' ]*\d[\d.,]*\s*%", "percentages", "write them as numbers"),
    (r"[+-]?\s*(\p\s*[+-]?[\d.,' ]*\d[\d.,]*|[\d.,' ]*\d[\d.,]*[-\s]*\p)".replace(
        r"\p", rf"(?:[$\u00a2-\u00a5\u20a0-\u20cf]|{_CURRENCIES}|[A-Z]{{1,2}}\$|Fr\.|kr|z\u0142)"),
     "amounts of money", "write them as numbers"),
    (r"\([\d.,' ]*\d[\d.,]*\)", "negative numbers in brackets", "write them with a minus sign"),
    (r"[\d.,' ]*\d[\d.,]*-", "negative numbers with the minus sign behind", "write it in front"),
)  # fmt: skip

_FORMS_BESIDES_COMMA: _Forms = (
    *_FORMS,
    (r"[+-]?(\d*\.\d+|\d+\.\d*)([eE][+-]?\d+)?", "numbers with a decimal point, beside others with a comma",
     "write all of them in one way"),
)  # fmt: skip

_FORMS_OF_MANY: _Forms = (
    (r"[+-]?\d{1,3}(_\d{3})+(\.\d*)?", "numbers in groups of three digits", 'thousands = "_" reads them'),
    (r"(?=.*[^\x00-\x7f])[+-]?\d+([.,\u066b]\d+)?", "numbers in other digits than 0 to 9", "write them in these"),
    (r"[+-]?(\d+\.?\d*|\.\d+)[dD][+-]?\d+", "numbers with the exponents of Fortran", "write E for D"),
    (r"(?:[<>=~\u2248\u2264\u2265]|[<>]=)\s*[+-]?[\d.,]*\d", "limits of numbers",
     "write them as numbers, null_values takes them for missing"),
    (r"'[+-]?[\d.,]*\d|=\"[+-]?[\d.,]*\d\"", "numbers that a spreadsheet keeps as texts", "write them as numbers"),
)  # fmt: skip

_UNIT = re.compile(rf"[+{MINUS}-]?((?:0|[1-9][\d.,']*|0?[.,]\d+|0[.,]\d*)\s*)([^\d\s.,+-](?:[^\d]*\S)?)")
_MAGNITUDES = ("k", "K", "M", "m", "B", "b", "bn", "mn", "G", "T", "Mio", "Mrd", "Mio.", "Mrd.")

FEW = 20
"""So many different texts may be categories, whatever they look like."""


@lru_cache  # not when this is imported: it takes as long as all else that reads tables together
def _compiled_forms(forms: _Forms) -> tuple[tuple[re.Pattern[str], str, str], ...]:
    signed = rf"[+{MINUS}-]?"
    return tuple((re.compile(form.replace("[+-]?", signed)), what, remedy) for form, what, remedy in forms)


@lru_cache
def _any_of(forms: _Forms) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{form.pattern})" for form, *_ in _compiled_forms(forms)))


@lru_cache
def _pattern(decimal: str, thousands: str) -> str:
    point, group = re.escape(decimal), re.escape(thousands)
    indian = rf"[0-9]{{1,2}}(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}"
    whole = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|{indian}|[0-9]+)" if thousands else "[0-9]+"
    number = rf"(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    return rf"^[+{MINUS}-]?(?:{number}|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)$"


@lru_cache
def _compiled(decimal: str, thousands: str) -> re.Pattern[str]:
    return re.compile(_pattern(decimal, thousands).removesuffix("$") + r"\Z")


@lru_cache
def _spellings() -> tuple[str, ...]:
    pairs = [[(letter, letter.upper()) for letter in word] for word in MISSING]
    return tuple(sorted({"".join(letters) for word in pairs for letters in product(*word)}))


def _mask(array: Any) -> Array:
    """Take an array of booleans, in which null is false."""
    mask: Array = arrow("compute").fill_null(array, False).to_numpy(zero_copy_only=False).astype(bool)
    return mask


def stripped(texts: Any) -> Any:
    """Remove the blanks around the cells of a pyarrow array of texts; one that is missing becomes empty."""
    compute = arrow("compute")
    return compute.fill_null(compute.utf8_trim_whitespace(texts), "")
