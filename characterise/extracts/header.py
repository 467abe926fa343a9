"""Where a table's data begin and what its columns are, from words and from content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from characterise.extracts.identity import is_valid_mpan
from characterise.extracts.labels import MIN_SLOTS, Block, blocks_of
from characterise.extracts.stamps import minute_of, parse
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import normal

_DEEPEST: Final = 25
_SAMPLE: Final = 60
_MPAN: Final = re.compile(
    r"\bmpan|\bmpxn|\bmprn?\b|\bmsid|supply number|meter ?point|spid|accounting point"
)
_SERIAL: Final = re.compile(r"serial|\bmsn\b|meter number|meter id|meter no\b|\bserial num")
_NAME: Final = re.compile(
    r"^(site|meter|channel|name|id|reference|location)\b|meter name|meter ident|meter ref|site"
)
_DATE: Final = re.compile(
    r"date|\bday\b|time ?stamp|date ?time|\bstart\b|\bend\b|^time$|settlement|from|\bts\b"
)
_NOT_DATE: Final = re.compile(
    r"loaded|received|run date|report|profile date|created|effective|bill"
)
_VALUE: Final = re.compile(
    r"kwh|\bwh\b|mwh|\bkw\b|\bmw\b|kvarh?|consum|energy|usage|reading?$|meter read|value|"
    r"import|export|demand|generat|power|\bai\b|\bae\b|\bri\b|\bre\b|advance"
)
_NOT_VALUE: Final = re.compile(
    r"total|cost|price|charge|tariff|start read|end read|register|cumulative|max|date|time|type|"
    r"quality|status|flag|estimat|\bid\b|mpan|serial|number|site|\btemp|irradiance|unit|period|%|"
    r"latest|co2|carbon|standing|source"
)
_TIME: Final = re.compile(r"time|slot|\bhh\b|half ?hour")
_PERIOD: Final = re.compile(r"period|\bsp\b|settlement p|\bhh\b|slot")


@dataclass(frozen=True, slots=True)
class Header:
    """What the columns of a table are; -1 and empty where it has none.

    ``first`` is the index of the first data row; ``names`` are the header's cells, or column
    letters where there is no header row; ``around`` is the text above and below the data.
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
    at = _header_row(table.cells)
    bare = _first_bare_row(table.cells)
    if at is None and bare is None:
        return None
    if at is None or (bare is not None and bare < at):
        return _without_names(table, int(bare or 0))
    names = tuple(table.cells[at])
    return _described(table, at + 1, names, tuple(blocks_of(list(names))), headed=True)


def _header_row(cells: Sequence[Sequence[str]]) -> int | None:
    scores = [_header_score(row) for row in cells[:_DEEPEST]]
    best = max(scores, default=0)
    return scores.index(best) if best >= 2 else None


def _header_score(row: Sequence[str]) -> int:
    if any(parse(cell) for cell in row):
        return 0
    words = [normal(cell) for cell in row if cell]
    roles = sum(bool(pattern.search(word)) for pattern in (_MPAN, _DATE) for word in words[:20])
    roles += any(_VALUE.search(word) for word in words) + any(_SERIAL.search(w) for w in words)
    blocks = blocks_of(list(row)) if len(row) >= 24 else []
    return min(roles, 6) + (8 if blocks and roles else 1 if blocks else 0) if len(words) > 1 else 0


def _first_bare_row(cells: Sequence[Sequence[str]]) -> int | None:
    """Index of the first row that holds a date followed by a day of numbers."""
    for index, row in enumerate(cells[:_DEEPEST]):
        if len(row) > MIN_SLOTS and _numbers_after_date(row) is not None:
            return index
    return None


def _numbers_after_date(row: Sequence[str]) -> tuple[int, int] | None:
    for column, cell in enumerate(row[:12]):
        if parse(cell):
            rest = row[column + 1 :]
            numbers = sum(_is_number(cell) for cell in rest)
            if numbers >= MIN_SLOTS - 2:
                return column, numbers
    return None


def _without_names(table: Table, first: int) -> Header:
    column, _ = _numbers_after_date(table.cells[first]) or (0, 0)
    width = len(table.cells[first])
    names = tuple(letter(index) for index in range(width))
    count = width - column - 1
    blocks: tuple[Block, ...] = ()
    if count in (46, 48, 50):
        columns = tuple(range(column + 1, width))
        evidence = f"no header: {count} numbers follow the date, the periods of the day in order"
        blocks = (Block("", "period", columns, tuple(range(1, count + 1)), "start", evidence),)
    return _described(table, first, names, blocks, headed=False)


def _described(
    table: Table, first: int, names: tuple[str, ...], blocks: tuple[Block, ...], *, headed: bool
) -> Header:
    rows = [row for row in table.cells[first : first + _SAMPLE] if len(row) > 1]
    taken = {column for block in blocks for column in block.columns}
    columns = _Columns(names, rows, taken)
    dates = columns.dates()
    date = dates[0] if dates else -1
    end = columns.end_of(dates)
    ident, kind = columns.identifier(headed=headed)
    period = columns.period()
    last = _last_row(table.cells, first, date)
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
        values=() if blocks else columns.values({ident, period, *dates}),
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


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns of a sample of rows, judged by name first and content second."""

    names: tuple[str, ...]
    rows: list[list[str]]
    taken: set[int]

    def filled(self, column: int) -> list[str]:
        return [row[column] for row in self.rows if column < len(row) and row[column]]

    def share(self, column: int, holds: object) -> float:
        cells = self.filled(column)
        return sum(bool(holds(cell)) for cell in cells) / len(cells) if cells else 0.0  # type: ignore[operator]

    def free(self) -> list[int]:
        return [index for index in range(len(self.names)) if index not in self.taken]

    def dates(self) -> list[int]:
        """Columns of dates or stamps, the reading's own (its start) first."""
        found = []
        for column in self.free():
            name = normal(self.names[column])
            full = self.share(column, parse)
            named = bool(_DATE.search(name)) and not _NOT_DATE.search(name)
            if (named and full >= 0.3) or (full >= 0.6 and not _NOT_DATE.search(name)):
                rank = (not named, bool(re.search(r"\bend\b|\bto\b", name)), column)
                found.append((rank, column))
            elif named and not self.rows and not _TIME.search(name.replace("date time", "")):
                found.append(((False, False, column), column))
        return [column for _, column in sorted(found)]

    def end_of(self, dates: list[int]) -> int:
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
        return -1

    def period(self) -> int:
        for column in self.free():
            if _PERIOD.search(normal(self.names[column])) and self.share(column, _is_period) > 0.9:
                return column
        return -1

    def identifier(self, *, headed: bool) -> tuple[int, str]:
        """Column that names the meter point, and what kind of name it holds."""
        names = [normal(name) if headed else "" for name in self.names]
        free = [column for column in self.free() if self.filled(column) or not self.rows]
        stated = [
            c for c in free if _MPAN.search(names[c]) and not re.search(r"alias|\d$", names[c])
        ]
        valid = [c for c in free if self.share(c, is_valid_mpan) >= 0.5]
        for column in [*[c for c in stated if c in valid], *valid, *stated]:
            return column, "mpan"
        for pattern, kind in ((_SERIAL, "serial"), (_NAME, "name")):
            for column in free:
                if pattern.search(names[column]) and not self.share(column, parse) > 0.5:
                    return column, kind
        if headed:
            return -1, "name"
        texts = [c for c in free if not self.share(c, parse) > 0.5 and not self.share(c, _is_flag)]
        best = sorted(texts, key=lambda c: (self.share(c, str.isdigit), c))
        return (best[0], "name") if best else (-1, "name")

    def values(self, taken: set[int]) -> tuple[int, ...]:
        """Columns of readings in a table with one time a row."""
        found = []
        for column in self.free():
            name = normal(self.names[column])
            if column in taken or not _VALUE.search(name) or _NOT_VALUE.search(name):
                continue
            if not self.rows or self.share(column, _is_number) >= 0.5:
                found.append(column)
        return tuple(found)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _is_period(text: str) -> bool:
    return text.isdigit() and 1 <= int(text) <= 50


def _is_flag(text: str) -> bool:
    return len(text) <= 1
