"""Changes to the table of a real extract that keep its structure in mind."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from sheets import Sheet

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
