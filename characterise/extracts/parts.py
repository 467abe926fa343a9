"""Bytes of one file -> its sheets or messages as cells with first facts, or why there are none."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import polars as pl

from characterise.errors import UnreadableExtract
from characterise.extracts.cells import Facts
from characterise.extracts.columns import is_number
from characterise.extracts.flows import read_flow
from characterise.extracts.header import Header, header_row, read_header
from characterise.extracts.if021 import read_messages
from characterise.extracts.label_gaps import MIN_HOURS
from characterise.extracts.labels import is_label
from characterise.extracts.long import read_long
from characterise.extracts.mapping import Mapping
from characterise.extracts.moments import spelt_out
from characterise.extracts.named_layouts import fingerprint_of
from characterise.extracts.records import table_of_records
from characterise.extracts.shape import named_in_every_row, sections_of, unrolled, upright
from characterise.extracts.stamps import parse
from characterise.extracts.table import Table
from characterise.extracts.text import decode, split
from characterise.extracts.totals import unit_by_totals
from characterise.extracts.vocabulary import is_session_header
from characterise.extracts.wide import read_wide, value_blocks
from characterise.extracts.words import named_around, with_words
from characterise.extracts.workbook import is_workbook, sheets
from characterise.finding import Finding

_NOTE: Final = 2
"""Cells of a line that only tells something, such as when the report ran."""
NO_ANSWERS: Final = Mapping()


@dataclass(frozen=True, slots=True)
class Part:
    """Cells of one sheet or message file, or the finding that stands instead of them."""

    table: Table
    cells: pl.DataFrame | None
    facts: Facts | None
    findings: tuple[Finding, ...]
    answers: Mapping = NO_ANSWERS


def parts_of(data: bytes, layout: str | None) -> list[Part]:
    """Sheets, tables or messages of a file.

    Parameters
    ----------
    layout
        Family to read it as, or None to find out.

    Raises
    ------
    UnreadableExtract
        The bytes are no text, no workbook, or JSON that does not close.
    """
    if is_workbook(data):
        return [_table_part(part, layout) for table in sheets(data) for part in sections_of(table)]
    decoded = decode(data)
    bare = decoded.text.strip()
    if bare[:1] in ("{", "[") and layout in (None, "if021", "n3rgy", "long"):
        return [_json_part(bare, decoded.findings, layout)]
    table = split(decoded)
    if not table.cells:
        return []
    flow = read_flow(table, layout)
    if flow is not None:
        return [Part(table, *flow, decoded.findings)]
    return [_table_part(part, layout) for part in sections_of(table)]


def _json_part(text: str, findings: tuple[Finding, ...], layout: str | None) -> Part:
    held = _json(text)
    messages = read_messages(held)
    if messages is not None:
        return Part(Table("", [], []), *messages, findings)
    table = table_of_records(held)
    if table is None:
        what = "The JSON holds no list of half-hourly readings."
        return Part(Table("", [], []), None, None, (*findings, Finding("not_meter_data", what)))
    return _table_part(replace(table, findings=findings), layout)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableExtract(f"the file looks like JSON and is none: {error}") from error


def _table_part(table: Table, layout: str | None) -> Part:
    if any(is_session_header(row) for row in table.cells[:10]):
        what = "The columns are those of charging sessions, not of half-hourly meter readings."
        return Part(table, None, None, (Finding("not_meter_data", what),))
    table = unrolled(upright(table))
    head = header_row(table.cells)
    table = table if head is None else spelt_out(table, head)
    header = read_header(table)
    wide = bool(header and value_blocks(header)) and layout != "long"
    if header is None or not (wide or header.values) or (layout == "wide" and not wide):
        return Part(table, None, None, (*table.findings, _no_readings(table, header)))
    if header.date < 0 and not _most_numbers(table):
        return Part(table, None, None, (*table.findings, _no_readings(table, header)))
    if header.date < 0 and header.last > header.first:
        what = "No column holds the dates of the readings."
        return Part(table, None, None, (*table.findings, Finding("no_dates", what)))
    table = named_in_every_row(table, header)
    cells, facts = (read_wide if wide else read_long)(table, header)
    facts = with_words(facts, header, table, cells)
    facts = unit_by_totals(cells, facts, table, header) if wide else facts
    facts = replace(facts, fingerprint=fingerprint_of(header, facts.layout))
    cells, facts = named_around(_cut(cells, table), facts, header, table.name)
    findings = list(table.findings)
    findings += [*_rows_outside(table, header), *_columns_left_out(table, header)]
    if header.last == header.first:
        findings.append(Finding("no_rows", "There is a header and no row of readings below it."))
    return Part(table, cells, facts, tuple(findings))


def _rows_outside(table: Table, header: Header) -> list[Finding]:
    """Rows above the header or below the data that hold a date and numbers, named not dropped."""
    above = range(max(0, header.first - header.headed))
    below = range(header.last, len(table.cells))
    rows = [table.cells[r] for r in (*above, *below)]
    odd = [row for row in rows if len(row) > _NOTE and _looks_read(row)]
    cells = sum(is_number(cell) for row in odd for cell in row)
    if not cells:
        return []
    what = f"{len(odd)} rows outside the table hold dates and numbers and were not read."
    return [Finding("rows_outside_table", what, {"rows": len(odd), "cells": cells})]


def _columns_left_out(table: Table, header: Header) -> list[Finding]:
    """Columns of numbers among a day's half-hours that no name of their own places."""
    day = {column for block in header.blocks for column in block.columns}
    if not day or not header.headed:
        return []
    odd = []
    for column in range(min(day) - 1, max(day) + 2):
        name = header.names[column] if 0 <= column < len(header.names) else "-"
        if column not in day and (not name or is_label(name)):
            rows = table.cells[header.first : header.last]
            odd.append(sum(is_number(row[column]) for row in rows if column < len(row)))
    odd = [cells for cells in odd if cells]
    if not odd:
        return []
    what = f"{len(odd)} columns of numbers have no half-hour of their own and were not read."
    return [Finding("columns_left_out", what, {"columns": len(odd), "cells": sum(odd)})]


def _looks_read(row: list[str]) -> bool:
    """Whether a row holds readings: a date, or many numbers that do not just count."""
    numbers = [float(cell.replace(",", "")) for cell in row if is_number(cell)]
    counts = all(later - earlier == 1 for earlier, later in pairwise(numbers))
    return any(parse(cell) for cell in row) or (len(numbers) > MIN_HOURS and not counts)


def _no_readings(table: Table, header: Header | None) -> Finding:
    shown = ", ".join(cell for cell in (table.cells[0] if table.cells else []) if cell)[:120]
    where = f"sheet {table.name!r}" if table.name else "the file"
    if header is not None and header.registers:
        what = f"{header.registers[0]!r} only rises: a register's readings, not what was used."
        return Finding("cumulative_register", f"{what} Ask for half-hourly advances.")
    known = header is not None and header.ident >= 0 and header.date >= 0
    code = "layout_unknown" if known and _most_numbers(table) else "not_meter_data"
    return Finding(code, f"No half-hourly readings were found in {where}, which begins: {shown}.")


def _most_numbers(table: Table) -> bool:
    cells = [cell for row in table.cells[1:40] for cell in row if cell]
    numbers = sum(cell.replace(".", "", 1).lstrip("-").isdigit() for cell in cells)
    return numbers > len(cells) // 2


def _cut(cells: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The last number of a row that the file's end cuts short cannot be trusted."""
    if not table.cut_line or not table.cells or len(table.cells[-1]) >= table.width:
        return cells
    last = (
        cells.with_row_index("n")
        .filter((pl.col("line") == table.cut_line) & (pl.col("value") != ""))["n"]
        .max()
    )
    if last is None:
        return cells
    at = pl.int_range(pl.len()) == last
    return cells.with_columns(
        pl.when(at).then(pl.lit("value_cut")).otherwise("fault").alias("fault")
    )
