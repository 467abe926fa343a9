"""One row a reading: a stamp, or a date with a time or a settlement period."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final

import polars as pl

from characterise.extracts.beside import Beside, read_beside, statuses
from characterise.extracts.cells import CELLS, Facts
from characterise.extracts.header import Header
from characterise.extracts.identity import is_valid_mpan
from characterise.extracts.row_faults import row_faults
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import normal, quantity_in, unit_in

_END = re.compile(r"\bend(s|ed|ing)?\b|\bto\b|effective to")
_START = re.compile(r"\bstart(s|ing)?\b|\bfrom\b|\bbegin")
_KNOWN_SIDES = {
    ("mpr", "read datetime", "kwh", "read type"): ("end", "Highlands portal"),
    ("msn", "date time", "kwh"): ("start", "Crown row a reading"),
    ("mpan", "date time", "energy kwh", "data quality"): ("end", "Datavision custom report"),
}
"""Suppliers' layouts whose side is known from other files of theirs: a clue, no proof."""
_OWN: Final = {"ts_utc", "import_kwh"}
"""Columns by which the workbench's own reads frame is told."""


def read_long(table: Table, header: Header) -> tuple[pl.DataFrame, Facts]:
    """Cells and first facts of a table with one row a reading."""
    beside = read_beside(table, header)
    rows = table.cells[header.first : header.last]
    width = max(len(header.names), table.width)
    columns = list(zip_longest(*rows, fillvalue=""))
    columns += [("",) * len(rows)] * (width - len(columns))
    values = _best_values(header)
    parts = [_readings(table, header, beside, columns, value) for value in values]
    frame = pl.concat(parts).sort("line", maintain_order=True) if parts else CELLS.to_frame()
    return frame, _facts(header)


def _best_values(header: Header) -> list[int]:
    """Columns to read: of two for one quantity, the one that names its unit."""
    best: dict[tuple[str, str], list[int]] = {}
    for value, owner in zip(header.values, header.owners, strict=True):
        quantity = quantity_in(header.column_name(value)) or "AI"
        best.setdefault((owner, quantity), []).append(value)
    chosen = []
    for rivals in best.values():
        named = [value for value in rivals if unit_in(header.column_name(value))]
        chosen += named or rivals
    return sorted(chosen)


def _facts(header: Header) -> Facts:
    kind = "period" if header.period >= 0 else "stamp"
    meters = any(is_valid_mpan(owner) for owner in header.owners)
    facts = Facts(layout="long", kind=kind, ident_kind="mpan" if meters else header.ident_kind)
    if kind == "period":
        return facts.settle("side", "start", "settlement periods are counted", side="start")
    stamp = header.names[header.time] if header.time >= 0 else header.date_words
    words = f"{normal(header.date_words)} {normal(stamp)}"
    known = _KNOWN_SIDES.get(tuple(normal(name) for name in header.names if name))
    if _END.search(words):
        return facts.settle("side", "end", f"the time column is called {stamp!r}", side="end")
    if _START.search(words):
        return facts.settle("side", "start", f"the time column is called {stamp!r}", side="start")
    if set(header.names) >= _OWN:
        return facts.settle("side", "start", "ts_utc is the start in a reads frame", side="start")
    if known:
        return facts.settle("known layout", known[1], "its header", known_side=known[0])
    return facts


def _readings(
    table: Table,
    header: Header,
    beside: Beside,
    columns: list[tuple[str, ...]],
    value: int,
) -> pl.DataFrame:
    lines = table.lines[header.first : header.last]
    name = header.column_name(value)
    owner = header.owners[header.values.index(value)]

    def text(column: int) -> pl.Series:
        cells = columns[column] if 0 <= column < len(columns) else ("",) * len(lines)
        return pl.Series(cells, dtype=pl.String)

    frame = pl.DataFrame({"line": pl.Series(lines, dtype=pl.Int32)}).with_columns(
        pl.lit(name).alias("column"),
        (pl.lit(owner) if owner else text(header.ident)).alias("ident"),
        text(header.date).alias("when"),
        text(header.time).alias("time"),
        text(header.period).cast(pl.Int32, strict=False).alias("slot"),
        text(value).alias("value"),
        statuses(header.column_name(max(beside.flag, 0)), text(beside.flag)).alias("flag"),
        text(beside.unit).alias("unit"),
        text(beside.quantity).alias("quantity"),
        text(beside.fuel).alias("fuel"),
        text(beside.arrived).alias("arrived"),
        row_faults(table, header, []),
    )
    if beside.unit < 0 and unit_in(name):
        frame = frame.with_columns(pl.lit(unit_in(name)).alias("unit"))
    if beside.quantity < 0 and quantity_in(name):
        frame = frame.with_columns(pl.lit(name).alias("quantity"))
    return frame.select(pl.col(name).cast(dtype) for name, dtype in CELLS.items())
