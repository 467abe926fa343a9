"""Readings that were not accepted -> rows that are kept, explained and can be replayed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any, Final

import polars as pl

from characterise.extracts.cells import CELLS, Detection, Facts
from characterise.extracts.questions import EXPLAIN, fix_of, message_of
from characterise.extracts.stamps import DAY_FIRST, MONTH_FIRST

QUARANTINED: Final = pl.Schema(
    {
        "sheet": pl.String,
        "row": pl.Int32,
        "column": pl.String,
        "code": pl.String,
        "message": pl.String,
        "fix": pl.String,
        "meter_point_id": pl.String,
        "quantity": pl.String,
        "values": pl.Int32,
        "half_hours": pl.Int32,
        "raw": pl.String,
        "context": pl.String,
    }
)
"""One source row and code: ``raw`` is the JSON of its cells, ``context`` of the file's facts;
``half_hours`` counts a half-hour that is quarantined more than once only once a file."""


def quarantined(rejected: pl.DataFrame, facts: Facts, sheet: str) -> pl.DataFrame:
    """Rows of `QUARANTINED` for the rejected readings of one sheet."""
    if rejected.is_empty():
        return QUARANTINED.to_frame()
    cells = [name for name in CELLS if name not in ("line", "quantity")]
    rejected = rejected.with_columns(_first_of_its_half_hour().alias("counted"))
    grouped = rejected.group_by("line", "code", "quantity", maintain_order=True).agg(
        pl.col("column").first(),
        pl.col("meter_point_id").first(),
        pl.col("ident_code").first(),
        pl.col("ident_message").first(),
        pl.col("ident_fix").first(),
        pl.len().alias("values"),
        pl.col("counted").sum().alias("half_hours"),
        pl.struct("line", *cells, pl.col("quantity_text").alias("quantity")).alias("cells"),
    )
    codes = grouped["code"].unique().to_list()
    own = pl.col("code") == pl.col("ident_code")
    message = pl.col("code").replace_strict(
        {c: message_of(c) for c in codes}, return_dtype=pl.String
    )
    fix = pl.col("code").replace_strict({c: fix_of(c) for c in codes}, return_dtype=pl.String)
    explained = {code for code in codes if code in EXPLAIN}
    generic = pl.col("code").is_in(sorted(explained)) | ~own
    return grouped.select(
        pl.lit(sheet).alias("sheet"),
        pl.col("line").alias("row"),
        pl.when(pl.col("values") == 1).then("column").otherwise(pl.lit("")).alias("column"),
        "code",
        pl.when(generic).then(message).otherwise("ident_message").alias("message"),
        pl.when(generic).then(fix).otherwise("ident_fix").alias("fix"),
        "meter_point_id",
        "quantity",
        pl.col("values").cast(pl.Int32),
        pl.col("half_hours").cast(pl.Int32),
        pl.struct("cells").struct.json_encode().alias("raw"),
        pl.lit(_context(facts)).alias("context"),
    ).select(pl.col(name).cast(dtype) for name, dtype in QUARANTINED.items())


def _first_of_its_half_hour() -> pl.Expr:
    """True for one reading of each half-hour; a reading without a time counts by itself."""
    key = ("ident", "quantity", "ts_utc")
    first = pl.int_range(pl.len()).over(key) == 0
    return (first | pl.col("ts_utc").is_null()) & (pl.col("value") != "")


def _context(facts: Facts) -> str:
    return json.dumps({**asdict(facts), "whole": False}, sort_keys=True)


def facts_of(context: str) -> Facts:
    """Facts that a quarantined row was read with."""
    held: dict[str, Any] = json.loads(context)
    detections = tuple(Detection(**found) for found in held.pop("detections"))
    if "month_first" in held:  # as workspaces of format 1 kept it
        was = held.pop("month_first")
        held["date_order"] = None if was is None else MONTH_FIRST if was else DAY_FIRST
    return Facts(**held, detections=detections)


def cells_of(raws: list[str]) -> pl.DataFrame:
    """Cells of quarantined rows, as they were read."""
    rows = [cell for raw in raws for cell in json.loads(raw)["cells"]]
    return pl.DataFrame(rows, schema=CELLS, orient="row")


def row_id(source_id: str, sheet: str, row: int, code: str, raw: str) -> str:
    """Stable identifier of a quarantined row."""
    text = "\x1f".join((source_id, sheet, str(row), code, raw))
    return hashlib.sha256(text.encode()).hexdigest()[:24]
