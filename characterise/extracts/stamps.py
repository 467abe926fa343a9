"""Date and time texts -> dates, wall minutes and offsets, for every form seen in extracts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_MONTHS: Final = {
    name: index
    for index, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        start=1,
    )
}
_TIME: Final = r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<ap>[AaPp][Mm])?"
_ZONE: Final = r"\s*(?P<z>Z|UTC|GMT|BST|[+-]\d{2}:?\d{2})?"
_TAIL: Final = rf"(?:[T ,]+{_TIME}{_ZONE})?"
_FORMS: Final = tuple(
    re.compile(pattern + "$", re.IGNORECASE)
    for pattern in (
        rf"(?P<y>\d{{4}})[-/.](?P<b>\d{{1,2}})[-/.](?P<c>\d{{1,2}}){_TAIL}",
        rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>\d{{4}}|\d{{2}}){_TAIL}",
        rf"(?:[a-z]{{3,9}},? )?(?P<a>\d{{1,2}})(?:st|nd|rd|th)?[- /]*(?P<mon>[a-z]{{3,9}})"
        rf"[- /,]*(?P<y>\d{{4}}|\d{{2}}){_TAIL}",
        rf"(?P<mon>[a-z]{{3,9}}) +(?P<a>\d{{1,2}}),? +(?P<y>\d{{4}}){_TAIL}",
        rf"{_TIME} +(?:[a-z]{{3,9}} +)?(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>\d{{4}})",
        r"(?P<y>(?:19|20)\d{2})(?P<b>\d{2})(?P<c>\d{2})"
        rf"(?:[T ]?(?P<h>\d{{2}}):?(?P<m>\d{{2}})(?::?(?P<s>\d{{2}}))?)?{_ZONE}",
    )
)
_TIME_ONLY: Final = re.compile(rf"{_TIME}{_ZONE}$", re.IGNORECASE)
_COMPACT_TIME: Final = re.compile(r"(?P<h>\d{1,2})(?P<m>00|30)$")
_EARLIEST, _LATEST = 1990, 2100
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day_first", "month_first", "year_first"
ORDERS: Final = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
_FEW_DAYS: Final = 3
"""Successive days that it takes to prefer another order than the British one."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date, and the wall time and offset where the text gives them.

    ``minute`` runs 0-1440 (24:00); ``offset`` is minutes east of UTC.
    """

    day: dt.date
    minute: int | None = None
    offset: int | None = None
    zone_word: str = ""
    off_grid: bool = False


def parse(text: str, *, order: str = DAY_FIRST) -> Stamp | None:
    """Stamp of a text, None where it is no date that exists.

    Parameters
    ----------
    order
        One of `ORDERS`: what the numbers of 01/02/03 are.
    """
    bare = text.strip().strip("'\"")
    for form in _FORMS:
        match = form.match(bare)
        if match:
            return _stamp(match.groupdict(), order)
    return None


def minute_of(text: str) -> int | None:
    """Minute of the day (0-1440) of a time text such as ``00:30``, ``12:30 AM`` or ``2400``."""
    bare = text.strip().strip("'\"[]")
    match = _TIME_ONLY.match(bare) or _COMPACT_TIME.match(bare)
    return None if match is None else _minute(match.groupdict())


def order_of(texts: Iterable[str]) -> tuple[str | None, str]:
    """Order of the numbers in numeric dates, and what shows it; None where nothing fits all.

    An order that makes impossible dates of texts which another order reads is out. Of those left,
    British day first stands unless another makes successive days of what day first scatters.
    """
    numeric = sorted({text for text in texts if _FORMS[1].match(text.strip().strip("'\""))})
    read = {order: [parse(text, order=order) for text in numeric] for order in ORDERS}
    possible = [any(stamps) for stamps in zip(*read.values(), strict=True)]
    fits = [
        order
        for order, stamps in read.items()
        if all(stamp or not can for stamp, can in zip(stamps, possible, strict=True))
    ]
    if not fits:
        return None, "some dates only make sense day first, others only month first"
    runs = {order: _successive(stamp.day for stamp in read[order] if stamp) for order in fits}
    best = max(fits, key=lambda order: (runs[order], order == DAY_FIRST, -ORDERS.index(order)))
    if DAY_FIRST in fits and (runs[DAY_FIRST] or runs[best] < _FEW_DAYS):
        return DAY_FIRST, ""
    if DAY_FIRST in fits:
        return best, f"read so, {runs[best]} dates follow on another by one day; day first none do"
    return best, "a second number exceeds 12 and no first one does"


def _successive(days: Iterable[dt.date]) -> int:
    distinct = sorted(set(days))
    return sum((later - earlier).days == 1 for earlier, later in pairwise(distinct))


def _stamp(parts: dict[str, str | None], order: str) -> Stamp | None:
    day = _day(parts, order)
    if day is None:
        return None
    minute = _minute(parts) if parts.get("h") else None
    if parts.get("h") and minute is None:
        return None
    zone = (parts.get("z") or "").upper()
    seconds = int(parts.get("s") or 0)
    return Stamp(day, minute, _offset(zone), zone, off_grid=bool(seconds))


def _day(parts: dict[str, str | None], order: str) -> dt.date | None:
    year, numeric = str(parts["y"] or ""), not parts.get("mon") and not parts.get("c")
    if parts.get("mon"):
        month = _MONTHS.get(str(parts["mon"])[:3].lower(), 0)
        day = int(parts["a"] or 0)
    elif parts.get("c"):
        month, day = int(parts["b"] or 0), int(parts["c"] or 0)
    else:
        day, month = int(parts["a"] or 0), int(parts["b"] or 0)
        if order == MONTH_FIRST:
            day, month = month, day
    if numeric and order == YEAR_FIRST and len(year) == 2:
        year, day = str(parts["a"]).zfill(2), int(year)
    whole = int(year) + (2000 if len(year) <= 2 else 0)
    if not _EARLIEST <= whole <= _LATEST:
        return None
    try:
        return dt.date(whole, month, day)
    except ValueError:
        return None


def _minute(parts: dict[str, str | None]) -> int | None:
    hour, minute = int(parts["h"] or 0), int(parts["m"] or 0)
    half = (parts.get("ap") or "").lower()
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    total = hour * 60 + minute
    return total if minute < 60 and total <= 1440 else None


def _offset(zone: str) -> int | None:
    if not zone:
        return None
    if zone in ("Z", "UTC", "GMT"):
        return 0
    if zone == "BST":
        return 60
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    return sign * (int(digits[:2]) * 60 + int(digits[2:]))
