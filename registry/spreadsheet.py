"""Rows of a CSV file, as a spreadsheet numbers them: the header is row 1."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.errors import UnreadableSheet

MOST_BYTES = 256 * 1024 * 1024
"""A register file beyond this is a mistake, or an attack."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not blank: its number, its cells by column, and cells without a column."""

    number: int
    cells: dict[str, str]
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """A header and its rows."""

    columns: tuple[str, ...]
    rows: list[SheetRow]


def spreadsheet(source: Path | Iterable[Mapping[str, object]]) -> Spreadsheet:
    """Read a CSV file, or rows that are dictionaries already; blank rows are left out.

    Raises
    ------
    UnreadableSheet
        The file is missing, empty, or no table under one header.
    """
    if isinstance(source, Path):
        return _of_file(source)
    rows = [
        SheetRow(number, {str(name): _cell(value) for name, value in row.items()})
        for number, row in enumerate(source, start=2)
    ]
    columns = dict.fromkeys(name for row in rows for name in row.cells)
    return Spreadsheet(tuple(columns), [row for row in rows if any(row.cells.values())])


def _of_file(path: Path) -> Spreadsheet:
    if not path.is_file():
        raise UnreadableSheet(f"{path} is no file: give the path of a CSV file.")
    if path.stat().st_size > MOST_BYTES:
        raise UnreadableSheet(f"{path.name} is larger than 256 MB: split it.")
    body = _decoded(path.read_bytes(), path.name)
    if body.startswith("PK\x03\x04") or "\x00" in body:
        raise UnreadableSheet(f"{path.name} is no text file: save the sheet as CSV UTF-8.")
    delimiter = ","
    if body[:4].casefold() == "sep=":
        delimiter, body = body[4:5], body.partition("\n")[2]
    else:
        header = body.lstrip("\r\n").partition("\n")[0]
        delimiter = max(",;\t", key=header.count)
    try:
        records = list(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnreadableSheet(f"{path.name} is no CSV file ({error}): save it again.") from error
    return _of_records(records, path.name)


def _of_records(records: list[list[str]], name: str) -> Spreadsheet:
    numbered = [(number, [_cell(cell) for cell in row]) for number, row in enumerate(records, 1)]
    filled = [(number, cells) for number, cells in numbered if any(cells)]
    if not filled:
        raise UnreadableSheet(f"{name} is empty: it needs a header and rows.")
    columns = [cell.casefold().replace(" ", "_") for cell in filled[0][1]]
    while columns and not columns[-1]:
        columns.pop()
    if len(set(columns)) != len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise UnreadableSheet(f"{name} has two columns called {twice!r}: rename one of them.")
    return Spreadsheet(tuple(columns), list(_rows(columns, filled[1:])))


def _rows(columns: list[str], records: list[tuple[int, list[str]]]) -> Iterator[SheetRow]:
    width = len(columns)
    for number, cells in records:
        filled = cells[:width] + [""] * (width - len(cells))
        yield SheetRow(number, dict(zip(columns, filled, strict=True)), any(cells[width:]))


def _decoded(data: bytes, name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableSheet(f"{name} is in no encoding known here: save the sheet as CSV UTF-8.")


def _cell(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN is blank
        return ""
    if isinstance(value, (list, tuple)):
        return ";".join(str(item) for item in value)
    return str(value).strip()
