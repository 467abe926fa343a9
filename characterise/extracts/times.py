"""Dates, times and slots of cells -> UTC starts, with clock and side settled on the way."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import polars as pl

from characterise.extracts import stamps
from characterise.extracts.cells import SERIES, Facts
from characterise.extracts.clock import clock_in_days, columns_in_order, utc_starts
from characterise.extracts.side import settle_side
from characterise.settlement import LONDON, periods_in_day

_STAMP: Final = pl.Schema(
    {"when": pl.String, "day": pl.Date, "at": pl.Int32, "offset": pl.Int32, "off": pl.Boolean}
)


def place_in_time(frame: pl.DataFrame, facts: Facts) -> tuple[pl.DataFrame, Facts]:
    """Cells with ``ts_utc`` and ``time_code``, and the facts that placing them settled."""
    if facts.whole:
        facts = _settle_order(frame, facts)
    frame = _with_days(frame, facts)
    if facts.day == "closes":
        frame = frame.with_columns(pl.col("day") - pl.duration(days=1))
    if facts.whole and facts.kind == "wall" and facts.minutes == 30 and facts.clock != "UTC":
        frame, facts = _settle_places(frame, facts)
        frame = _instant_ends(frame, facts)
    if facts.kind == "stamp":
        facts = _settle_interval(frame, facts) if facts.whole else facts
        frame, facts = settle_side(frame, facts)
    if facts.whole:
        facts = _settle_clock(frame, facts) if facts.clock is None else facts
        facts = _settle_label_style(frame, facts)
    if facts.shifted_labels:
        frame = _shift(frame, facts.minutes)
    frame = _occurrences(frame, facts)
    if facts.clock is not None:
        return _ask_side(utc_starts(frame, facts, facts.clock), facts), facts
    utc = utc_starts(frame, facts, "UTC")
    local = utc_starts(frame, facts, LONDON)["ts_utc"].alias("local")
    differs = (pl.col("ts_utc") != pl.col("local")) | pl.col("local").is_null()
    ask = differs & pl.col("ts_utc").is_not_null() & pl.col("offset").is_null()
    if facts.whole and not utc.with_columns(local).select(ask.any()).item():
        facts = _either(facts)
    placed = utc.with_columns(local).with_columns(
        pl.when(ask).then(pl.lit("clock_unknown")).otherwise("time_code").alias("time_code"),
    )
    placed = placed.with_columns(
        pl.when(pl.col("time_code") == "clock_unknown")
        .then(None)
        .otherwise("ts_utc")
        .alias("ts_utc")
    )
    return _ask_side(placed.drop("local"), facts), facts


def _settle_places(frame: pl.DataFrame, facts: Facts) -> tuple[pl.DataFrame, Facts]:
    """Time labels that only count the half-hours of a day are settlement periods."""
    seen = columns_in_order(frame)
    if not seen:
        return frame, facts
    evidence = f"on {seen} the hour that clocks skip is filled and the last hour is not"
    facts = facts.settle(
        "columns", "periods in order", evidence, kind="period", side="start", clock=LONDON
    )
    frame = frame.with_columns(pl.col("slot") + 1)
    return frame.with_columns(_minute(facts).cast(pl.Int32).alias("minute")), facts


def _instant_ends(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """On the short day, the half-hour from 00:30 under 02:00, the local instant when it ends.

    Only where the file says that it keeps local time: in UTC 02:00 ends a half-hour of its own.
    """
    if facts.side != "end" or facts.kind != "wall" or facts.clock != LONDON:
        return frame
    short = [day for day in frame["day"].drop_nulls().unique() if periods_in_day(day) == 46]
    own = pl.col("slot").is_in([1, 2]).any().over("line", "column_group")
    frame = frame.with_columns(pl.col("quantity").alias("column_group"))
    moved = pl.col("day").is_in(short) & (pl.col("slot") == 3) & ~own
    frame = frame.with_columns(pl.when(moved).then(1).otherwise("slot").alias("slot"))
    return frame.with_columns(_minute(facts).cast(pl.Int32).alias("minute")).drop("column_group")


def _either(facts: Facts) -> Facts:
    """No day of the file is in summer time: the question answers itself."""
    kept = tuple(found for found in facts.detections if found.what != "clock")
    evidence = "UTC and British local time agree on every day of the file"
    return replace(facts, detections=kept).settle("clock", "either", evidence)


def _settle_order(frame: pl.DataFrame, facts: Facts) -> Facts:
    if any(found.what == "date order" for found in facts.detections):
        return facts
    order, evidence = stamps.order_of(frame["when"].unique().to_list())
    if order is None:
        return facts.settle("date order", "open", evidence, date_order=None)
    if order != stamps.DAY_FIRST:
        return facts.settle("date order", order.replace("_", " "), evidence, date_order=order)
    return facts


def _with_days(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Parse each distinct text once."""
    texts = frame["when"].unique().to_list()
    rows: list[tuple[str, dt.date | None, int | None, int | None, bool]] = []
    for text in texts:
        found = stamps.parse(text, order=facts.date_order or stamps.DAY_FIRST)
        if found is None or (facts.date_order is None and _is_open(text)):
            rows.append((text, None, None, None, False))
        else:
            rows.append((text, found.day, found.minute, found.offset, found.off_grid))
    dates = pl.DataFrame(rows, schema=_STAMP, orient="row")
    clocks = [text for text in frame["time"].unique().to_list() if text]
    times = pl.DataFrame(
        {"time": clocks, "told_at": [stamps.minute_of(text) for text in clocks]},
        schema={"time": pl.String, "told_at": pl.Int32},
    )
    frame = frame.join(dates, on="when", how="left", maintain_order="left")
    frame = frame.join(times, on="time", how="left", maintain_order="left")
    return frame.with_columns(
        _minute(facts).cast(pl.Int32).alias("minute"),
        (pl.col("offset") if facts.kind == "stamp" else pl.lit(None, pl.Int32)).alias("offset"),
    ).drop("at", "told_at")


def _minute(facts: Facts) -> pl.Expr:
    """Wall minutes from midnight of each reading."""
    if facts.kind == "period":
        return (pl.col("slot") - 1) * 30
    if facts.kind == "stamp":
        return pl.coalesce("told_at", "at")
    step = facts.minutes
    # Slots 48 and 49 are the repeated hour, 01:00 and 01:30 once more.
    again = (pl.col("slot") - 46) * 30
    return pl.when(pl.col("slot") < 1440 // step).then(pl.col("slot") * step).otherwise(again)


def _is_open(text: str) -> bool:
    return len({stamps.parse(text, order=order) for order in stamps.ORDERS}) > 1


def _settle_interval(frame: pl.DataFrame, facts: Facts) -> Facts:
    """Length of an interval: the commonest distance between neighbouring stamps of a meter."""
    at = pl.col("day").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute"))
    gaps = (
        frame.select(*SERIES, at.alias("at"))
        .drop_nulls("at")
        .unique()
        .sort(*SERIES, "at")
        .select(pl.col("at").diff().over(*SERIES).dt.total_minutes().alias("gap"))
        .drop_nulls()["gap"]
    )
    if gaps.is_empty():
        return facts
    common = int(gaps.value_counts(sort=True).row(0)[0])
    if common == 30:
        return facts
    evidence = f"most readings stand {common} minutes apart"
    return facts.settle("interval", f"{common} min", evidence, minutes=common)


def _settle_clock(frame: pl.DataFrame, facts: Facts) -> Facts:
    offsets = frame["offset"]
    if facts.kind == "stamp" and frame.height and offsets.null_count() == 0:
        return facts.settle("clock", "UTC", "every stamp carries its offset", clock="UTC")
    clock, evidence = clock_in_days(frame, facts.kind)
    if clock:
        return facts.settle("clock", clock, evidence, clock=clock)
    if facts.kind == "period" and not evidence:
        because = "numbered periods of a day are settlement periods, which are local"
        return facts.settle("clock", LONDON, because, clock=LONDON)
    return facts.settle("clock", "open", evidence or "no word and no clock change shows it")


def _settle_label_style(frame: pl.DataFrame, facts: Facts) -> Facts:
    """End labels that were made by adding half an hour to local start labels."""
    if facts.kind != "stamp" or facts.side != "end" or facts.clock in (None, "UTC"):
        return facts
    at = frame.group_by(*SERIES, "day", "minute").len()
    long_days = at.filter((pl.col("len") == 2) & pl.col("minute").is_in([60, 120]))["minute"]
    one, two = (long_days == 60).sum(), (long_days == 120).sum()
    if "stands twice" in clock_in_days(frame, "stamp")[1] and two > one:
        evidence = "02:00 stands twice in autumn and 01:00 once"
        return facts.settle("end labels", "local start plus 30 min", evidence, shifted_labels=True)
    short = [day for day in at["day"].drop_nulls().unique() if periods_in_day(day) == 46]
    spring = at.filter(pl.col("day").is_in(short))["minute"]
    # The last interval before clocks go forward ends at 02:00 local; shifted, it reads 01:00.
    if (spring == 60).any() and not (spring == 120).any():
        evidence = "on the day clocks go forward 01:00 is labelled and 02:00 is not"
        return facts.settle("end labels", "local start plus 30 min", evidence, shifted_labels=True)
    return facts


def _shift(frame: pl.DataFrame, minutes: int) -> pl.DataFrame:
    early = pl.col("minute") < minutes
    return frame.with_columns(
        pl.when(early).then(pl.col("day") - pl.duration(days=1)).otherwise("day").alias("day"),
        pl.when(early)
        .then(pl.col("minute") + 1440 - minutes)
        .otherwise(pl.col("minute") - minutes)
        .alias("minute"),
    )


def _occurrences(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Number the readings that share a wall time, in order of time; say whether order tells."""
    if facts.kind != "stamp":
        again = pl.lit(value=False) if facts.kind == "period" else pl.col("slot") >= 48
        extra = pl.col("slot").max().over("line") >= 48
        return frame.with_columns(
            occurrence=pl.when(again & (pl.lit(facts.minutes) == 30))
            .then(2)
            .otherwise(1)
            .cast(pl.Int32),
            told=extra if facts.kind == "wall" else pl.lit(value=True),
        )
    keys = [*SERIES, "day", "minute"]
    at = pl.col("day").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute"))
    ends = frame.group_by(*SERIES, maintain_order=True).agg(
        at.first().alias("a"), at.last().alias("b")
    )
    falling = (ends["a"] > ends["b"]).sum() > (ends["a"] < ends["b"]).sum()
    rank = pl.int_range(pl.len()).over(keys)
    count = pl.len().over(keys)
    order = (count - rank) if falling else (rank + 1)
    return frame.with_columns(
        occurrence=pl.when(count == 2).then(order).otherwise(1).cast(pl.Int32), told=count == 2
    )


def _ask_side(frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    if facts.kind == "period" or facts.side is not None:
        return frame
    return frame.with_columns(
        pl.lit(None, frame.schema["ts_utc"]).alias("ts_utc"),
        pl.lit("side_unknown").alias("time_code"),
    )
