"""One row a day: each value column of a block becomes a reading of its own."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final

import polars as pl

from characterise.extracts.beside import Beside, flag_columns, read_beside, statuses
from characterise.extracts.cells import CELLS, Facts
from characterise.extracts.header import Header
from characterise.extracts.labels import Block, is_flag_block
from characterise.extracts.row_faults import row_faults
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import normal, quantity_in, unit_in

_MOMENT: Final = re.compile(r"time ?stamp")


def read_wide(table: Table, header: Header) -> tuple[pl.DataFrame, Facts]:
    """Cells and first facts of a table with one row a day."""
    beside = read_beside(table, header)
    columns = _columns(table, header)
    blocks = value_blocks(header)
    parts = [_melt(table, header, block, beside, columns) for block in blocks]
    frame = pl.concat(parts).sort("line", maintain_order=True) if parts else CELLS.to_frame()
    return frame, _facts(header, blocks)


def value_blocks(header: Header) -> list[Block]:
    """Blocks that hold readings: those of read statuses and of power maxima are left out."""
    return [block for block in header.blocks if not is_flag_block(block)]


def _facts(header: Header, blocks: list[Block]) -> Facts:
    block = blocks[0]
    facts = Facts(
        layout="wide",
        kind=block.kind,
        ident_kind=header.ident_kind,
        minutes=block.minutes,
        side=block.side,
    )
    if header.headed and _MOMENT.search(normal(header.date_words)):
        what = f"{header.date_words!r} is a moment and the row a day"
        facts = facts.settle("day", "open", what, day=None)
    if block.side is not None:
        facts = facts.settle("side", block.side, block.evidence)
    return facts


def _columns(table: Table, header: Header) -> list[tuple[str, ...]]:
    rows = table.cells[header.first : header.last]
    columns = list(zip_longest(*rows, fillvalue=""))
    missing = len(header.names) - len(columns)
    return columns + [("",) * len(rows)] * max(0, missing)


def _melt(
    table: Table,
    header: Header,
    block: Block,
    beside: Beside,
    columns: list[tuple[str, ...]],
) -> pl.DataFrame:
    lines = table.lines[header.first : header.last]
    shown = pl.DataFrame({"line": pl.Series(lines, dtype=pl.Int32)})
    shown = shown.with_columns(
        _text(columns, header.ident).alias("ident"),
        _text(columns, header.date).alias("when"),
        _text(columns, beside.unit).alias("unit"),
        _text(columns, beside.quantity).alias("quantity"),
        _text(columns, beside.fuel).alias("fuel"),
        _text(columns, beside.arrived).alias("arrived"),
        row_faults(table, header, value_blocks(header)),
    )
    # Where rows name their quantity, kWh in a heading is said of all of them, kvarh included.
    own = len(value_blocks(header)) > 1 or beside.quantity < 0
    if own and beside.unit < 0 and unit_in(block.stem):
        shown = shown.with_columns(pl.lit(unit_in(block.stem)).alias("unit"))
    if beside.quantity < 0 and quantity_in(block.stem):
        shown = shown.with_columns(pl.lit(block.stem).alias("quantity"))
    flags = flag_columns(header, block)
    return pl.concat(
        [
            shown.with_columns(
                pl.lit(header.column_name(column)).alias("column"),
                pl.lit("").alias("time"),
                pl.lit(slot, dtype=pl.Int32).alias("slot"),
                _text(columns, column).alias("value"),
                _flag(table, header, columns, column, flags.get(column, beside.flag)),
            ).select(pl.col(name).cast(dtype) for name, dtype in CELLS.items())
            for slot, column in zip(block.slots, block.columns, strict=True)
        ]
    )


def _text(columns: list[tuple[str, ...]], column: int) -> pl.Series:
    height = len(columns[0]) if columns else 0
    if not 0 <= column < len(columns):
        return pl.Series([""] * height, dtype=pl.String)
    return pl.Series(columns[column], dtype=pl.String)


def _flag(
    table: Table, header: Header, columns: list[tuple[str, ...]], column: int, flag: int
) -> pl.Series:
    """Status of each cell: its own column's, else its fill colour's."""
    if flag < 0 and table.statuses is not None:
        rows = table.statuses[header.first : header.last]
        return pl.Series("flag", [row[column] if column < len(row) else "" for row in rows])
    name = header.names[flag] if 0 <= flag < len(header.names) else ""
    return statuses(name, _text(columns, flag)).alias("flag")
