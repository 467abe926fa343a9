"""Cells -> canonical half-hours and the readings that were not accepted, each with its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.duplicates import KEY, one_each
from characterise.extracts.identity import identify
from characterise.extracts.intervals import to_half_hours
from characterise.extracts.mapping import Mapping
from characterise.extracts.measures import measure
from characterise.extracts.plausibility import implausible, swapped_sides
from characterise.extracts.qualities import qualify
from characterise.extracts.times import place_in_time
from characterise.extracts.vocabulary import QUANTITIES
from characterise.finding import Finding
from characterise.frames import UTC

CANONICAL: Final = pl.Schema(
    {
        "meter_point_id": pl.String(),
        "quantity": pl.String(),
        "ts_utc": UTC,
        "kwh": pl.Float32(),
        "quality": pl.String(),
    }
)
"""One accepted half-hour; reactive quantities are kvarh in the same column."""
BLANKS: Final = ("", "-", "--", "null", "nan", "none", "n/a", "na", "#n/a", "?")
_SWAPPED: Final = {"AI": "AE", "AE": "AI", "RI": "RE", "RE": "RI"}


@dataclass(frozen=True, slots=True)
class Assembled:
    """What became of the cells of one table.

    ``rejected`` holds the cells columns with ``code``, ``message``, ``fix``,
    ``meter_point_id``, ``ts_utc`` and ``quantity_read``.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    facts: Facts
    blanks: int
    findings: tuple[Finding, ...]


def assemble(cells: pl.DataFrame, facts: Facts, mapping: Mapping) -> Assembled:
    """Settle what every reading is; accept those with nothing open, keep the others with a code."""
    findings: list[Finding] = []
    blank = pl.col("value").str.to_lowercase().is_in(BLANKS)
    # A row that lost all its readings to a fault is still shown once.
    lost = (pl.col("fault") != "") & blank.all().over("line")
    frame = cells.filter(~blank | (lost & (pl.int_range(pl.len()).over("line") == 0)))
    blanks = cells.filter(blank & (pl.col("fault") == "")).height
    facts = _answered(facts, mapping)
    frame = _identify(frame, facts, mapping)
    frame = qualify(frame, mapping, findings)
    missing = frame.filter(pl.col("quality") == "missing").height
    frame = frame.filter(pl.col("quality") != "missing")
    frame, facts = place_in_time(frame, facts)
    frame = measure(frame, facts)
    if mapping.swap:
        frame = frame.with_columns(pl.col("quantity_id").replace(_SWAPPED))
    frame = _coded(frame, facts)
    before = frame.height
    frame = one_each(frame, facts)
    repeats = before - frame.height
    frame = to_half_hours(frame, facts, findings)
    done = frame["code"] == ""
    accepted = frame.filter(done).select(pl.col(c).cast(t) for c, t in CANONICAL.items())
    if repeats:
        findings.append(
            Finding(
                "repeated_rows",
                f"{repeats} readings were left out: the same value again, or an earlier arrival.",
                {"n": repeats},
            )
        )
    findings += swapped_sides(accepted) if facts.whole and not mapping.swap else ()
    return Assembled(
        accepted.sort(*KEY), frame.filter(~done), facts, blanks + missing, tuple(findings)
    )


def _answered(facts: Facts, mapping: Mapping) -> Facts:
    """A person's answers stand before anything detected."""
    said = "answered in the mapping"
    if mapping.side and facts.kind != "period":
        facts = facts.settle("side", mapping.side, said, side=mapping.side)
    if mapping.clock:
        facts = facts.settle("clock", mapping.clock, said, clock=mapping.clock)
    if mapping.unit:
        facts = facts.settle("unit", mapping.unit, said, unit=mapping.unit, unit_said=True)
    if mapping.quantity:
        facts = facts.settle("quantity", mapping.quantity, said, quantity=mapping.quantity)
    if mapping.day and facts.kind != "stamp":
        facts = facts.settle("day", mapping.day, said, day=mapping.day)
    if mapping.date_order:
        facts = facts.settle("date order", mapping.date_order, said, date_order=mapping.date_order)
    return facts


def _identify(frame: pl.DataFrame, facts: Facts, mapping: Mapping) -> pl.DataFrame:
    rows = []
    for text in frame["ident"].unique().to_list():
        mapped = mapping.meter_points.get(text) or mapping.meter_point
        if mapped:
            kind = "mpan" if mapped.isdigit() else "serial"
            found = identify(mapped.removeprefix("serial:"), kind)
        else:
            found = identify(text, facts.ident_kind)
        rows.append((text, found.meter_point, found.code, found.message, found.fix))
    schema = ["ident", "meter_point_id", "ident_code", "ident_message", "ident_fix"]
    table = pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")
    return frame.join(table, on="ident", how="left", maintain_order="left")


def _coded(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The first thing that is wrong or open with each reading; empty where nothing is."""
    text = pl.lit
    bad_date = text("date_order_unknown" if facts.date_order is None else "date_unreadable")
    # In the order in which a person would want to hear of them.
    checks: tuple[tuple[pl.Expr, pl.Expr], ...] = (
        (pl.col("fault") != "", pl.col("fault")),
        (pl.col("fuel_read").is_in(["gas", "water", "heat", "oil"]), text("not_electricity")),
        (pl.col("number").is_null() & pl.col("value").str.starts_with("="), text("formula_unread")),
        (pl.col("number").is_null() | ~pl.col("number").is_finite(), text("value_unreadable")),
        (pl.col("day").is_null(), bad_date),
        (pl.col("ident_code") != "", pl.col("ident_code")),
        (pl.col("number") < 0, text("value_negative")),
        (pl.lit(facts.minutes > 60), text("interval_too_long")),
        (pl.lit(bool(facts.unit_doubt) and not facts.unit_said), text("unit_contradicted")),
        (pl.col("unit_read").is_null(), text("unit_unknown")),
        (pl.col("misfit"), text("unit_wrong")),
        (pl.lit(facts.day is None), text("day_unknown")),
        (pl.col("time_code") != "", pl.col("time_code")),
        (pl.col("ts_utc").is_null(), text("time_unreadable")),
        (implausible(facts.minutes), text("value_implausible")),
    )
    code = pl.coalesce(
        *(pl.when(wrong).then(name) for wrong, name in checks), pl.lit("", dtype=pl.String)
    )
    known = pl.col("quantity_id").is_in(QUANTITIES)
    frame = frame.with_columns(code.alias("code"))
    # What was judged beside the rest of the file stays judged when the row is read again alone.
    odd = pl.col("code") == "value_implausible"
    return frame.with_columns(
        pl.when(odd).then("code").otherwise("fault").alias("fault"),
        pl.when(known).then("quantity_id").alias("quantity_id"),
    ).rename({"quantity": "quantity_text", "quantity_id": "quantity"})
