"""What the header and the lines around the data say: clock, quantity, unit, meter point."""

from __future__ import annotations

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.clock import clock_in_words
from characterise.extracts.header import Header
from characterise.extracts.identity import is_valid_mpan
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import normal, quantity_in, unit_in


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
    told = {unit for unit in map(unit_in, names) if unit and len(unit) > 1}
    if len(told) == 1:
        unit = told.pop()
        evidence = "the header names no other unit"
        return facts.settle("unit", unit, evidence, unit=unit)
    around = unit_in(header.around)
    if around and len(around) > 1:
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


def named_around(cells: pl.DataFrame, header: Header) -> pl.DataFrame:
    """The one MPAN that stands above the data, where no column names a meter point."""
    if header.ident >= 0:
        return cells
    words = {word.strip(",:;") for word in header.around.split()}
    found = {word for word in words if is_valid_mpan(word)}
    return cells.with_columns(pl.lit(found.pop()).alias("ident")) if len(found) == 1 else cells
