"""Tables made plain: those on their side stood up, those stacked under one another parted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from characterise.extracts.header import Header, header_row
from characterise.extracts.labels import is_label
from characterise.extracts.stamps import parse
from characterise.extracts.table import Table
from characterise.finding import Finding

_DEEPEST: Final = 25
_LEAST_DAYS: Final = 3
_LEAST_TIMES: Final = 23
_MOST: Final = 0.8


def upright(table: Table) -> Table:
    """The table with a row a day, where its days stand side by side; any other as it is.

    Rows of the result are columns of the source; so are the row numbers that findings name.
    """
    top = _date_row(table.cells)
    if top is None:
        return table
    days = [c for c, cell in enumerate(table.cells[top]) if parse(cell)]
    side = _time_column(table.cells, top, days[0])
    if side is None:
        return table
    below = [r for r in range(top + 1, len(table.cells)) if is_label(_cell(table.cells, r, side))]
    labels = [_cell(table.cells, r, side) for r in below]
    notes = [r for r in range(len(table.cells)) if r != top and r not in set(below)]
    before = [r for r in notes if r < top]
    after = [r for r in notes if r > top]
    days_up = [[_cell(table.cells, r, c) for r in (top, *below)] for c in days]
    statuses = table.statuses
    seen = Finding("days_across", "Days stand across the sheet: rows named here are its columns.")
    return replace(
        table,
        cells=[
            *(table.cells[r] for r in before),
            ["Date", *labels],
            *days_up,
            *(table.cells[r] for r in after),
        ],
        lines=[
            *(table.lines[r] for r in before),
            table.lines[top],
            *(column + 1 for column in days),
            *(table.lines[r] for r in after),
        ],
        statuses=None
        if statuses is None
        else [
            *(statuses[r] for r in before),
            [""] * (len(labels) + 1),
            *([_cell(statuses, r, c) for r in (top, *below)] for c in days),
            *(statuses[r] for r in after),
        ],
        findings=(*table.findings, seen),
        cut_line=0,
    )


def sections_of(table: Table) -> list[Table]:
    """Tables whose header row comes again further down, each with the lines above it."""
    at = header_row(table.cells)
    if at is None:
        return [table]
    named = table.cells[at]
    heads = [r for r, row in enumerate(table.cells) if row == named]
    if len(heads) == 1:
        return [table]
    starts = [0, *(_notes_begin(table.cells, head) for head in heads[1:])]
    ends = [*starts[1:], len(table.cells)]
    return [_rows(table, start, end) for start, end in zip(starts, ends, strict=True)]


def named_in_every_row(table: Table, header: Header) -> Table:
    """The table with its meter points repeated, where a pivot names each on its first row only.

    Each name must stand once, with dates that go on rising on the unnamed rows below it: otherwise
    a blank is a name that is missing.
    """
    column = header.ident
    rows = range(header.first, header.last)
    names = [_cell(table.cells, r, column) for r in rows] if column >= 0 else []
    named = [name for name in names if name]
    if not named or not names[0] or len(named) == len(names) or len(set(named)) < len(named):
        return table
    last, day = "", None
    cells = list(table.cells)
    for r, name in zip(rows, names, strict=True):
        stamp = parse(_cell(table.cells, r, header.date)) if header.date >= 0 else None
        if stamp is None or (not name and day is not None and stamp.day < day):
            return table
        last, day = name or last, stamp.day
        cells[r] = [*table.cells[r][:column], last, *table.cells[r][column + 1 :]]
    seen = Finding("named_once", "Each meter point stands on its first row only, as in a pivot.")
    return replace(table, cells=cells, findings=(*table.findings, seen))


def _notes_begin(cells: Sequence[Sequence[str]], head: int) -> int:
    """First of the rows of words right above a header."""
    start = head
    while start > 0 and not any(parse(cell) for cell in cells[start - 1]):
        start -= 1
    return start


def _rows(table: Table, start: int, end: int) -> Table:
    last = end == len(table.cells)
    return replace(
        table,
        cells=table.cells[start:end],
        lines=table.lines[start:end],
        statuses=None if table.statuses is None else table.statuses[start:end],
        findings=table.findings if start == 0 else (),
        cut_line=table.cut_line if last else 0,
    )


def unrolled(table: Table) -> Table:
    """The table with a row a reading, where moments stand side by side; any other as it is."""
    for head, row in enumerate(table.cells[:_DEEPEST]):
        across = [
            c for c, cell in enumerate(row) if (found := parse(cell)) and found.minute is not None
        ]
        if len(across) >= _LEAST_TIMES and len(across) >= _MOST * (len(row) - across[0]):
            return _unrolled(table, head, across)
    return table


def _unrolled(table: Table, head: int, across: list[int]) -> Table:
    names = table.cells[head]
    kept = [c for c in range(len(names)) if c not in set(across)]
    notes = " ".join(cell for row in table.cells[:head] for cell in row).lower()
    side = "Start" if re.search(r"\bstart", notes) else "End" if re.search(r"\bend", notes) else ""
    cells = [
        *table.cells[:head],
        [*(names[c] for c in kept), f"{side} time stamp".strip(), "Value"],
    ]
    lines = [*table.lines[:head], table.lines[head]]
    for row, line in zip(table.cells[head + 1 :], table.lines[head + 1 :], strict=True):
        lead = [row[c] if c < len(row) else "" for c in kept]
        for column in across:
            cells.append([*lead, names[column], row[column] if column < len(row) else ""])
            lines.append(line)
    seen = Finding("moments_across", "Half-hours stand side by side, each under its own moment.")
    findings = (*table.findings, seen)
    return replace(table, cells=cells, lines=lines, statuses=None, findings=findings, cut_line=0)


def _date_row(cells: Sequence[Sequence[str]]) -> int | None:
    for index, row in enumerate(cells[:_DEEPEST]):
        held = [cell for cell in row[1:] if cell]
        dates = sum(parse(cell) is not None for cell in held)
        if dates >= _LEAST_DAYS and dates >= _MOST * len(held):
            return index
    return None


def _time_column(cells: Sequence[Sequence[str]], top: int, before: int) -> int | None:
    for column in range(before):
        times = sum(is_label(_cell(cells, r, column)) for r in range(top + 1, len(cells)))
        if times >= _LEAST_TIMES:
            return column
    return None


def _cell(cells: Sequence[Sequence[str]], row: int, column: int) -> str:
    return cells[row][column] if column < len(cells[row]) else ""
