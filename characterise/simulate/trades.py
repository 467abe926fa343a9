"""Kinds of business: the hours, plant, cooling and heating that make each one recognisable.

A trade with `Marks` is drawn from the real buildings of `estate`, those that bear its marks; the
others follow their hours, and take from `estate` only how a building drifts and flickers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells a kind of university building: both ends of each range are shares.

    Parameters
    ----------
    night
        Load from 1 to 5 o'clock against that from 10 to 16 on working days.
    rest
        Mean load on other days against working days.
    """

    night: tuple[float, float] = (0.0, 9.0)
    rest: tuple[float, float] = (0.0, 9.0)


@dataclass(frozen=True, slots=True)
class Trade:
    """Typical day of one kind of business; hours are of the local wall clock."""

    opens: float
    closes: float
    days: tuple[float, float, float]
    """How busy it is on a working day, on a Saturday, on a Sunday or bank holiday."""
    night: float
    """Load when shut, as a share of the load when open."""
    peak_kw: tuple[float, float]
    cooling: float
    """Share of the peak added for each 10 C above 15 C."""
    heating: float
    """Share of the peak added for each 10 C under 15 C while open."""
    wobble: float
    plant: float
    """Share of the load that is plant which can be shed: compressors, process lines, fans."""
    continuous: bool = False
    """Whether that plant runs day and night."""
    shifts: bool = False
    school_holidays: bool = False
    university_holidays: bool = False
    marks: Marks | None = None
    population: str = "estate"
    """Of `estate.estate`, for a trade with marks."""


def _campus(
    marks: Marks, peak_kw: tuple[float, float], plant: float, population: str = "estate"
) -> Trade:
    return Trade(
        8.0, 18.0, (1.0, 0.3, 0.25), 0.5, peak_kw, 0.0, 0.0, 0.05, plant,
        continuous=True, university_holidays=True, marks=marks, population=population,
    )  # fmt: skip


TRADES: Final = {
    "shop": Trade(8.0, 19.5, (1.0, 1.05, 0.7), 0.25, (8, 60), 0.22, 0.10, 0.06, 0.35, True),
    "office": Trade(7.5, 18.5, (1.0, 0.15, 0.05), 0.22, (20, 300), 0.28, 0.10, 0.05, 0.3),
    "cold_store": Trade(5.0, 21.0, (1.0, 0.9, 0.8), 0.78, (80, 600), 0.32, 0.00, 0.07, 0.6, True),
    "factory": Trade(
        6.0, 22.0, (1.0, 0.35, 0.10), 0.18, (100, 900), 0.06, 0.05, 0.09, 0.5, shifts=True
    ),
    "school": Trade(
        7.0, 16.8, (1.0, 0.06, 0.04), 0.20, (30, 150), 0.05, 0.18, 0.05, 0.3, school_holidays=True
    ),
    "depot": Trade(4.5, 20.0, (1.0, 0.7, 0.35), 0.35, (15, 80), 0.05, 0.12, 0.08, 0.3),
    "supermarket": Trade(
        6.5, 22.2, (1.0, 1.02, 0.75), 0.55, (60, 400), 0.20, 0.05, 0.04, 0.45, True
    ),
    "warehouse": Trade(5.0, 21.5, (1.0, 0.6, 0.25), 0.28, (20, 250), 0.04, 0.12, 0.07, 0.2),
    "hotel": Trade(6.5, 23.2, (1.0, 1.02, 0.98), 0.52, (30, 250), 0.20, 0.16, 0.06, 0.3, True),
    "hospital": Trade(
        6.5, 20.0, (1.0, 0.82, 0.80), 0.62, (150, 1500), 0.22, 0.06, 0.04, 0.35, True
    ),
    "museum": Trade(9.5, 17.5, (0.95, 1.0, 1.0), 0.60, (20, 200), 0.18, 0.10, 0.04, 0.45, True),
    "sports_centre": Trade(
        6.5, 22.0, (1.0, 0.8, 0.72), 0.30, (15, 200), 0.10, 0.10, 0.07, 0.45, True
    ),
    "residence": Trade(
        7.5, 24.0, (0.92, 1.0, 1.0), 0.48, (15, 200), 0.02, 0.16, 0.06, 0.15, True,
        university_holidays=True,
    ),
    "university": _campus(Marks(), (2, 1400), 0.3, "campus"),
    "teaching": _campus(Marks(night=(0.0, 0.5), rest=(0.0, 0.9)), (5, 200), 0.3),
    "faculty": _campus(Marks(night=(0.5, 0.72), rest=(0.0, 0.9)), (5, 500), 0.25),
    "library": _campus(Marks(night=(0.0, 0.72), rest=(0.9, 9.0)), (5, 500), 0.3),
    "laboratory": _campus(Marks(night=(0.72, 9.0)), (10, 1400), 0.45),
}  # fmt: skip
"""By archetype. "university" is any building of a university; teaching, faculty, library and
laboratory part the same buildings by their marks."""
