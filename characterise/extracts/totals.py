"""A day's own total against the sum of its readings: the unit that the numbers themselves show."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.header import Header
from characterise.extracts.measures import number_of
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import KWH_OF_UNIT, normal, unit_in

_TOTAL: Final = re.compile(r"\btotal\b|\bsum\b|day ?consumption")
_NEARLY: Final = 0.005
_MOST: Final = 0.9
_LEAST_ROWS: Final = 3
_MEANING: Final = {1.0: "KWH", 0.5: "KW", 1e-3: "WH", 1e3: "MWH", 5e-4: "W"}
"""Total in kWh over the sum of the readings -> unit of the readings."""


def unit_by_totals(cells: pl.DataFrame, facts: Facts, table: Table, header: Header) -> Facts:
    """Facts with the unit that day totals show, or with a doubt where they contradict the file.

    Parameters
    ----------
    cells
        `characterise.extracts.cells.CELLS` of a table with one row a day.
    """
    column = _total_column(table, header)
    if column < 0 or facts.kind == "stamp":
        return facts
    ratio, rows = _ratio(cells, _totals(table, header, column))
    return (
        facts if ratio is None else _settled(cells, facts, header.column_name(column), ratio, rows)
    )


def _settled(cells: pl.DataFrame, facts: Facts, name: str, ratio: float, rows: int) -> Facts:
    named, stated = unit_in(name), _stated(cells, facts)
    if stated == named and facts.unit_from == name:
        stated = None  # the total's own name is all that names a unit
    evidence = f"the readings of {rows} days are {1 / ratio:g} times {name!r} together"
    if stated is None:
        if named != "KWH":
            return facts
        found = tuple(one for one in facts.detections if one.what != "unit")
        unit = _MEANING[ratio]
        return replace(facts, detections=found).settle("unit", unit, evidence, unit=unit)
    expected = KWH_OF_UNIT[stated] / KWH_OF_UNIT[named if named in KWH_OF_UNIT else "KWH"]
    if abs(ratio / expected - 1) < _NEARLY:
        return facts.settle("total", name, f"{rows} days add up to it")
    if named is None and (ratio == 1.0 or stated != "KWH"):
        return facts
    either = f"{stated} or {_MEANING[ratio]}"
    return facts.settle("unit doubt", either, evidence, unit_doubt=evidence)


def _stated(cells: pl.DataFrame, facts: Facts) -> str | None:
    units = {unit for unit in cells["unit"].unique().to_list() if unit}
    read = {str(unit_in(unit) or unit.upper()) for unit in units}
    known = read & set(KWH_OF_UNIT)
    if len(known) == 1:
        return known.pop()
    return facts.unit if facts.unit in KWH_OF_UNIT else None


def _total_column(table: Table, header: Header) -> int:
    taken = {column for block in header.blocks for column in block.columns}
    for column, name in enumerate(header.names):
        if column not in taken and header.headed and _TOTAL.search(normal(name)):
            return column
    return -1


def _totals(table: Table, header: Header, column: int) -> pl.DataFrame:
    rows = range(header.first, header.last)
    texts = [table.cells[r][column] if column < len(table.cells[r]) else "" for r in rows]
    lines = [table.lines[r] for r in rows]
    frame = pl.DataFrame(
        {"line": lines, "text": texts}, schema={"line": pl.Int32, "text": pl.String}
    )
    return frame.select("line", number_of(pl.col("text")).alias("total")).drop_nulls()


def _ratio(cells: pl.DataFrame, totals: pl.DataFrame) -> tuple[float | None, int]:
    """The one ratio of total to sum that nearly all full days have, and how many days those are."""
    sums = cells.group_by("line").agg(
        number_of(pl.col("value")).sum().alias("sum"),
        (number_of(pl.col("value")).is_not_null() | (pl.col("value") == "")).all().alias("plain"),
    )
    both = totals.join(sums.filter("plain"), on="line").filter(
        (pl.col("sum") > 0) & (pl.col("total") > 0)
    )
    if both.height < _LEAST_ROWS:
        return None, both.height
    ratio = both["total"] / both["sum"]
    for known in _MEANING:
        near = ((ratio / known - 1).abs() < _NEARLY).sum()
        if near >= _MOST * both.height:
            return known, int(near)
    return None, both.height
