"""What `rents.csv` is made by: ``python -m examples.rents`` writes it anew. Towns, flats and rents are invented."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_suffix(".csv")

TOWNS = (
    *("Amsel", "Birk", "Carl", "Dorn", "Esch", "Finken", "Gans", "Hasel", "Igel", "Jaspers", "Krähen", "Linden"),
    *("Marder", "Nessel", "Otter", "Pappel", "Quitten", "Reiher", "Stern", "Tannen", "Ulmen", "Veilchen", "Weiden"),
)
"""The first halves of their names."""


def levels() -> dict[str, float]:
    """Return the rent of a new square metre in each town; old flats are the cheaper, the dearer a town is."""
    drawn = np.random.default_rng(0).uniform(6, 20, len(TOWNS)).round(2).tolist()
    return {f"{town}heim": level for town, level in zip(TOWNS, drawn, strict=True)}


def write_rents(path: Path = FILE, rows: int = 1500) -> None:
    """Write the table."""
    rng, level_of = np.random.default_rng(1), levels()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["town", "area", "age", "rent"])
        for _ in range(rows):
            town = str(rng.choice(list(level_of)))
            area, age = int(rng.integers(25, 130)), int(rng.integers(0, 90))
            fair = area * level_of[town] * (1 - age * level_of[town] / 4000)
            writer.writerow([town, area, age, round(fair + rng.normal(0, 40))])


if __name__ == "__main__":
    write_rents()
