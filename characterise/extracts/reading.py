"""The reading of one file: bytes in, canonical half-hours, findings and quarantined rows out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from characterise.errors import AmbiguousExtract, UnknownMethod, UnreadableExtract
from characterise.extracts.assembly import CANONICAL, assemble
from characterise.extracts.cells import Detection, Facts
from characterise.extracts.clock import clock_in_words
from characterise.extracts.flows import read_flow
from characterise.extracts.header import Header, read_header
from characterise.extracts.identity import is_valid_mpan
from characterise.extracts.if021 import read_messages
from characterise.extracts.long import read_long
from characterise.extracts.mapping import Mapping
from characterise.extracts.quarantine import QUARANTINED, quarantined
from characterise.extracts.table import Table
from characterise.extracts.text import decode, split
from characterise.extracts.vocabulary import (
    is_session_header,
    normal,
    quantity_in,
    unit_in,
)
from characterise.extracts.wide import read_wide, value_blocks
from characterise.extracts.workbook import is_workbook, sheets
from characterise.finding import Finding

LAYOUTS: Final = ("wide", "long", "if021", "d0036", "stark_df2", "n3rgy")
"""Layout families; a workbook's sheets are wide or long."""
_MIN_CELLS: Final = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave.

    Parameters
    ----------
    accepted
        `CANONICAL` half-hours.
    quarantined
        `QUARANTINED` rows, one for each source row and code.
    findings
        What the file itself shows, as a whole.
    detections
        What was settled about each sheet, and from what.
    """

    name: str
    layout: str
    rows_read: int
    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    findings: tuple[Finding, ...]
    detections: tuple[tuple[str, Detection], ...]


def read_extract(
    data: bytes, name: str, *, layout: str | None = None, mapping: Mapping | None = None
) -> Reading:
    """Read one extract.

    Parameters
    ----------
    name
        File name, for the report; nothing is inferred from it.
    layout
        One of `LAYOUTS`, to force what would be sniffed.

    Raises
    ------
    UnknownMethod
        No layout has that name.
    """
    if layout is not None and layout not in LAYOUTS:
        raise UnknownMethod(f"no layout is called {layout!r}; use {', '.join(LAYOUTS)}.")
    answers = (mapping or Mapping()).for_file(name)
    try:
        parts = _parts(data, layout)
    except (UnreadableExtract, AmbiguousExtract) as error:
        return _nothing(name, Finding("not_readable", f"{error}."))
    readings = [_read_part(name, part, answers) for part in parts]
    if not readings:
        return _nothing(name, Finding("empty_file", "The file holds no rows."))
    return _merged(name, readings)


@dataclass(frozen=True, slots=True)
class _Part:
    """Cells of one sheet or message file, or the finding that stands instead of them."""

    table: Table
    cells: pl.DataFrame | None
    facts: Facts | None
    findings: tuple[Finding, ...]


def _parts(data: bytes, layout: str | None) -> list[_Part]:
    if is_workbook(data):
        return [_table_part(table, layout) for table in sheets(data)]
    decoded = decode(data)
    bare = decoded.text.lstrip()
    if bare[:1] in ("{", "[") and layout in (None, "if021", "n3rgy"):
        cells, facts, findings = read_messages(bare)
        return [_Part(Table("", [], []), cells, facts, (*decoded.findings, *findings))]
    table = split(decoded)
    if not table.cells:
        return []
    flow = read_flow(table, layout)
    if flow is not None:
        return [_Part(table, *flow, decoded.findings)]
    return [_table_part(table, layout)]


def _table_part(table: Table, layout: str | None) -> _Part:
    if any(is_session_header(row) for row in table.cells[:10]):
        what = "The columns are those of charging sessions, not of half-hourly meter readings."
        return _Part(table, None, None, (Finding("not_meter_data", what),))
    header = read_header(table)
    wide = bool(header and value_blocks(header)) and layout != "long"
    if header is None or not (wide or header.values) or (layout == "wide" and not wide):
        return _Part(table, None, None, (*table.findings, _no_readings(table, header)))
    if header.date < 0 and header.last > header.first:
        what = "No column holds the dates of the readings."
        return _Part(table, None, None, (*table.findings, Finding("no_dates", what)))
    cells, facts = (read_wide if wide else read_long)(table, header)
    facts = _with_words(facts, header, table, cells)
    cells = _named_around(_cut(cells, table), header)
    findings = list(table.findings)
    if header.last == header.first:
        findings.append(Finding("no_rows", "There is a header and no row of readings below it."))
    return _Part(table, cells, facts, tuple(findings))


def _no_readings(table: Table, header: Header | None) -> Finding:
    shown = ", ".join(cell for cell in (table.cells[0] if table.cells else []) if cell)[:120]
    where = f"sheet {table.name!r}" if table.name else "the file"
    known = header is not None and header.ident >= 0 and header.date >= 0
    code = "layout_unknown" if known and _most_numbers(table) else "not_meter_data"
    return Finding(code, f"No half-hourly readings were found in {where}, which begins: {shown}.")


def _most_numbers(table: Table) -> bool:
    cells = [cell for row in table.cells[1:40] for cell in row if cell]
    numbers = sum(cell.replace(".", "", 1).lstrip("-").isdigit() for cell in cells)
    return numbers > len(cells) // 2


def _with_words(facts: Facts, header: Header, table: Table, cells: pl.DataFrame) -> Facts:
    """Settle clock, unit and quantity from words of the header and around the data."""
    names = " ".join(normal(name) for name in header.names) if header.headed else ""
    around = normal(header.around)
    clock, evidence = clock_in_words(names, around)
    if clock:
        facts = facts.settle("clock", clock, evidence, clock=clock)
    quantity = quantity_in(table.name) or _code_around(header.around)
    if quantity:
        facts = facts.settle(
            "quantity", quantity, "sheet name or lines above the data", quantity=quantity
        )
    elif not (cells["quantity"] != "").any():
        facts = facts.settle("quantity", "AI", "nothing says export or reactive: active import")
    return _unit(facts, header, cells)


def _unit(facts: Facts, header: Header, cells: pl.DataFrame) -> Facts:
    stated = cells.filter(pl.col("unit") != "")["unit"].unique().sort().to_list()
    if stated:
        return facts.settle("unit", ", ".join(stated[:4]), "named beside the readings")
    names = [name for name in header.names if header.headed]
    told = {unit for unit in map(unit_in, names) if unit and len(unit) > 1}
    if len(told) == 1:
        unit = told.pop()
        evidence = "the header names no other unit"
        return facts.settle("unit", unit, evidence, unit=unit)
    around = unit_in(header.around)
    if around and len(around) > 1:
        return facts.settle("unit", around, "lines around the data", unit=around)
    code = _code_around(header.around)
    if code or quantity_code(cells):
        unit = "KVARH" if (code or "").startswith("R") else "KWH"
        evidence = "settlement's codes AI and AE are kWh, RI and RE kvarh"
        return facts.settle("unit", unit, evidence, unit=unit)
    return facts.settle("unit", "open", "no unit is named anywhere")


def quantity_code(cells: pl.DataFrame) -> bool:
    """Whether rows carry settlement's active energy codes."""
    return bool(cells["quantity"].str.to_uppercase().is_in(["AI", "AE"]).any())


def _code_around(around: str) -> str | None:
    for note in around.split(" ; "):
        words = note.split()
        if words and words[-1].upper() in ("AI", "AE", "RI", "RE"):
            return words[-1].upper()
    return None


def _named_around(cells: pl.DataFrame, header: Header) -> pl.DataFrame:
    """The one MPAN that stands above the data, where no column names a meter point."""
    if header.ident >= 0:
        return cells
    words = {word.strip(",:;") for word in header.around.split()}
    found = {word for word in words if is_valid_mpan(word)}
    return cells.with_columns(pl.lit(found.pop()).alias("ident")) if len(found) == 1 else cells


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


def _read_part(name: str, part: _Part, mapping: Mapping) -> Reading:
    if part.cells is None or part.facts is None:
        return _nothing(name, *part.findings, rows=len(part.table.cells))
    done = assemble(part.cells, part.facts, mapping)
    sheet = part.table.name
    findings = [*part.findings, *done.findings]
    if done.blanks:
        what = f"{done.blanks} half-hours hold no reading; they are missing, not zero."
        findings.append(Finding("blank_readings", what, {"half_hours": done.blanks}))
    serials = done.accepted.filter(pl.col("meter_point_id").str.starts_with("serial:"))
    if part.facts.ident_kind == "serial" and (serials.height or done.rejected.height):
        findings.append(
            Finding(
                "meter_serial_only",
                "Meter points are named by meter serial number; map them to MPANs when known.",
            )
        )
    return Reading(
        name=name,
        layout=done.facts.layout,
        rows_read=int(part.cells["line"].n_unique()),
        accepted=done.accepted,
        quarantined=quarantined(done.rejected, done.facts, sheet),
        findings=tuple(findings),
        detections=tuple((sheet, found) for found in done.facts.detections),
    )


def _nothing(name: str, *findings: Finding, rows: int = 0) -> Reading:
    empty = CANONICAL.to_frame()
    return Reading(name, "none", rows, empty, QUARANTINED.to_frame(), findings, ())


def _merged(name: str, readings: list[Reading]) -> Reading:
    layouts = sorted({reading.layout for reading in readings} - {"none"}) or ["none"]
    return Reading(
        name=name,
        layout="+".join(layouts),
        rows_read=sum(reading.rows_read for reading in readings),
        accepted=pl.concat([reading.accepted for reading in readings]),
        quarantined=pl.concat([reading.quarantined for reading in readings]),
        findings=tuple(found for reading in readings for found in reading.findings),
        detections=tuple(found for reading in readings for found in reading.detections),
    )
