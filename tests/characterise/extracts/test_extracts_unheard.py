"""Layouts that no folder holds: read whole where they say all, asked about where they do not."""

from __future__ import annotations

import polars as pl
import pytest
from layout_styles import AUTUMN, SPRING, SUMMER, channels_on

from characterise.extracts import read_extract
from characterise.extracts.mapping import mapping_of
from characterise.simulate.layouts import UNHEARD, register_readings
from characterise.simulate.timeline import timeline

KEY = ["meter_point_id", "quantity", "ts_utc"]


def written_on(name, span):
    time = timeline(*span)
    return UNHEARD[name](channels_on(time, ["AI", "AE", "RI"], points=2, gaps=0.03), time)


def pairs_of(written, reading):
    read = reading.accepted.with_columns(pl.col("kwh").cast(pl.Float64))
    pairs = written.truth.join(read, on=KEY, how="full", coalesce=True, suffix="_read")
    near = (pl.col("kwh") - pl.col("kwh_read")).abs() <= 1e-6 * pl.col("kwh").abs() + 1e-9
    return pairs.with_columns(same=(near & (pl.col("quality") == pl.col("quality_read"))))


def told(reading):
    codes = reading.quarantined.group_by("code").agg(pl.col("values").sum()).rows()
    return f"{reading.accepted.height} accepted; {codes}; {[f.code for f in reading.findings]}"


@pytest.mark.parametrize("span", [SPRING, AUTUMN, SUMMER], ids=["spring", "autumn", "summer"])
@pytest.mark.parametrize("name", sorted(UNHEARD))
def test_a_layout_nobody_listed_comes_back_whole(name, span):
    written = written_on(name, span)
    mapping = mapping_of(dict(written.answers))
    reading = read_extract(written.data, written.name, mapping=mapping)
    pairs = pairs_of(written, reading)
    assert pairs["same"].fill_null(value=False).all(), told(reading)


@pytest.mark.parametrize("span", [SPRING, AUTUMN, SUMMER], ids=["spring", "autumn", "summer"])
@pytest.mark.parametrize("name", sorted(UNHEARD))
def test_a_layout_nobody_listed_is_never_read_wrongly(name, span):
    written = written_on(name, span)
    reading = read_extract(written.data, written.name)
    wrong = pairs_of(written, reading).filter(
        pl.col("kwh_read").is_not_null() & ~pl.col("same").fill_null(value=False)
    )
    assert wrong.is_empty(), f"{wrong.height} wrong; {told(reading)}"
    assert reading.accepted.height or reading.quarantined.height or reading.findings


@pytest.mark.parametrize("span", [SPRING, SUMMER], ids=["spring", "summer"])
def test_what_a_register_showed_is_not_taken_for_what_was_used(span):
    time = timeline(*span)
    written = register_readings(channels_on(time, ["AI"]), time)
    reading = read_extract(written.data, written.name)
    assert reading.accepted.is_empty(), told(reading)
    assert reading.quarantined.height or reading.findings
