"""Dates and moments in other clothes, written out: day numbers of spreadsheets, epoch counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from characterise.extracts.table import Table
from characterise.extracts.vocabulary import normal

_EPOCH_WORDS: Final = re.compile(r"epoch|unix|time ?stamp|\bts\b|\btime\b")
_DAY_WORDS: Final = re.compile(r"\bdate\b|\bday\b")
_MOST_DIGITS: Final = 13
_FIRST_DAY: Final = dt.date(1899, 12, 30)
_DAY_NUMBERS: Final = (36_526, 73_050)
"""Spreadsheet day numbers of 2000 and 2100."""
_SECONDS: Final = (946_684_800, 4_102_444_800)
"""Seconds from 1970 to 2000 and to 2100."""


def spelt_out(table: Table, head: int) -> Table:
    """The table with counts of days or seconds as dates, where a column's name speaks of time.

    Parameters
    ----------
    head
        Index of the header row.
    """
    names = [normal(name) for name in table.cells[head]]
    cells = list(table.cells)
    for column, name in enumerate(names):
        rows = [r for r in range(head + 1, len(cells)) if column < len(cells[r])]
        held = [cells[r][column] for r in rows if cells[r][column]]
        spell = _spelling(name, held)
        if spell is None:
            continue
        for r in rows:
            if cells[r][column]:
                cells[r] = [*cells[r][:column], spell(cells[r][column]), *cells[r][column + 1 :]]
    return replace(table, cells=cells)


def _spelling(name: str, held: list[str]) -> Callable[[str], str] | None:
    if not held or not all(cell.isdigit() and len(cell) <= _MOST_DIGITS for cell in held):
        return None
    numbers = [int(cell) for cell in held]
    if _DAY_WORDS.search(name) and _within(numbers, _DAY_NUMBERS, 1):
        return lambda cell: (_FIRST_DAY + dt.timedelta(days=int(cell))).isoformat()
    for scale in (1, 1000):
        if _EPOCH_WORDS.search(name) and _within(numbers, _SECONDS, scale):
            return lambda cell, scale=scale: moment_of(int(cell) // scale)  # type: ignore[misc]
    return None


def moment_of(seconds: int) -> str:
    """ISO 8601 text of a count of seconds from 1970, UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _within(numbers: list[int], bounds: tuple[int, int], scale: int) -> bool:
    return bounds[0] * scale <= min(numbers) and max(numbers) <= bounds[1] * scale
