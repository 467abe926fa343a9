"""Changes to real extracts that keep their structure in mind, and what must still be accounted for.

A `Sheet` knows which cells of a file hold readings, so that a change to it also changes what a
reader has to account for. Nothing here looks at the reader.
"""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import openpyxl

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


def sheet_of(data: bytes) -> Sheet:
    """Sheet of a real extract."""
    encoding = "utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig"
    text = data.decode(encoding, errors="replace").replace("\0", "")
    if "sep=" in text[:12]:
        text = text.split("\n", 1)[1] if "\n" in text else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    for place, row in enumerate(rows[:25]):
        labels = tuple(c for c, cell in enumerate(row) if LABEL.match(cell.strip()))
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


Change = Callable[[random.Random, Sheet], Sheet]


def _moved(sheet: Sheet, order: list[int | None]) -> Sheet:
    """The sheet with its columns in another order; None is an empty column."""
    rows = [[row[c] if c is not None and c < len(row) else "" for c in order] for row in sheet.rows]
    place = {c: at for at, c in reversed(list(enumerate(order)))}
    return replace(sheet, rows=rows, values=tuple(place[c] for c in sheet.values if c in place))


def _width(sheet: Sheet) -> int:
    return max((len(row) for row in sheet.rows), default=0)


def _others(sheet: Sheet) -> list[int]:
    return [column for column in range(_width(sheet)) if column not in sheet.values]


def drop_a_describing_column(rng: random.Random, sheet: Sheet) -> Sheet:
    others = _others(sheet)
    gone = rng.choice(others) if others else -1
    return _moved(sheet, [c for c in range(_width(sheet)) if c != gone])


def drop_a_column_of_readings(rng: random.Random, sheet: Sheet) -> Sheet:
    gone = rng.choice(sheet.values) if sheet.values else -1
    return _moved(sheet, [c for c in range(_width(sheet)) if c != gone])


def repeat_a_column(rng: random.Random, sheet: Sheet) -> Sheet:
    order: list[int | None] = list(range(_width(sheet)))
    if order:
        order.insert(rng.randrange(len(order) + 1), rng.choice(order))
    return _moved(sheet, order)


def shuffle_describing_columns(rng: random.Random, sheet: Sheet) -> Sheet:
    others = _others(sheet)
    mixed = dict(zip(others, rng.sample(others, len(others)), strict=True))
    return _moved(sheet, [mixed.get(c, c) for c in range(_width(sheet))])


def readings_first(rng: random.Random, sheet: Sheet) -> Sheet:
    del rng
    return _moved(sheet, [*sheet.values, *_others(sheet)])


def insert_an_empty_column(rng: random.Random, sheet: Sheet) -> Sheet:
    order: list[int | None] = list(range(_width(sheet)))
    order.insert(rng.randrange(len(order) + 1), None)
    return _moved(sheet, order)


def swap_cells_of_two_columns(rng: random.Random, sheet: Sheet) -> Sheet:
    """The cells below the header change places, their names do not."""
    if _width(sheet) < 2:
        return sheet
    a, b = rng.sample(range(_width(sheet)), 2)
    rows = [list(row) for row in sheet.rows]
    for place in sheet.body():
        row = rows[place]
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]
    return sheet.with_rows(rows)


def _header(rng: random.Random, sheet: Sheet, text: Callable[[list[str]], str]) -> Sheet:
    if sheet.head < 0:
        return sheet
    rows = [list(row) for row in sheet.rows]
    row = rows[sheet.head]
    row[rng.randrange(len(row))] = text(row)
    return sheet.with_rows(rows)


def blank_a_header_cell(rng: random.Random, sheet: Sheet) -> Sheet:
    return _header(rng, sheet, lambda _: "")


def repeat_a_header_cell(rng: random.Random, sheet: Sheet) -> Sheet:
    return _header(rng, sheet, rng.choice)


def drop_the_header(rng: random.Random, sheet: Sheet) -> Sheet:
    del rng
    return replace(sheet, rows=sheet.rows[sheet.head + 1 :], head=-1)


def insert_title_rows(rng: random.Random, sheet: Sheet) -> Sheet:
    titles = [
        ["Half-hourly export"],
        ["Report Date", "12/07/2023 00:00:00"],
        ["", ""],
        ["Set", "1"],
    ]
    added = [rng.choice(titles) for _ in range(rng.randint(1, 8))]
    return replace(sheet, rows=[*added, *sheet.rows], head=sheet.head + len(added))


def repeat_the_header_inside(rng: random.Random, sheet: Sheet) -> Sheet:
    if sheet.head < 0 or not len(sheet.body()):
        return sheet
    rows = [list(row) for row in sheet.rows]
    rows.insert(rng.choice(sheet.body()), [])
    rows.insert(rng.choice(sheet.body()), list(rows[sheet.head]))
    return sheet.with_rows(rows)


def add_a_row_of_totals(rng: random.Random, sheet: Sheet) -> Sheet:
    row = [""] * max(1, _width(sheet))
    row[0], row[-1] = "Total", f"{rng.random() * 1000:.1f}"
    return sheet.with_rows([*sheet.rows, row])


def shuffle_rows(rng: random.Random, sheet: Sheet) -> Sheet:
    body = [sheet.rows[place] for place in sheet.body()]
    return sheet.with_rows([*sheet.rows[: sheet.head + 1], *rng.sample(body, len(body))])


def repeat_rows_with_other_values(rng: random.Random, sheet: Sheet) -> Sheet:
    rows = [list(row) for row in sheet.rows]
    for place in rng.sample(sheet.body(), min(3, len(sheet.body()))):
        again = list(sheet.rows[place])
        for column in sheet.values[:5]:
            if column < len(again):
                again[column] = f"{rng.random() * 10:.2f}"
        rows.append(again)
    return sheet.with_rows(rows)


def _cells(rng: random.Random, sheet: Sheet, texts: list[str], columns: list[int]) -> Sheet:
    rows = [list(row) for row in sheet.rows]
    for _ in range(rng.randint(1, 6)):
        if not len(sheet.body()) or not columns:
            break
        place, column = rng.choice(sheet.body()), rng.choice(columns)
        if column < len(rows[place]):
            rows[place][column] = rng.choice(texts)
    return sheet.with_rows(rows)


def text_in_readings(rng: random.Random, sheet: Sheet) -> Sheet:
    texts = [
        "n/a",
        "#REF!",
        "missing",
        "1.2.3",
        "12 kWh",
        "=A1+1",
        "01:30",
        "É",
        "1e400",
        "nan",
        "∞",
    ]
    return _cells(rng, sheet, texts, list(sheet.values))


def huge_and_negative_readings(rng: random.Random, sheet: Sheet) -> Sheet:
    texts = ["9999999", "1e308", "-5", "999999999999999999999", "-0", "1,234.5", "0x1F"]
    return _cells(rng, sheet, texts, list(sheet.values))


def _dates(sheet: Sheet) -> list[int]:
    pattern = re.compile(
        r"\d{1,4}[/ -](?:\d{1,2}|[A-Za-z]{3})[/ -]\d{2,4}|[A-Z][a-z]{2} \d\d \d{4}"
    )
    rows = [sheet.rows[place] for place in sheet.body()][:20]
    return [
        column
        for column in range(_width(sheet))
        if sum(column < len(row) and bool(pattern.match(row[column])) for row in rows) * 2
        > len(rows)
    ]


def dates_that_do_not_exist(rng: random.Random, sheet: Sheet) -> Sheet:
    texts = ["31/02/2019", "2019-13-45", "00/00/0000", "yesterday", "32 Jan 2019", "29/02/2021"]
    return _cells(rng, sheet, texts, _dates(sheet))


def other_date_formats_in_some_rows(rng: random.Random, sheet: Sheet) -> Sheet:
    texts = [
        "2019-04-17",
        "17 Apr 2019",
        "04/17/2019",
        "17.04.19",
        "20190417",
        "43572",
        "Apr 17 2019",
    ]
    return _cells(rng, sheet, texts, _dates(sheet))


def other_identifiers_in_some_rows(rng: random.Random, sheet: Sheet) -> Sheet:
    texts = ["1.2E+12", "", "1200023305967", "1200023305968", "ABC", "'2000000000000", "0"]
    return _cells(rng, sheet, texts, _others(sheet)[:2])


def a_very_long_cell(rng: random.Random, sheet: Sheet) -> Sheet:
    return _cells(rng, sheet, ["x" * 200_000, "9" * 100_000], list(range(max(1, _width(sheet)))))


def ragged_rows(rng: random.Random, sheet: Sheet) -> Sheet:
    rows = [list(row) for row in sheet.rows]
    for _ in range(3):
        if len(sheet.body()):
            place = rng.choice(sheet.body())
            cut = rng.randrange(1, len(rows[place]) + 1) if rows[place] else 0
            rows[place] = rows[place][:cut] if rng.random() < 0.5 else [*rows[place], "7", "8"]
    return sheet.with_rows(rows)


def other_delimiter(rng: random.Random, sheet: Sheet) -> Sheet:
    return replace(sheet, delimiter=rng.choice([";", "\t", "|"]))


def other_encoding(rng: random.Random, sheet: Sheet) -> Sheet:
    return replace(sheet, encoding=rng.choice(["utf-8-sig", "utf-16", "utf-16-be", "cp1252"]))


def other_line_ends(rng: random.Random, sheet: Sheet) -> Sheet:
    return replace(sheet, line_end=rng.choice(["\r", "\r\n", "\n\n", "\r\r\n"]))


def columns_beyond_a_day(rng: random.Random, sheet: Sheet) -> Sheet:
    rows = [[*row, str(rng.randint(1, 9)), "0.5"] for row in sheet.rows]
    return sheet.with_rows(rows)


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        drop_a_describing_column,
        drop_a_column_of_readings,
        repeat_a_column,
        shuffle_describing_columns,
        readings_first,
        insert_an_empty_column,
        swap_cells_of_two_columns,
        blank_a_header_cell,
        repeat_a_header_cell,
        drop_the_header,
        insert_title_rows,
        repeat_the_header_inside,
        add_a_row_of_totals,
        shuffle_rows,
        repeat_rows_with_other_values,
        text_in_readings,
        huge_and_negative_readings,
        dates_that_do_not_exist,
        other_date_formats_in_some_rows,
        other_identifiers_in_some_rows,
        a_very_long_cell,
        ragged_rows,
        other_delimiter,
        other_encoding,
        other_line_ends,
        columns_beyond_a_day,
    )
}


def cut_at_a_byte(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def an_unbalanced_quote(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + b'"' + data[at:]


def stray_bytes(rng: random.Random, data: bytes) -> bytes:
    held = bytearray(data)
    for _ in range(rng.randint(1, 40)):
        if held:
            held[rng.randrange(len(held))] = rng.randrange(256)
    return bytes(held)


def nothing_but_noise(rng: random.Random, data: bytes) -> bytes:
    return rng.randbytes(min(len(data), 20_000))


def another_files_head(rng: random.Random, data: bytes) -> bytes:
    heads = [
        b"PK\x03\x04",
        b"%PDF-1.7\n",
        b"\x1f\x8b\x08",
        b"{",
        b"[",
        b"#F2\n",
        b"ZHV|",
        b"\xff\xfe",
    ]
    return rng.choice(heads) + data


def a_piece_twice(rng: random.Random, data: bytes) -> bytes:
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:b] + data[a:]


BYTE_CHANGES = {
    change.__name__: change
    for change in (
        cut_at_a_byte,
        an_unbalanced_quote,
        stray_bytes,
        nothing_but_noise,
        another_files_head,
        a_piece_twice,
    )
}


def change_book(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """A workbook with one thing changed, and what."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = rng.choice(book.worksheets)
    columns, rows = max(1, sheet.max_column), max(1, sheet.max_row)
    changes: dict[str, Callable[[], object]] = {
        "drop a sheet": lambda: book.remove(sheet) if len(book.worksheets) > 1 else None,
        "rename a sheet": lambda: setattr(sheet, "title", rng.choice(["Legend 2", "RE", "Data"])),
        "insert rows": lambda: sheet.insert_rows(1, rng.randint(1, 6)),
        "drop a column": lambda: sheet.delete_cols(rng.randint(1, columns)),
        "insert a column": lambda: sheet.insert_cols(rng.randint(1, columns)),
        "drop a row": lambda: sheet.delete_rows(rng.randint(1, rows)),
        "text in a cell": lambda: sheet.cell(
            rng.randint(1, rows), rng.randint(1, columns), rng.choice(["x", "#REF!", "=A1+B1", -5])
        ),
        "merge cells": lambda: sheet.merge_cells(
            start_row=1, end_row=2, start_column=1, end_column=min(columns, 5)
        ),
        "move a column": lambda: sheet.move_range(f"A1:A{rows}", cols=columns),
        "empty a sheet": lambda: sheet.delete_rows(1, rows),
    }
    name = rng.choice(sorted(changes))
    changes[name]()
    out = io.BytesIO()
    book.save(out)
    return name, out.getvalue()
