"""The 75 supplier feeds of the catalogue: a file from each description is read back whole.

An importer's description says what a file looks like, so the file is written from it and nothing
else: its header, date format, order and number of rows above. A gas feed holds MPRNs, which are
no MPANs, and cubic metres; whatever it calls its unit, no reading of it may be taken for
electricity. Where a column names the fuel, the row is electricity or gas as it says.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from catalogue_feeds import Feed, feed_of
from catalogue_files import write_feed

from characterise.extracts import read_extract
from characterise.extracts.mapping import mapping_of
from characterise.simulate.channel import Channel
from characterise.simulate.identifiers import fictional
from characterise.simulate.layouts.written import truth_of
from characterise.simulate.timeline import timeline

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("FMAR_DATA", ROOT.parent / "shared" / "data")) / "extracts"
CATALOGUE = FOLDER / "energy_sparks_supplier_layout_catalogue.json"
HELD = json.loads(CATALOGUE.read_text()) if CATALOGUE.is_file() else []
FEEDS = [feed_of(number, held, HELD) for number, held in enumerate(HELD)]
QUESTIONS = {
    "unit_unknown",
    "side_unknown",
    "clock_unknown",
    "meter_point_unknown",
    "day_unknown",
}
MPAN, MPRN, SERIAL = fictional("12", 75), "9312345607", "E12BG00001"
WEEK = timeline(dt.date(2025, 1, 13), 5)
"""In winter UTC and British clocks agree, so a feed need not say which it keeps."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not HELD, reason=f"needs the catalogue of feeds: none at {CATALOGUE}"),
]


def named(feed):
    return f"{feed.number}-{feed.title[:24]}" if feed else "none"


def channel_of(feed, ident=MPAN):
    rng = np.random.default_rng(feed.number)
    kwh = np.round(rng.gamma(1.5, 2.0, WEEK.n) + 0.01, 3)
    kwh[60:64] = np.nan
    return Channel(ident, "AI", kwh, rng.random(WEEK.n) < 0.1)


def feed_asks(feed):
    """A row with a whole day that is named by a stamp does not say which side of it the day is."""
    return {"day_unknown"} if not feed.long and "stamp" in feed.date.lower() else set()


def answers_of(feed):
    answers = {"unit": "kWh"}
    if feed.long:
        answers["side"] = feed.side or "start"
    if "day_unknown" in feed_asks(feed):
        answers["day"] = "closes" if feed.delayed else "opens"
    if not feed.ident:
        answers["meter_point"] = f"serial:{SERIAL}" if feed.serial else MPAN
    return answers


def truth_for(feed, channel):
    point = channel if feed.ident or not feed.serial else replace(channel, ident=SERIAL)
    everything = np.ones(WEEK.n, dtype=bool)
    flagged = [channel.estimated] if feed.flags else None
    return truth_of([point], WEEK, [everything], [channel.kwh], flagged)


def wrong_with(truth, accepted):
    keys = ["meter_point_id", "quantity", "ts_utc"]
    read = accepted.with_columns(pl.col("kwh").cast(pl.Float64))
    pairs = truth.join(read, on=keys, how="full", coalesce=True, suffix="_read")
    near = (pl.col("kwh") - pl.col("kwh_read")).abs() <= 1e-6 * pl.col("kwh").abs()
    same = near & (pl.col("quality") == pl.col("quality_read"))
    return pairs.filter(~same.fill_null(value=False))


def told(reading, wrong):
    codes = reading.quarantined.group_by("code").agg(pl.col("values").sum()).rows()
    return f"{wrong.height} wrong; {codes}; {[(f.code, f.because) for f in reading.findings]}"


ELECTRIC = [feed for feed in FEEDS if feed and not feed.gas]
GAS = [feed for feed in FEEDS if feed and feed.gas]


def test_every_description_gives_a_file():
    assert len(HELD) == 75
    assert [number for number, feed in enumerate(FEEDS) if feed is None] == []
    assert all(feed.long or len(feed.values) in (48, 50) for feed in FEEDS)
    assert len(GAS) == 6


@pytest.mark.parametrize("feed", ELECTRIC, ids=named)
def test_a_feed_with_its_answers_comes_back_whole(feed: Feed):
    channel = channel_of(feed)
    feed = replace(feed, delayed=False)
    data = write_feed(feed, channel, WEEK)
    reading = read_extract(data, "feed.csv", mapping=mapping_of(answers_of(feed)))
    wrong = wrong_with(truth_for(feed, channel), reading.accepted)
    assert wrong.is_empty(), told(reading, wrong)
    assert reading.quarantined.is_empty()


@pytest.mark.parametrize("feed", ELECTRIC, ids=named)
def test_a_feed_without_answers_is_right_or_asks(feed: Feed):
    channel = channel_of(feed)
    reading = read_extract(write_feed(replace(feed, delayed=False), channel, WEEK), "feed.csv")
    truth = truth_for(feed, channel)
    wrong = wrong_with(truth, reading.accepted).filter(pl.col("kwh_read").is_not_null())
    assert wrong.is_empty(), told(reading, wrong)
    assert set(reading.quarantined["code"]) <= QUESTIONS, told(reading, wrong)
    held = reading.accepted.height + int(reading.quarantined["values"].sum())
    assert held == int(channel.read.sum()), told(reading, wrong)


@pytest.mark.parametrize("unit", ["m3", "kWh"])
@pytest.mark.parametrize("feed", GAS, ids=named)
def test_gas_is_never_taken_for_electricity(feed: Feed, unit: str):
    data = write_feed(feed, channel_of(feed, MPRN), WEEK, unit=unit)
    for answers in ({}, answers_of(feed)):
        reading = read_extract(data, "feed.csv", mapping=mapping_of(answers))
        assert reading.accepted.is_empty(), reading.accepted.head(3)
        assert reading.quarantined.height or reading.findings


FUELLED = [feed for feed in ELECTRIC if feed.fuel]


@pytest.mark.parametrize("feed", FUELLED, ids=named)
def test_a_column_that_says_gas_is_believed(feed: Feed):
    data = write_feed(feed, channel_of(feed), WEEK, unit="m3")
    reading = read_extract(data, "feed.csv", mapping=mapping_of(answers_of(feed)))
    assert reading.accepted.is_empty()
    assert set(reading.quarantined["code"]) == {"not_electricity"}


DELAYED = [feed for feed in ELECTRIC if feed.delayed]


@pytest.mark.parametrize("feed", DELAYED, ids=named)
def test_a_feed_dated_the_day_after_is_not_read_a_day_late(feed: Feed):
    """The stamp of a row closes the day that its columns describe."""
    channel = channel_of(feed)
    data = write_feed(feed, channel, WEEK)
    reading = read_extract(data, "feed.csv", mapping=mapping_of(answers_of(feed)))
    wrong = wrong_with(truth_for(feed, channel), reading.accepted)
    wrong = wrong.filter(pl.col("kwh_read").is_not_null())
    assert wrong.is_empty(), told(reading, wrong)
