"""The names that suppliers give to the half-hour columns of a wide file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from characterise.settlement import SLOTS_PER_DAY

_DAY: Final = 1440


@dataclass(frozen=True, slots=True)
class Labels:
    """One way to name the columns of a day.

    Parameters
    ----------
    kind
        ``period`` (numbers from 1), ``start`` or ``end`` (the side of the half-hour that a wall
        time names) or ``range`` (both).
    name
        Label of a period number, or of the minute of the day that the label names.
    unit
        Unit that the label itself states; empty where it states none.
    """

    kind: str
    name: Callable[[int], str]
    unit: str = ""

    def names(self, columns: int, *, counted: bool = False) -> list[str]:
        """Labels of 48 or 50 columns.

        Parameters
        ----------
        counted
            The two columns of the long day go on counting (24:00, 24:30); else they are named as
            the hour that comes twice.
        """
        if self.kind == "period":
            return [self.name(number) for number in range(1, columns + 1)]
        offset = 30 if self.kind == "end" else 0
        if counted:
            return [self.name(slot * 30 + offset) for slot in range(columns)]
        walls = [self.name(slot * 30 + offset) for slot in range(SLOTS_PER_DAY)]
        return walls + [f"DST +{extra}" for extra in ("0:30", "1:00")][: columns - SLOTS_PER_DAY]


def _numbered(pattern: str, unit: str = "") -> Labels:
    return Labels("period", lambda number: pattern.format(n=number), unit)


def _timed(kind: str, pattern: str, *, last: str = "") -> Labels:
    """Labels of wall times; ``last`` is midnight at the end of a day where 24:00 is not said."""

    def name(minute: int) -> str:
        if minute == _DAY and last:
            return last
        hour, rest = divmod(minute, 60)
        twelve = f"{(hour - 1) % 12 + 1}:{rest:02d} {'PM' if 12 <= hour < 24 else 'AM'}"
        return pattern.format(h=hour, m=rest, twelve=twelve, number=hour * 100 + rest)

    return Labels(kind, name)


def _range(pattern: str) -> Labels:
    def name(minute: int) -> str:
        after = minute + 30
        return pattern.format(
            h=minute // 60, m=minute % 60, k=after % _DAY // 60, o=after % _DAY % 60
        )

    return Labels("range", name)


LABELS: Final[dict[str, Labels]] = {
    "1": _numbered("{n}"),
    "HH1": _numbered("HH{n}"),
    "hh01": _numbered("hh{n:02d}"),
    "P1": _numbered("P{n}"),
    "ID1": _numbered("ID{n}"),
    "interval_1": _numbered("interval_{n}"),
    "Period 1": _numbered("Period {n}"),
    "SP01": _numbered("SP{n:02d}"),
    "kWh_1": _numbered("kWh_{n}", "kWh"),
    "Kwh1": _numbered("Kwh{n}", "kWh"),
    "Consumption(KWh) HH1": _numbered("Consumption(KWh) HH{n}", "kWh"),
    "00:00": _timed("start", "{h:02d}:{m:02d}"),
    "0:00": _timed("start", "{h}:{m:02d}"),
    "00:00:00": _timed("start", "{h:02d}:{m:02d}:00"),
    "12:00 AM": _timed("start", "{twelve}"),
    "H0000": _timed("start", "H{h:02d}{m:02d}"),
    "reading0000": _timed("start", "reading{h:02d}{m:02d}"),
    "consumptionHH_00_00_00": _timed("start", "consumptionHH_{h:02d}_{m:02d}_00"),
    "00:30 .. 24:00": _timed("end", "{h:02d}:{m:02d}"),
    "00:30 .. 00:00": _timed("end", "{h:02d}:{m:02d}", last="00:00"),
    "0:30 .. 0:00": _timed("end", "{h}:{m:02d}", last="0:00"),
    "00:30:00 .. 00:00:00": _timed("end", "{h:02d}:{m:02d}:00", last="00:00:00"),
    "[00:30] .. [24:00]": _timed("end", "[{h:02d}:{m:02d}]"),
    "H0030 .. H2400": _timed("end", "H{h:02d}{m:02d}"),
    "hr0030 .. hr0000": _timed("end", "hr{h:02d}{m:02d}", last="hr0000"),
    "30 .. 2400": _timed("end", "{number}"),
    "00:00 - 00:30": _range("{h:02d}:{m:02d} - {k:02d}:{o:02d}"),
    "00:00-00:30": _range("{h:02d}:{m:02d}-{k:02d}:{o:02d}"),
}
"""Every way, by what its first column (and last, where that says more) is called."""
