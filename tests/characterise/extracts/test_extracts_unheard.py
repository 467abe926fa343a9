"""Layouts that no folder holds: read whole where they say all, asked about where they do not."""

from __future__ import annotations

import polars as pl
import pytest
from layout_styles import AUTUMN, SPRING, SUMMER, channels_on
from round_trips import beside, shown

from characterise.extracts import read_extract
from characterise.extracts.mapping import mapping_of
from characterise.simulate.layouts import UNHEARD, register_readings
from characterise.simulate.timeline import timeline


def written_on(name, span):
    time = timeline(*span)
    return UNHEARD[name](channels_on(time, ["AI", "AE", "RI"], points=2, gaps=0.03), time)


@pytest.mark.parametrize("span", [SPRING, AUTUMN, SUMMER], ids=["spring", "autumn", "summer"])
@pytest.mark.parametrize("name", sorted(UNHEARD))
def test_a_layout_nobody_listed_comes_back_whole(name, span):
    written = written_on(name, span)
    mapping = mapping_of(dict(written.answers))
    reading = read_extract(written.data, written.name, mapping=mapping)
    wrong = beside(written.truth, reading.accepted)
    assert wrong.is_empty(), shown(reading, wrong)


@pytest.mark.parametrize("span", [SPRING, AUTUMN, SUMMER], ids=["spring", "autumn", "summer"])
@pytest.mark.parametrize("name", sorted(UNHEARD))
def test_a_layout_nobody_listed_is_never_read_wrongly(name, span):
    written = written_on(name, span)
    reading = read_extract(written.data, written.name)
    wrong = beside(written.truth, reading.accepted).filter(pl.col("fault") != "lost")
    assert wrong.is_empty(), shown(reading, wrong)
    assert reading.accepted.height or reading.quarantined.height or reading.findings


@pytest.mark.parametrize("span", [SPRING, SUMMER], ids=["spring", "summer"])
def test_what_a_register_showed_is_not_taken_for_what_was_used(span):
    time = timeline(*span)
    written = register_readings(channels_on(time, ["AI"]), time)
    reading = read_extract(written.data, written.name)
    assert reading.accepted.is_empty()
    assert reading.quarantined.height or reading.findings
