"""A written file beside what was read of it: what is lost, made up, or another value."""

from __future__ import annotations

import polars as pl

from characterise.extracts import read_extract
from characterise.extracts.mapping import mapping_of

KEY = ["meter_point_id", "quantity", "ts_utc"]
CANNOT_TELL = {"repeated_hour_unknown", "time_does_not_exist"}


def read(written, *, answers=None):
    return read_extract(written.data, written.name, mapping=mapping_of(answers or {}))


def beside(truth, accepted):
    """Truth and accepted half-hours side by side, and what is wrong with each pair."""
    pairs = truth.join(
        accepted.with_columns(pl.col("kwh").cast(pl.Float64)),
        on=KEY,
        how="full",
        coalesce=True,
        suffix="_read",
    )
    near = (pl.col("kwh") - pl.col("kwh_read")).abs() <= 1e-6 * pl.col("kwh").abs() + 1e-9
    fault = (
        pl.when(pl.col("kwh_read").is_null())
        .then(pl.lit("lost"))
        .when(pl.col("kwh").is_null())
        .then(pl.lit("made up"))
        .when(~near)
        .then(pl.lit("other value"))
        .when(pl.col("quality") != pl.col("quality_read"))
        .then(pl.lit("other quality"))
        .otherwise(pl.lit(""))
    )
    return pairs.with_columns(fault.alias("fault")).filter(pl.col("fault") != "")


def shown(reading, wrong):
    codes = reading.quarantined.group_by("code").agg(pl.col("values").sum()).rows()
    counts = wrong["fault"].value_counts().rows()
    return f"{counts}; quarantined {codes}; findings {[f.code for f in reading.findings]}"


def assert_whole(written, *, answers=None):
    """All that the file carries comes back; nothing else does; nothing is lost from sight."""
    reading = read(written, answers=written.answers if answers is None else answers)
    wrong = beside(written.truth, reading.accepted)
    assert wrong.is_empty(), shown(reading, wrong)
    assert reading.accepted.select(KEY).is_unique().all()
    return reading


def assert_accounted(written, reading, *, parts=1):
    held = reading.accepted.height * parts + int(reading.quarantined["values"].sum())
    assert held == written.readings


def assert_never_wrong(written, reading):
    """Without its answers a file may be asked about; what is accepted is right all the same."""
    wrong = beside(written.truth, reading.accepted).filter(pl.col("fault") != "lost")
    assert wrong.is_empty(), shown(reading, wrong)
    asked = set(reading.quarantined["code"])
    assert asked <= written.asks | CANNOT_TELL, asked
