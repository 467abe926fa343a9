"""Record files: D0036 validated advances and Stark DF2, a few lines of context before readings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from characterise.extracts.cells import CELLS, Facts
from characterise.extracts.stamps import parse
from characterise.extracts.table import Table
from characterise.settlement import periods_in_day

_MPAN_FIRST: Final = re.compile(r"^(\d{13}|\d{21,22})\D.*$")
"""Stark may write its own name of the channel behind the MPAN."""
_STARK_CHANNELS: Final = {"1": "AI", "2": "AE", "3": "RI", "4": "RE"}


def read_flow(table: Table, layout: str | None) -> tuple[pl.DataFrame, Facts] | None:
    """Cells of a record file, None for anything else."""
    heads = {row[0] for row in table.cells[:20]}
    if layout == "d0036" or (layout is None and {"101", "102", "103"} <= heads):
        return _d0036(table)
    if layout == "stark_df2" or (layout is None and any(h.startswith("#F2") for h in heads)):
        return _stark(table)
    return None


def _frame(rows: Iterator[dict[str, Any]]) -> pl.DataFrame:
    blank: dict[str, Any] = {**dict.fromkeys(CELLS, ""), "slot": None}
    return pl.DataFrame([{**blank, **row} for row in rows], schema=CELLS, orient="row")


def _d0036(table: Table) -> tuple[pl.DataFrame, Facts]:
    facts = Facts(layout="d0036", kind="period")
    facts = facts.settle("unit", "KWH", "D0036 advances are kWh")
    facts = facts.settle("side", "start", "D0036 counts settlement periods", side="start")
    return _whole_days(_frame(_advances(table))), facts


def _whole_days(cells: pl.DataFrame) -> pl.DataFrame:
    """Advances stand in order without a number: a day that lacks one says nothing of the others."""
    days = {text: parse(text) for text in cells["when"].unique().to_list()}
    length = {text: periods_in_day(stamp.day) if stamp else 0 for text, stamp in days.items()}
    held = pl.len().over("ident", "quantity", "when")
    due = pl.col("when").replace_strict(length, default=0, return_dtype=pl.Int64)
    short = (pl.col("fault") == "") & (held < due)
    return cells.with_columns(
        pl.when(short).then(pl.lit("day_incomplete")).otherwise("fault").alias("fault")
    )


def _advances(table: Table) -> Iterator[dict[str, Any]]:
    ident, quantity, day, period = "", "", "", 0
    for line, row in zip(table.lines, table.cells, strict=True):
        cells = [*row, "", "", ""]
        if cells[0] == "101":
            ident, quantity = cells[1], cells[2]
        elif cells[0] == "102":
            day, period = cells[1], 0
        elif cells[0] == "103":
            period += 1
            yield {
                "line": line,
                "column": f"period {period}",
                "ident": ident,
                "when": day,
                "slot": period,
                "value": cells[2],
                "flag": {"A": "actual", "E": "estimated", "C": "missing"}.get(cells[1], cells[1]),
                "unit": "KVARH" if quantity.startswith("R") else "KWH",
                "quantity": quantity,
                "fault": "" if quantity in ("AI", "AE", "RI", "RE") else "quantity_unknown",
            }


def _stark(table: Table) -> tuple[pl.DataFrame, Facts]:
    facts = Facts(layout="stark_df2", kind="stamp")
    facts = facts.settle("side", "end", "Stark DF2 stamps the end", side="end")
    return _frame(_stark_rows(table)), facts


def _stark_rows(table: Table) -> Iterator[dict[str, Any]]:
    ident, channel = "", ""
    for line, row in zip(table.lines, table.cells, strict=True):
        cells = [*row, "", "", "", ""]
        if cells[0].startswith("#O"):
            ident = _MPAN_FIRST.sub(r"\1", (cells[0][2:] or cells[1]).strip())
        elif cells[0].startswith("#S"):
            channel = (cells[0][2:] or cells[1]).strip()
        elif not cells[0].startswith("#"):
            quantity = _STARK_CHANNELS.get(channel, "")
            yield {
                "line": line,
                "column": f"channel {channel}",
                "ident": ident,
                "when": f"{cells[0]} {cells[1]}",
                "value": cells[2],
                "flag": cells[3],
                "quantity": quantity,
                "fault": "" if quantity else "quantity_unknown",
            }
