"""What each column of a table is, by its name first and by what it holds second."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from characterise.extracts.identity import is_valid_mpan
from characterise.extracts.stamps import minute_of, parse
from characterise.extracts.vocabulary import normal, quantity_in

MOST_READ: Final = 1e6
"""A number beyond this is an identifier or a register, not a reading."""
_FEW_NUMBERS: Final = 12
MPAN_WORDS: Final = re.compile(
    r"\bmpan|\bmpxn|\bmprn?\b|\bmsid|supply number|meter ?point|spid|accounting point"
)
SERIAL_WORDS: Final = re.compile(r"serial|\bmsn\b|meter number|meter id|meter no\b|\bserial num")
_NAME: Final = re.compile(
    r"^(site|meter|channel|name|id|reference|location)\b|meter name|meter ident|meter ref|site"
)
DATE_WORDS: Final = re.compile(
    r"date|\bday\b|time ?stamp|date ?time|\bstart\b|\bend\b|^time$|settlement|from|\bts\b"
)
_NOT_DATE: Final = re.compile(
    r"loaded|received|run date|report|profile date|created|effective|bill"
)
VALUE_WORDS: Final = re.compile(
    r"kwh|\bwh\b|mwh|\bkw\b|\bmw\b|kvarh?|consum|energy|usage|reading?$|meter read|value|"
    r"import|export|demand|generat|power|\bai\b|\bae\b|\bri\b|\bre\b|advance"
)
_NOT_VALUE: Final = re.compile(
    r"total|cost|price|charge|tariff|start read|end read|register|cumulative|max|date|time|type|"
    r"quality|status|flag|estimat|\bid\b|mpan|serial|number|site|\btemp|irradiance|unit|period|%|"
    r"latest|co2|carbon|standing|source"
)
_REGISTER: Final = re.compile(r"register|reading|index|cumulat|meter read|advance")
_MEASURE: Final = re.compile(
    r"(?i)[\[(]?\b[km]?(?:wh|w|varh?)\b[\])]?|\b(?:import|export|consumption|usage|reading)\b"
)
_TIME: Final = re.compile(r"time|slot|\bhh\b|half ?hour")
_PERIOD: Final = re.compile(r"period|\bsp\b|settlement p|\bhh\b|slot")


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a sample of rows, judged by name first and content second.

    Parameters
    ----------
    names
        Of the header; letters where there is none.
    rows
        A sample of the data.
    taken
        Columns that are half-hours of a day.
    """

    names: tuple[str, ...]
    rows: list[list[str]]
    taken: set[int]

    def filled(self, column: int) -> list[str]:
        """Cells of a column that are not blank."""
        return [row[column] for row in self.rows if column < len(row) and row[column]]

    def share(self, column: int, holds: Callable[[str], object]) -> float:
        """Share of the filled cells of which ``holds`` is true."""
        cells = self.filled(column)
        return sum(bool(holds(cell)) for cell in cells) / len(cells) if cells else 0.0

    def free(self) -> list[int]:
        """Columns that are no half-hours of a day."""
        return [index for index in range(len(self.names)) if index not in self.taken]

    def dates(self) -> list[int]:
        """Columns of dates or stamps, the reading's own (its start) first."""
        found = []
        for column in self.free():
            name = normal(self.names[column])
            full = self.share(column, parse)
            named = bool(DATE_WORDS.search(name)) and not _NOT_DATE.search(name)
            if (named and full >= 0.3) or (full >= 0.6 and not _NOT_DATE.search(name)):
                rank = (not named, bool(re.search(r"\bend\b|\bto\b", name)), column)
                found.append((rank, column))
            elif named and not self.rows and not _TIME.search(name.replace("date time", "")):
                found.append(((False, False, column), column))
        return [column for _, column in sorted(found)]

    def end_of(self, dates: list[int]) -> int:
        """Column of ends among ``dates``, -1 without."""
        ends = [c for c in dates[1:] if re.search(r"\bend\b|\bto\b", normal(self.names[c]))]
        return ends[0] if ends else -1

    def time(self, dates: list[int]) -> int:
        """A column of times beside a column of dates; the start's before the end's."""
        for column in self.free():
            name = normal(self.names[column])
            if column in dates or not _TIME.search(name) or re.search(r"\bend\b", name):
                continue
            if self.share(column, lambda cell: minute_of(cell) is not None) >= 0.6:
                return column
        for column in self.free():
            if column not in dates and self.share(column, _is_clock) >= 0.9:
                return column
        return -1

    def period(self, *, headed: bool) -> int:
        """Column of settlement periods, -1 without."""
        if not headed:
            counting = [c for c in self.free() if self._counts(c)]
            return counting[0] if counting else -1
        for column in self.free():
            if _PERIOD.search(normal(self.names[column])) and self.share(column, _is_period) > 0.9:
                return column
        return -1

    def identifier(self, *, headed: bool) -> tuple[int, str]:
        """Column that names the meter point, and what kind of name it holds."""
        names = [normal(name) if headed else "" for name in self.names]
        free = [column for column in self.free() if self.filled(column) or not self.rows]
        stated = [
            c for c in free if MPAN_WORDS.search(names[c]) and not re.search(r"alias|\d$", names[c])
        ]
        valid = [c for c in free if self.share(c, is_valid_mpan) >= 0.5]
        for column in [*[c for c in stated if c in valid], *valid, *stated]:
            return column, "mpan"
        for pattern, kind in ((SERIAL_WORDS, "serial"), (_NAME, "name")):
            for column in free:
                if not pattern.search(names[column]) or self.share(column, parse) > 0.5:
                    continue
                if self.share(column, _is_decimal) < 0.3:
                    return column, kind
        if headed:
            return -1, "name"
        texts = [c for c in free if not self.share(c, parse) > 0.5 and not self.share(c, _is_flag)]
        best = sorted(texts, key=lambda c: (self.share(c, str.isdigit), c))
        return (best[0], "name") if best else (-1, "name")

    def values(self, taken: set[int]) -> tuple[int, ...]:
        """Columns of readings in a table with one time a row.

        By name; else those whose name is a meter point; else the one column that holds numbers
        which neither only rise, as a register does, nor repeat a code.
        """
        free = [c for c in self.free() if c not in taken]
        named = []
        for column in free:
            name = normal(self.names[column])
            if not VALUE_WORDS.search(name) or _NOT_VALUE.search(name):
                continue
            if self._numeric(column) and not self._only_rises(column):
                named.append(column)
        meters = [c for c in free if meter_in(self.names[c]) and self._numeric(c)]
        if named or meters:
            return tuple(sorted({*named, *meters}))
        readings = [c for c in free if self.rows and self._looks_read(c)]
        return tuple(readings) if len(readings) == 1 else ()

    def owners(self, values: tuple[int, ...], ident: int) -> tuple[str, ...]:
        """Meter point that each value column is named by; empty where the row names it.

        Columns of one quantity beside each other, where no column names a meter point, are
        different meter points: each goes by its own name.
        """
        meters = [meter_in(self.names[column]) for column in values]
        if any(meters) or ident >= 0:
            return tuple(meters)
        told = [quantity_in(self.names[column]) for column in values]
        stems = [_without_measure(self.names[column]) for column in values]
        shared = len(set(told)) < len(told) and len(set(stems)) == len(stems)
        return tuple(stems) if shared else ("",) * len(values)

    def registers(self) -> list[str]:
        """Names of columns of numbers that only rise: a register's readings, not what was used."""
        return [self.names[column] for column in self.free() if self._only_rises(column)]

    def _only_rises(self, column: int) -> bool:
        if not _REGISTER.search(normal(self.names[column])):
            return False
        numbers = [float(cell.replace(",", "")) for cell in self.filled(column) if is_number(cell)]
        rises = all(later >= earlier for earlier, later in pairwise(numbers))
        return rises and len(set(numbers)) > _FEW_NUMBERS and numbers[0] > numbers[-1] - numbers[0]

    def _counts(self, column: int) -> bool:
        """Whether a column counts half-hours: whole numbers to 50, each one after the other."""
        cells = self.filled(column)
        if len(cells) < _FEW_NUMBERS or self.share(column, _is_period) < 1:
            return False
        steps = [int(later) - int(earlier) for earlier, later in pairwise(cells)]
        return sum(step == 1 for step in steps) > 0.8 * len(steps)

    def _numeric(self, column: int) -> bool:
        return not self.rows or self.share(column, is_number) >= 0.5

    def _looks_read(self, column: int) -> bool:
        if _NOT_VALUE.search(normal(self.names[column])) or self.share(column, is_number) < 0.9:
            return False
        numbers = [float(cell.replace(",", "")) for cell in self.filled(column) if is_number(cell)]
        if max(numbers, default=MOST_READ) >= MOST_READ:
            return False
        falls = any(later < earlier for earlier, later in pairwise(numbers))
        if not falls and len(set(numbers)) > _FEW_NUMBERS:
            return False
        return self.share(column, _is_decimal) > 0.5 or (falls and len(set(numbers)) > 3)


def meter_in(name: str) -> str:
    """The MPAN that a column is named by; empty without."""
    return next((word for word in re.split(r"[^0-9]+", name) if is_valid_mpan(word)), "")


def is_number(text: str) -> bool:
    """Whether a cell holds a number, thousands separated or not."""
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _is_clock(text: str) -> bool:
    return ":" in text and minute_of(text) is not None


def _is_decimal(text: str) -> bool:
    return "." in text and is_number(text)


def _without_measure(name: str) -> str:
    """A column's name without its unit and quantity: what the meter is called."""
    bare = _MEASURE.sub(" ", name)
    return " ".join(bare.split()).strip(" -_:()[]")


def _is_period(text: str) -> bool:
    return len(text) <= 2 and text.isdigit() and 1 <= int(text) <= 50


def _is_flag(text: str) -> bool:
    return len(text) <= 1
