"""Text extracts as rows whose cells of readings are known.

A `Sheet` knows which cells of a file hold readings, so that a change to it also changes what a
reader has to account for. Nothing here looks at the reader.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace

BLANKS = {"", "-", "--", "null", "nan", "none", "n/a", "na", "#n/a", "?"}
"""What stands for no reading (the reader's documented list)."""
LABEL = re.compile(r"^\[?\d{1,2}:\d{2}(?::\d{2})?\]?$|^k(?:Wh|VArh)_?\d+$|^\d{1,2}$", re.IGNORECASE)
LONG_VALUES = {"kwh", "demand_mw", "pv_power_mw"}
HEADERLESS = re.compile(r"\d{2}/\d{2}/\d{2,4}$")


@dataclass(frozen=True)
class Sheet:
    """Rows of a text extract.

    ``head`` is the index of the header row (-1 without one), ``values`` the columns of readings.
    """

    rows: list[list[str]]
    head: int
    values: tuple[int, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\n"

    def data(self) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.line_end).writerows(self.rows)
        return out.getvalue().encode(self.encoding, errors="replace")

    def body(self) -> range:
        return range(self.head + 1, len(self.rows))

    def with_rows(self, rows: list[list[str]]) -> Sheet:
        return replace(self, rows=rows)

    def held(self) -> int:
        """Readings: cells of value columns that hold something; a repeated header holds none."""
        head = self.rows[self.head] if self.head >= 0 else None
        body = [self.rows[place] for place in self.body()]
        return sum(self.held_in(row) for row in body if row != head)

    def held_in(self, row: list[str]) -> int:
        cells = (row[column] for column in self.values if column < len(row))
        return sum(cell.strip().lower() not in BLANKS for cell in cells)


def value_columns(row: list[str]) -> tuple[int, ...]:
    """Columns whose cells are names of half-hours."""
    return tuple(column for column, cell in enumerate(row) if LABEL.match(cell.strip()))


def sheet_of(data: bytes) -> Sheet:
    """Sheet of a real extract."""
    encoding = "utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig"
    text = data.decode(encoding, errors="replace").replace("\0", "")
    if "sep=" in text[:12]:
        text = text.split("\n", 1)[1] if "\n" in text else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    for place, row in enumerate(rows[:25]):
        labels = value_columns(row)
        if len(labels) >= 46:
            return Sheet(rows, place, labels)
        named = tuple(c for c, cell in enumerate(row) if cell.strip().lower() in LONG_VALUES)
        if named and len(row) < 8:
            return Sheet(rows, place, named)
    dated = [row for row in rows if len(row) >= 50 and any(HEADERLESS.match(c) for c in row[:4])]
    if dated:
        first = next(c for c, cell in enumerate(dated[0][:4]) if HEADERLESS.match(cell)) + 1
        return Sheet(rows, -1, tuple(range(first, first + 48)))
    return Sheet(rows, -1, ())
