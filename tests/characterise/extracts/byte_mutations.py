"""Changes to the bytes of a real extract, and to its workbook."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import openpyxl
from sheets import Sheet, value_columns


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


def held_in_book(data: bytes) -> dict[str, int]:
    """Readings of every sheet whose header names the half-hours of a day."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    held = {}
    for sheet in book.worksheets:
        rows = [
            ["" if cell is None else str(cell) for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        heads = [place for place, row in enumerate(rows[:25]) if len(value_columns(row)) >= 46]
        if heads:
            columns = value_columns(rows[heads[-1]])
            held[sheet.title] = Sheet(rows, heads[-1], columns).held()
    return held
