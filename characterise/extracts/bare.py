"""Tables without a header: where the rows begin and what stands in them, told by content alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from characterise.extracts.columns import is_number
from characterise.extracts.labels import MIN_SLOTS
from characterise.extracts.stamps import parse

DEEPEST: Final = 25
"""Rows in which a table must begin."""
DAY_WIDTHS: Final = (46, 48, 50)
"""How many half-hours a row without a header may hold."""


def first_bare_row(cells: Sequence[Sequence[str]]) -> int | None:
    """Index of the first row that holds a date followed by a day of numbers."""
    for index, row in enumerate(cells[:DEEPEST]):
        if len(row) > MIN_SLOTS and numbers_after_date(row) is not None:
            return index
    return None


def numbers_after_date(row: Sequence[str]) -> tuple[int, int] | None:
    """Column of a row's date, and how many numbers follow it; None for fewer than a day has."""
    for column, cell in enumerate(row[:12]):
        if parse(cell):
            rest = row[column + 1 :]
            numbers = sum(is_number(cell) for cell in rest)
            if numbers >= MIN_SLOTS - 2:
                return column, numbers
    return None


def day_columns(rows: Sequence[Sequence[str]], date: int, width: int) -> tuple[list[int], bool]:
    """Columns of the day's readings, and whether nothing speaks against their order.

    They are the columns from the first number after the date to the last, or the numbers that each
    stand before a status.
    """

    def share(column: int, holds: Callable[[str], bool]) -> float:
        cells = [row[column] for row in rows if column < len(row) and row[column]]
        return sum(map(holds, cells)) / len(cells) if cells else 0.0

    after = range(date + 1, width)
    numbers = [c for c in after if share(c, is_number) > 0.5]
    flagged = [c for c in numbers if c + 1 < width and share(c + 1, str.isalpha) > 0.8]
    if len(flagged) >= MIN_SLOTS:
        last = flagged[-1] + 2  # the last reading of a row may go without its status
        found = flagged + ([last] if last == width - 1 and last in numbers else [])
        return found, len(found) in DAY_WIDTHS
    if not numbers:
        return [], False
    # Behind the last number only periods 49 and 50 may stand empty.
    end = numbers[-1] + 1 if numbers[-1] - numbers[0] >= 48 else min(width, numbers[0] + 50)
    run = list(range(numbers[0], end))
    totals = len(run) - 48
    if 0 < totals <= 2 and _are_totals(rows, run[:totals], run[totals:]):
        run = run[totals:]
    empty = any(not share(column, bool) for column in run[:46])
    return run, len(run) in DAY_WIDTHS and not empty


def _are_totals(rows: Sequence[Sequence[str]], first: Sequence[int], others: Sequence[int]) -> bool:
    """Whether the first numbers of most rows are above all others: a register or a day's sum."""

    def top(row: Sequence[str], columns: Sequence[int]) -> list[float]:
        cells = [row[column] for column in columns if column < len(row)]
        return [float(cell.replace(",", "")) for cell in cells if is_number(cell)]

    above = [min(top(row, first), default=0.0) > max(top(row, others), default=0.0) for row in rows]
    return sum(above) > len(above) / 2


def first_long_row(cells: Sequence[Sequence[str]]) -> int | None:
    """Index of the first of several rows alike that hold a date and a reading and no more."""
    for index, row in enumerate(cells[:DEEPEST]):
        alike = cells[index : index + 4]
        if (
            len(alike) == 4
            and all(len(other) == len(row) for other in alike)
            and all(_is_long(other) for other in alike)
        ):
            return index
    return None


def _is_long(row: Sequence[str]) -> bool:
    dated = any((parse(cell) and not is_number(cell[:5] or "x")) or _compact(cell) for cell in row)
    return 3 <= len(row) < MIN_SLOTS and dated and any("." in c and is_number(c) for c in row)


def _compact(cell: str) -> bool:
    return len(cell) == 8 and cell.isdigit() and parse(cell) is not None
