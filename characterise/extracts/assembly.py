"""Cells -> canonical half-hours and the readings that were not accepted, each with its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from characterise.extracts.cells import Facts
from characterise.extracts.identity import identify
from characterise.extracts.mapping import Mapping
from characterise.extracts.stamps import parse
from characterise.extracts.times import place_in_time
from characterise.extracts.vocabulary import (
    KWH_OF_UNIT,
    QUANTITIES,
    REACTIVE_UNITS,
    fuel_word,
    quality_of_words,
    quantity_in,
    unit_word,
)
from characterise.finding import Finding
from characterise.frames import QUALITIES, UTC

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
_KEY: Final = ("meter_point_id", "quantity", "ts_utc")


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
    frame = _qualify(frame, mapping, findings)
    missing = frame.filter(pl.col("quality") == "missing").height
    frame = frame.filter(pl.col("quality") != "missing")
    frame, facts = place_in_time(frame, facts)
    frame = _measure(frame, facts)
    frame = _coded(frame, facts)
    frame, folded = _fold(frame, facts, findings)
    before = frame.height
    frame = frame if folded else _conflicts(_with_arrival(frame, facts))
    repeats = before - frame.height
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
    return Assembled(
        accepted.sort(*_KEY), frame.filter(~done), facts, blanks + missing, tuple(findings)
    )


def _answered(facts: Facts, mapping: Mapping) -> Facts:
    """A person's answers stand before anything detected."""
    said = "answered in the mapping"
    if mapping.side and facts.kind != "period":
        facts = facts.settle("side", mapping.side, said, side=mapping.side)
    if mapping.clock:
        facts = facts.settle("clock", mapping.clock, said, clock=mapping.clock)
    if mapping.unit:
        facts = facts.settle("unit", mapping.unit, said, unit=mapping.unit)
    if mapping.quantity:
        facts = facts.settle("quantity", mapping.quantity, said, quantity=mapping.quantity)
    if mapping.date_order:
        first = mapping.date_order == "month_first"
        facts = facts.settle("date order", mapping.date_order, said, month_first=first)
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


def _measure(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """``kwh`` of each reading, and why there is none."""
    frame = _translate(frame, "unit", "unit_read", unit_word)
    frame = _translate(frame, "quantity", "quantity_read", quantity_in)
    frame = _translate(frame, "fuel", "fuel_read", fuel_word)
    reactive = pl.col("unit_read").is_in(list(REACTIVE_UNITS))
    quantity = pl.coalesce(
        pl.lit(facts.quantity, dtype=pl.String) if facts.quantity else pl.lit(None, pl.String),
        "quantity_read",
        pl.when(reactive).then(pl.lit("RI")),
        pl.lit("AI"),
    )
    unit = pl.coalesce("unit_read", pl.lit(facts.unit, dtype=pl.String))
    factors = KWH_OF_UNIT | REACTIVE_UNITS
    # A mean power counts for as long as its interval; an energy is what it is.
    hours = facts.minutes / 30
    per_interval = {u: f * (1.0 if u.endswith("H") else hours) for u, f in factors.items()}
    frame = frame.with_columns(quantity.alias("quantity_read"), unit.alias("unit_read"))
    number = pl.col("value").str.replace_all(r"[, ]", "").cast(pl.Float64, strict=False)
    factor = pl.col("unit_read").replace_strict(per_interval, default=None, return_dtype=pl.Float64)
    return frame.with_columns(
        number.alias("number"),
        (number * factor).alias("kwh"),
        pl.col("quantity_read").alias("quantity_id"),
        (
            pl.col("unit_read").is_in(list(REACTIVE_UNITS))
            != pl.col("quantity_read").str.starts_with("R")
        ).alias("misfit"),
    )


def _translate(frame: pl.DataFrame, column: str, into: str, meaning: object) -> pl.DataFrame:
    words = frame[column].unique().to_list()
    table = pl.DataFrame(
        {column: words, into: [meaning(word) if word else None for word in words]},  # type: ignore[operator]
        schema={column: pl.String, into: pl.String},
    )
    return frame.join(table, on=column, how="left", maintain_order="left", nulls_equal=True)


def _qualify(frame: pl.DataFrame, mapping: Mapping, findings: list[Finding]) -> pl.DataFrame:
    """Quality of each reading; a status that nobody explained is not taken for actual."""
    unknown = []
    rows = []
    for word in frame["flag"].unique().sort().to_list():
        quality = mapping.flags.get(word.lower()) or ("actual" if word in ("", "-") else None)
        quality = quality or (word if word in QUALITIES else quality_of_words(word))
        if quality is None:
            unknown.append(word)
        rows.append((word, quality or "estimated"))
    if unknown:
        shown = ", ".join(repr(word) for word in unknown[:5])
        findings.append(
            Finding(
                "flag_unknown",
                f"Nobody said what the read status {shown} means; such readings count as "
                'estimated. Explain it in --map: {"flags": {"' + unknown[0] + '": "actual"}}.',
                {"statuses": len(unknown)},
            )
        )
    table = pl.DataFrame(rows, schema={"flag": pl.String, "quality": pl.String}, orient="row")
    return frame.join(table, on="flag", how="left", maintain_order="left")


def _coded(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The first thing that is wrong or open with each reading; empty where nothing is."""
    text = pl.lit
    bad_date = text("date_order_unknown" if facts.month_first is None else "date_unreadable")
    code = (
        pl.when(pl.col("fault") != "")
        .then("fault")
        .when(pl.col("fuel_read").is_in(["gas", "water", "heat", "oil"]))
        .then(text("not_electricity"))
        .when(pl.col("number").is_null() | ~pl.col("number").is_finite())
        .then(text("value_unreadable"))
        .when(pl.col("day").is_null())
        .then(bad_date)
        .when(pl.col("ident_code") != "")
        .then("ident_code")
        .when(pl.col("number") < 0)
        .then(text("value_negative"))
        .when(pl.lit(facts.minutes > 30))
        .then(text("interval_too_long"))
        .when(pl.col("unit_read").is_null())
        .then(text("unit_unknown"))
        .when("misfit")
        .then(text("unit_wrong"))
        .when(pl.col("time_code") != "")
        .then("time_code")
        .when(pl.col("ts_utc").is_null())
        .then(text("time_unreadable"))
        .otherwise(text(""))
    )
    known = pl.col("quantity_id").is_in(QUANTITIES)
    return frame.with_columns(
        code.alias("code"), pl.when(known).then("quantity_id").alias("quantity_id")
    ).rename({"quantity": "quantity_text", "quantity_id": "quantity"})


def _fold(frame: pl.DataFrame, facts: Facts, findings: list[Finding]) -> tuple[pl.DataFrame, bool]:
    """Finer readings summed into half-hours that are complete; those are derived."""
    if facts.minutes >= 30 or 30 % facts.minutes:
        return frame, False
    parts = 30 // facts.minutes
    good = frame.filter(pl.col("code") == "")
    good = good.unique(_KEY, keep="any", maintain_order=True)
    half = pl.col("ts_utc").dt.truncate("30m")
    whole = good.group_by("meter_point_id", "quantity", half, maintain_order=True).agg(
        pl.all().exclude(*_KEY, "kwh", "quality").first(),
        pl.col("kwh").sum(),
        pl.len().alias("parts"),
        estimated=(pl.col("quality") == "estimated").any(),
    )
    short = whole.filter(pl.col("parts") < parts).height
    if short:
        findings.append(
            Finding(
                "incomplete_half_hours",
                f"{short} half-hours lack some of their {parts} readings and stay missing.",
                {"n": short},
            )
        )
    quality = pl.when("estimated").then(pl.lit("estimated")).otherwise(pl.lit("derived"))
    whole = whole.filter(pl.col("parts") == parts).with_columns(quality.alias("quality"))
    whole = whole.select(frame.columns)
    return pl.concat([whole, frame.filter(pl.col("code") != "")]), True


def _with_arrival(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """``came``: when the file says that a reading arrived, sortable; empty where it does not."""
    rows = []
    for text in frame["arrived"].unique().to_list():
        found = parse(text, month_first=bool(facts.month_first)) if text else None
        clock = "" if found is None else f"{found.day} {found.minute or 0:04d} {text[-15:]}"
        rows.append((text, clock))
    table = pl.DataFrame(rows, schema={"arrived": pl.String, "came": pl.String}, orient="row")
    return frame.join(table, on="arrived", how="left", maintain_order="left")


def _conflicts(frame: pl.DataFrame) -> pl.DataFrame:
    """Frame with one reading for each half-hour.

    Of different values the later stands where the file says which that is, else none does.
    """
    good = frame["code"] == ""
    shared = good & frame.select(*_KEY).is_duplicated()
    if not shared.any():
        return frame
    twice = frame.filter(shared).with_columns(pl.col("kwh").cast(pl.Float32).alias("rounded"))
    told = (pl.col("came") != "").all() & (pl.col("came").n_unique() > 1)
    latest = pl.col("came") == pl.col("came").max()
    differs = pl.col("rounded").n_unique() > 1
    twice = twice.filter((~(differs & told) | latest).over(_KEY))
    clash = differs.over(_KEY)
    twice = twice.with_columns(
        pl.when(clash).then(pl.lit("conflicting_duplicate")).otherwise("code").alias("code")
    ).drop("rounded")
    once = twice.filter(pl.col("code") == "").unique(_KEY, keep="first", maintain_order=True)
    clashing = twice.filter(pl.col("code") != "")
    return pl.concat([frame.filter(~shared), once, clashing])
