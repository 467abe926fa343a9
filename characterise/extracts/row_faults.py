"""Rows whose cells cannot be told apart: broken quotes, a cell too many, a reading too few."""

from __future__ import annotations

import polars as pl

from characterise.extracts.header import Header
from characterise.extracts.labels import Block
from characterise.extracts.table import Table

_DAY_LENGTHS = (46, 48)


def row_faults(table: Table, header: Header, blocks: list[Block]) -> pl.Series:
    """Code of each data row's fault, empty where it has none.

    Parameters
    ----------
    blocks
        Blocks of readings of a table with one row a day; empty for any other.
    """
    rows = table.cells[header.first : header.last]
    lines = table.lines[header.first : header.last]
    width = len(header.names)
    if not all(block.sure for block in blocks):
        return pl.Series("fault", ["day_incomplete"] * len(rows), dtype=pl.String)
    codes = [_fault(row, line, table, width, blocks) for row, line in zip(rows, lines, strict=True)]
    return pl.Series("fault", codes, dtype=pl.String)


def _fault(row: list[str], line: int, table: Table, width: int, blocks: list[Block]) -> str:
    if line in table.broken:
        return "row_broken"
    if len(row) > width and any(row[width:]):
        return "row_misaligned"
    cut = line == table.cut_line  # its whole cells stand; only the last number is in doubt
    if (
        blocks
        and not cut
        and len(row) < width
        and any(_stops_short(row, block) for block in blocks)
    ):
        return "day_incomplete"
    return ""


def _stops_short(row: list[str], block: Block) -> bool:
    """Whether the row ends inside the block at a length that no day has."""
    held = sum(column < len(row) for column in block.columns)
    if held in (0, len(block.columns)):
        return False
    return block.kind == "wall" or held not in _DAY_LENGTHS
