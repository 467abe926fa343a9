"""Date and time texts -> dates, wall minutes and offsets, for every form seen in extracts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
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


def parse(text: str, *, month_first: bool = False) -> Stamp | None:
    """Stamp of a text, None where it is no date that exists."""
    bare = text.strip().strip("'\"")
    for form in _FORMS:
        match = form.match(bare)
        if match:
            return _stamp(match.groupdict(), month_first=month_first)
    return None


def minute_of(text: str) -> int | None:
    """Minute of the day (0-1440) of a time text such as ``00:30``, ``12:30 AM`` or ``2400``."""
    bare = text.strip().strip("'\"[]")
    match = _TIME_ONLY.match(bare) or _COMPACT_TIME.match(bare)
    return None if match is None else _minute(match.groupdict())


def is_month_first(texts: Iterable[str]) -> bool | None:
    """Order of day and month in numeric dates.

    True where a second number exceeds 12 and no first one does; False where it is day first or
    nothing contradicts the British order; None where both occur.
    """
    first = second = False
    for text in texts:
        match = _FORMS[1].match(text.strip().strip("'\""))
        if match:
            first |= int(match["a"]) > 12
            second |= int(match["b"]) > 12
    if first and second:
        return None
    return second


def _stamp(parts: dict[str, str | None], *, month_first: bool) -> Stamp | None:
    year = int(parts["y"] or 0)
    year += 2000 if year < 100 else 0
    day = _day(year, parts, month_first=month_first)
    if day is None:
        return None
    minute = _minute(parts) if parts.get("h") else None
    if parts.get("h") and minute is None:
        return None
    zone = (parts.get("z") or "").upper()
    seconds = int(parts.get("s") or 0)
    return Stamp(day, minute, _offset(zone), zone, off_grid=bool(seconds))


def _day(year: int, parts: dict[str, str | None], *, month_first: bool) -> dt.date | None:
    if parts.get("mon"):
        month = _MONTHS.get(str(parts["mon"])[:3].lower(), 0)
        day = int(parts["a"] or 0)
    elif parts.get("c"):
        month, day = int(parts["b"] or 0), int(parts["c"] or 0)
    else:
        day, month = int(parts["a"] or 0), int(parts["b"] or 0)
        if month_first:
            day, month = month, day
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        return dt.date(year, month, day)
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
