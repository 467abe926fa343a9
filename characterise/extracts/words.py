"""What the header and the lines around the data say: clock, quantity, unit, meter point."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.clock import clock_in_words
from characterise.extracts.header import Header
from characterise.extracts.identity import is_valid_mpan
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import normal, quantity_in, unit_in, unit_named

_SERIAL: Final = re.compile(r"(?i)\b(?:serial(?: number| no\.?)?|msn)\W+([A-Z0-9]{6,12})\b")


def with_words(facts: Facts, header: Header, table: Table, cells: pl.DataFrame) -> Facts:
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
    told = set(filter(None, map(unit_named, names)))
    if len(told) == 1:
        unit = told.pop()
        evidence = "the header names no other unit"
        by = [name for name in names if unit_in(name) == unit]
        source = by[0] if len(by) == 1 else ""
        return facts.settle("unit", unit, evidence, unit=unit, unit_from=source)
    around = unit_named(header.around)
    if around:
        return facts.settle("unit", around, "lines around the data", unit=around)
    code = _code_around(header.around)
    if code or _quantity_code(cells):
        unit = "KVARH" if (code or "").startswith("R") else "KWH"
        evidence = "settlement's codes AI and AE are kWh, RI and RE kvarh"
        return facts.settle("unit", unit, evidence, unit=unit)
    return facts.settle("unit", "open", "no unit is named anywhere")


def _quantity_code(cells: pl.DataFrame) -> bool:
    """Whether rows carry settlement's active energy codes."""
    return bool(cells["quantity"].str.to_uppercase().is_in(["AI", "AE"]).any())


def _code_around(around: str) -> str | None:
    for note in around.split(" ; "):
        words = note.split()
        if words and words[-1].upper() in ("AI", "AE", "RI", "RE"):
            return words[-1].upper()
    return None


def named_around(
    cells: pl.DataFrame, facts: Facts, header: Header, sheet: str
) -> tuple[pl.DataFrame, Facts]:
    """The one MPAN or meter serial number around the data, where no column names any.

    Parameters
    ----------
    sheet
        Name of the sheet, which may be that of its meter point.
    """
    if header.ident >= 0 or any(header.owners):
        return cells, facts
    words = {word.strip(",:;()[]'\"") for word in f"{header.around} {sheet}".split()}
    mpans = {word for word in words if is_valid_mpan(word)}
    serials = {match for match in _SERIAL.findall(header.around) if any(map(str.isdigit, match))}
    for kind, found in (("mpan", mpans), ("serial", serials)):
        if len(found) == 1:
            named = cells.with_columns(pl.lit(found.pop()).alias("ident"))
            return named, replace(facts, ident_kind=kind)
    return cells, facts
