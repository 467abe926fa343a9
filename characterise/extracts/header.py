"""Where a table's data begin and what its columns are, from words and from content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from characterise.extracts.bare import (
    DEEPEST,
    day_columns,
    first_bare_row,
    first_long_row,
    numbers_after_date,
)
from characterise.extracts.columns import (
    DATE_WORDS,
    MPAN_WORDS,
    SERIAL_WORDS,
    VALUE_WORDS,
    Columns,
    is_number,
    meter_in,
)
from characterise.extracts.labels import MIN_SLOTS, Block, blocks_of, is_label
from characterise.extracts.stamps import parse
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import normal

_SAMPLE: Final = 60
_LEAST_SPANS: Final = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What the columns of a table are; -1 and empty where it has none.

    ``first`` is the index of the first data row; ``names`` are the header's cells, or column
    letters where there is no header row; ``owners`` names the meter point of each value column
    that has one of its own; ``registers`` are columns that only rise; ``around`` is the text above
    and below the data.
    """

    first: int
    last: int
    names: tuple[str, ...]
    headed: bool
    ident: int
    ident_kind: str
    date: int
    date_words: str
    end: int
    time: int
    period: int
    values: tuple[int, ...]
    owners: tuple[str, ...]
    registers: tuple[str, ...]
    blocks: tuple[Block, ...]
    around: str

    def column_name(self, index: int) -> str:
        """Name of a column as a person finds it."""
        return self.names[index] if index < len(self.names) and self.names[index] else letter(index)


def letter(index: int) -> str:
    """Spreadsheet letter of a zero-based column index."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_header(table: Table) -> Header | None:
    """Header of a table, None where nothing in it looks like readings with dates."""
    at = header_row(table.cells)
    bare = first_bare_row(table.cells)
    if at is None and bare is None:
        bare = first_long_row(table.cells)
    if at is None and bare is None:
        return None
    if at is None or (bare is not None and bare < at):
        return _without_names(table, int(bare or 0))
    names = tuple(table.cells[at])
    blocks = tuple(blocks_of(list(names)))
    labels = [name for name in names if is_label(name)]
    if at > 0 and (not blocks or len(set(labels)) < len(labels)):
        names = _with_row_above(names, table.cells[at - 1])
        blocks = tuple(blocks_of(list(names)))
    return _described(table, at + 1, names, blocks, headed=True)


def _with_row_above(names: tuple[str, ...], above: Sequence[str]) -> tuple[str, ...]:
    """Names that stand more than once, told apart by the cell that spans them in the row above."""
    filled, last = [], ""
    for column in range(len(names)):
        last = above[column] if column < len(above) and above[column] else last
        filled.append(last)
    twice = {name for name in names if name and names.count(name) > 1}
    if len([cell for cell in above if cell]) < _LEAST_SPANS or not twice:
        return names
    return tuple(
        f"{over} {name}" if name in twice and over else name
        for over, name in zip(filled, names, strict=True)
    )


def header_row(cells: Sequence[Sequence[str]]) -> int | None:
    """Index of the row that names the columns, by its words; else of the row above the data."""
    scores = [_header_score(row) for row in cells[:DEEPEST]]
    # The row right above the data is the header, whatever a title above it speaks of.
    near = [
        score + 4 * (score >= 2 and _holds_data(cells, index + 1))
        for index, score in enumerate(scores)
    ]
    best = max(near, default=0)
    return near.index(best) if best >= 2 else _unworded(cells)


def _holds_data(cells: Sequence[Sequence[str]], index: int) -> bool:
    row = cells[index] if index < len(cells) else ()
    return any(parse(cell) for cell in row) and any(is_number(cell) for cell in row)


def _unworded(cells: Sequence[Sequence[str]]) -> int | None:
    """A row of words in no language we know, right above rows that hold a date and a number."""
    for index, row in enumerate(cells[:DEEPEST]):
        worded = len(row) > 1 and all(row) and not any(map(is_number, row))
        follow = range(index + 1, min(index + 4, len(cells)))
        if worded and follow and all(_holds_data(cells, below) for below in follow):
            return index if not any(parse(cell) for cell in row) else None
    return None


def _header_score(row: Sequence[str]) -> int:
    if any(parse(cell) or ("." in cell and is_number(cell)) for cell in row):
        return 0
    words = [normal(cell) for cell in row if cell]
    roles = sum(
        bool(pattern.search(word)) for pattern in (MPAN_WORDS, DATE_WORDS) for word in words[:20]
    )
    roles += sum(bool(meter_in(cell)) for cell in row[:20])
    roles += any(VALUE_WORDS.search(word) for word in words) + any(
        SERIAL_WORDS.search(w) for w in words
    )
    blocks = blocks_of(list(row)) if len(row) >= 24 else []
    return min(roles, 6) + (8 if blocks and roles else 1 if blocks else 0) if len(words) > 1 else 0


def _without_names(table: Table, first: int) -> Header:
    """Header of a table that has none: what follows the date is the day, told by its content."""
    date, _ = numbers_after_date(table.cells[first]) or (0, 0)
    width = len(table.cells[first])
    names = [letter(index) for index in range(width)]
    rows = [row for row in table.cells[first : first + _SAMPLE] if len(row) > 1]
    values, sure = day_columns(rows, date, width)
    blocks: tuple[Block, ...] = ()
    if len(values) >= MIN_SLOTS - 2:
        for column in values:
            if column + 1 < width and column + 1 not in values:
                names[column + 1] = "status"
        evidence = f"no header: {len(values)} numbers follow the date, the periods of the day"
        periods = tuple(range(1, len(values) + 1))
        blocks = (Block("", "period", tuple(values), periods, "start", evidence, sure=sure),)
    return _described(table, first, tuple(names), blocks, headed=False)


def _described(
    table: Table, first: int, names: tuple[str, ...], blocks: tuple[Block, ...], *, headed: bool
) -> Header:
    rows = [row for row in table.cells[first : first + _SAMPLE] if len(row) > 1]
    taken = {column for block in blocks for column in block.columns}
    columns = Columns(names, rows, taken)
    dates = columns.dates()
    date = dates[0] if dates else -1
    end = columns.end_of(dates)
    ident, kind = columns.identifier(headed=headed)
    period = columns.period(headed=headed)
    last = _last_row(table.cells, first, date)
    values = () if blocks else columns.values({ident, period, *dates})
    outside = [*table.cells[: max(0, first - headed)], *table.cells[last:]]
    return Header(
        first=first,
        last=last,
        names=names,
        headed=headed,
        ident=ident,
        ident_kind=kind,
        date=date,
        date_words=names[date] if headed and date >= 0 else "",
        end=end,
        time=columns.time(dates),
        period=period,
        values=values,
        owners=columns.owners(values, ident),
        registers=() if values or blocks else tuple(columns.registers()),
        blocks=blocks,
        around=" ; ".join(" ".join(cell for cell in row if cell) for row in outside[:40]),
    )


def _last_row(cells: Sequence[Sequence[str]], first: int, date: int) -> int:
    """Index after the last data row: notes below the data are not rows of it."""
    last = len(cells)
    while last > first and len([cell for cell in cells[last - 1] if cell]) <= 1:
        if date >= 0 and len(cells[last - 1]) > date and parse(cells[last - 1][date]):
            break
        last -= 1
    return last
