"""The frame between layouts and meaning: one row a reading, still as the file wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from characterise.extracts.stamps import DAY_FIRST

CELLS: Final = pl.Schema(
    {
        "line": pl.Int32,
        "column": pl.String,
        "ident": pl.String,
        "when": pl.String,
        "time": pl.String,
        "slot": pl.Int32,
        "value": pl.String,
        "flag": pl.String,
        "unit": pl.String,
        "quantity": pl.String,
        "fuel": pl.String,
        "arrived": pl.String,
        "fault": pl.String,
    }
)
"""``line`` and ``column`` name the place in the source; ``when`` is the date or stamp text,
``time`` a time text of its own, ``slot`` a wall slot (0-47, 48-49 repeated) or a period (1-50);
``fault`` is a code that a layout already knows."""

SERIES: Final = ("ident", "column", "quantity")
"""What tells the series of one table apart."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing that was found out about a file, and from what."""

    what: str
    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is settled about a file or sheet; None is an open question.

    Parameters
    ----------
    kind
        ``period``, ``wall`` (slots of a day) or ``stamp`` (a time with each reading).
    ident_kind
        ``mpan``, ``serial`` or ``name``.
    side
        Whether a time label names the ``start`` or the ``end`` of its half-hour.
    clock
        ``UTC`` or an IANA zone.
    unit
        Unit of readings whose row or column names none.
    quantity
        AI, AE, RI or RE for readings whose row or column names none.
    minutes
        Length of one interval.
    shifted_labels
        End labels are local starts plus an interval, not local instants.
    closing_midnight
        00:00 beside a date closes that day.
    date_order
        One of `characterise.extracts.stamps.ORDERS`.
    unit_doubt
        What the numbers say against the unit that the file names.
    unit_said
        Whether a person said which unit it is.
    unit_from
        The one column whose name gave ``unit``.
    fingerprint
        What this layout is recognised by in other files.
    day
        Whether the date of a row with a whole day ``opens`` or ``closes`` that day.
    whole
        Whether all of the file is at hand; from a part of it nothing is detected anew.
    """

    layout: str
    kind: str
    ident_kind: str = "mpan"
    side: str | None = None
    clock: str | None = None
    unit: str | None = None
    quantity: str | None = None
    date_order: str | None = DAY_FIRST
    minutes: int = 30
    shifted_labels: bool = False
    closing_midnight: bool = False
    day: str | None = "opens"
    whole: bool = True
    known_side: str | None = None
    unit_doubt: str | None = None
    unit_said: bool = False
    unit_from: str = ""
    fingerprint: str = ""
    detections: tuple[Detection, ...] = field(default=())

    def settle(self, what: str, value: str, evidence: str, **change: object) -> Facts:
        """Facts with one more thing known and its evidence kept."""
        found = (*self.detections, Detection(what, value, evidence))
        return replace(self, detections=found, **change)  # type: ignore[arg-type]
