"""Round trips over clock changes: what was written comes back at the half-hour it belongs to."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from characterise.extracts import read_extract
from characterise.extracts.mapping import mapping_of
from characterise.settlement import LONDON, period_start, periods_in_day, zone_of

MPAN = "1200023305967"
SPRING, AUTUMN = dt.date(2025, 3, 30), dt.date(2025, 10, 26)
HALF = dt.timedelta(minutes=30)
DAYS = st.one_of(
    st.integers(-4, 4).map(lambda n: SPRING + dt.timedelta(days=n)),
    st.integers(-4, 4).map(lambda n: AUTUMN + dt.timedelta(days=n)),
    st.dates(dt.date(2019, 1, 1), dt.date(2026, 11, 1)),
)


def half_hours(first, n_days):
    """UTC starts of whole local days."""
    return [
        period_start(day, period)
        for day in (first + dt.timedelta(days=n) for n in range(n_days))
        for period in range(1, periods_in_day(day) + 1)
    ]


def value_of(start):
    return round((start.timestamp() // 1800) % 9973 / 100 + 0.01, 2)


def truth(starts):
    return [(start, pytest.approx(value_of(start), rel=1e-5)) for start in starts]


def held(reading):
    return reading.accepted.select("ts_utc", "kwh").sort("ts_utc").rows()


def wide_periods(first, n_days):
    lines = ["MPAN,Settlement Date," + ",".join(map(str, range(1, 51))) + ",Total kWh"]
    for day in (first + dt.timedelta(days=n) for n in range(n_days)):
        cells = [f"{value_of(period_start(day, p))}" for p in range(1, periods_in_day(day) + 1)]
        cells += [""] * (50 - len(cells))
        lines.append(f"{MPAN},{day:%d/%m/%Y},{','.join(cells)},1")
    return ("\n".join(lines) + "\n").encode()


def long_file(starts, *, zone, end, header):
    lines = [header]
    for start in starts:
        shown = (start + (HALF if end else dt.timedelta())).astimezone(zone_of(zone))
        lines.append(f"{MPAN},{shown:%d/%m/%Y %H:%M},{value_of(start)}")
    return ("\n".join(lines) + "\n").encode()


@given(first=DAYS, n_days=st.integers(1, 5))
def test_settlement_periods_come_back_where_they_belong(first, n_days):
    reading = read_extract(wide_periods(first, n_days), "wide.csv")
    assert reading.quarantined.is_empty()
    assert held(reading) == truth(half_hours(first, n_days))


@given(
    first=DAYS,
    n_days=st.integers(1, 4),
    zone=st.sampled_from(["UTC", LONDON]),
    end=st.booleans(),
    backwards=st.booleans(),
)
def test_stamps_with_a_stated_side_and_clock_come_back(first, n_days, zone, end, backwards):
    starts = half_hours(first, n_days)
    shown = starts[::-1] if backwards else starts
    name = (
        f"{'Period End' if end else 'Period Start'} Date {'UTC' if zone == 'UTC' else 'local time'}"
    )
    data = long_file(shown, zone=zone, end=end, header=f"MPAN,{name},kWh")
    reading = read_extract(data, "long.csv")
    assert reading.quarantined.is_empty()
    assert held(reading) == truth(starts)


@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_local_stamps_over_a_clock_change_show_their_own_clock_and_side(day, end):
    starts = half_hours(day - dt.timedelta(days=1), 3)
    reading = read_extract(long_file(starts, zone=LONDON, end=end, header="MPAN,When,kWh"), "x.csv")
    settled = {found.what: found.value for _, found in reading.detections}
    assert (settled["clock"], settled["side"]) == (LONDON, "end" if end else "start")
    assert held(reading) == truth(starts)


def test_utc_stamps_over_the_spring_change_show_their_clock():
    first = dt.datetime(2025, 3, 29, tzinfo=dt.UTC)
    starts = [first + n * HALF for n in range(144)]
    reading = read_extract(
        long_file(starts, zone="UTC", end=False, header="MPAN,When,kWh"), "x.csv"
    )
    assert {found.value for _, found in reading.detections if found.what == "clock"} == {"UTC"}
    assert held(reading) == truth(starts)


def test_summer_days_without_a_word_about_their_clock_are_asked_about():
    first = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
    starts = [first + n * HALF for n in range(96)]
    data = long_file(starts, zone="UTC", end=False, header="MPAN,When,kWh")
    reading = read_extract(data, "x.csv")
    assert reading.accepted.is_empty()
    assert reading.quarantined["code"].unique().to_list() == ["clock_unknown"]
    answered = read_extract(data, "x.csv", mapping=mapping_of({"clock": "UTC"}))
    assert held(answered) == truth(starts)


def test_winter_days_need_no_clock():
    first = dt.datetime(2025, 1, 14, tzinfo=dt.UTC)
    starts = [first + n * HALF for n in range(96)]
    reading = read_extract(
        long_file(starts, zone="UTC", end=False, header="MPAN,When,kWh"), "x.csv"
    )
    assert held(reading) == truth(starts)


def test_a_fragment_does_not_show_its_side():
    first = dt.datetime(2025, 1, 14, 9, 30, tzinfo=dt.UTC)
    starts = [first + n * HALF for n in range(10)]
    data = long_file(starts, zone="UTC", end=False, header="MPAN,When,kWh")
    reading = read_extract(data, "x.csv")
    assert reading.quarantined["code"].unique().to_list() == ["side_unknown"]
    answered = read_extract(data, "x.csv", mapping=mapping_of({"side": "end"}))
    assert answered.accepted["ts_utc"].min() == first - HALF


def test_an_end_label_of_midnight_belongs_to_the_day_before():
    start = dt.datetime(2025, 1, 14, tzinfo=dt.UTC)
    starts = [start + n * HALF for n in range(48)]
    data = long_file(starts, zone="UTC", end=True, header="MPAN,When,kWh")
    assert b"15/01/2025 00:00" in data
    assert held(read_extract(data, "x.csv")) == truth(starts)


def test_dates_and_times_apart_close_the_day_with_midnight():
    lines = ["MPAN,Date,Time,kWh"]
    lines += [f"{MPAN},14/01/2025,{n // 2 % 24:02d}:{n % 2 * 30:02d},{n}" for n in range(1, 49)]
    reading = read_extract("\n".join([*lines, ""]).encode(), "x.csv")
    last = reading.accepted.sort("ts_utc").row(-1, named=True)
    assert (last["ts_utc"], last["kwh"]) == (dt.datetime(2025, 1, 14, 23, 30, tzinfo=dt.UTC), 48)


def test_end_labels_made_by_adding_half_an_hour_are_told_from_instants():
    lines = ["MPAN,Period End local time,kWh"]
    for start in half_hours(AUTUMN, 1):
        naive = start.astimezone(zone_of(LONDON)).replace(tzinfo=None) + HALF
        lines.append(f"{MPAN},{naive:%d/%m/%Y %H:%M},{value_of(start)}")
    reading = read_extract("\n".join([*lines, ""]).encode(), "x.csv")
    assert held(reading) == truth(half_hours(AUTUMN, 1))


def wide_walls(day, *, header_clock):
    """48 wall-time columns of one local day; on the long day the repeated hour is there once."""
    names = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
    cells = {}
    for start in half_hours(day, 1):
        local = start.astimezone(zone_of(LONDON))
        cells.setdefault(local.hour * 2 + local.minute // 30, value_of(start))
    row = ",".join(str(cells.get(slot, "")) for slot in range(48))
    return f"MPAN,{header_clock},Unit,{names}\n{MPAN},{day},kWh,{row}\n".encode()


def test_an_hour_that_comes_twice_and_stands_once_is_quarantined():
    reading = read_extract(wide_walls(AUTUMN, header_clock="Local Date (local time)"), "x.csv")
    assert reading.quarantined["code"].to_list() == ["repeated_hour_unknown"]
    assert reading.quarantined["half_hours"].sum() == 2
    assert reading.accepted.height == 46


def test_a_short_local_day_of_wall_times_has_46_half_hours():
    reading = read_extract(wide_walls(SPRING, header_clock="Date"), "x.csv")
    assert held(reading) == truth(half_hours(SPRING, 1))


def test_48_periods_on_a_short_day_are_a_utc_day():
    names = ",".join(f"kWh_{n}" for n in range(1, 49))
    row = ",".join(str(n) for n in range(1, 49))
    reading = read_extract(f"MPAN,Date,{names}\n{MPAN},30/03/2025,{row}\n".encode(), "x.csv")
    assert reading.accepted["ts_utc"].min() == dt.datetime(2025, 3, 30, tzinfo=dt.UTC)
    assert reading.accepted.height == 48


def _short_day_file(blank, *, labels, last=dt.date(2025, 3, 30), first=dt.date(2025, 3, 28)):
    """Days about the one that clocks go forward on, some of its cells blank; no word on clocks."""
    rows = [",".join(["MPAN", "Date", "Unit", *labels])]
    for n in range((last - first).days + 1):
        day = first + dt.timedelta(days=n)
        gone = blank if day == dt.date(2025, 3, 30) else ()
        cells = ["" if slot in gone else "1.5" for slot in range(48)]
        rows.append(",".join(["1200023305967", f"{day:%d/%m/%Y}", "kWh", *cells]))
    return "\n".join([*rows, ""]).encode()


STARTS = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30)]
ENDS = [f"{(m + 30) // 60 % 24:02d}:{(m + 30) % 60:02d}" for m in range(0, 1440, 30)]


def test_a_file_that_stops_an_hour_early_on_the_short_day_is_not_taken_for_local_periods():
    reading = read_extract(_short_day_file((46, 47), labels=STARTS), "stopped.csv")
    told = {found.what: found.value for _, found in reading.detections}
    assert "columns" not in told
    assert told["clock"] != "Europe/London"


def test_a_gap_on_the_short_day_moves_no_reading_of_a_file_that_says_no_clock():
    reading = read_extract(_short_day_file((1, 2), labels=ENDS), "gap.csv")
    assert (
        dt.datetime(2025, 3, 30, 0, 30, tzinfo=dt.UTC) not in reading.accepted["ts_utc"].to_list()
    )
    told = {found.what: found.value for _, found in reading.detections}
    assert told["clock"] == "UTC"


def test_periods_in_time_columns_are_still_seen_where_later_days_are_whole():
    data = _short_day_file((46, 47), labels=STARTS, last=dt.date(2025, 4, 2))
    reading = read_extract(data, "periods.csv")
    told = {found.what: found.value for _, found in reading.detections}
    assert told["columns"] == "periods in order"
    assert reading.accepted.height == 6 * 48 - 2


@pytest.mark.parametrize("zulu", ["Z", ""])
def test_a_fragment_of_the_own_reads_frame_is_stamped_by_its_starts(zulu):
    starts = half_hours(dt.date(2026, 6, 3), 1)[13:31]
    lines = ["mpan,ts_utc,import_kwh,export_kwh"]
    lines += [f"{MPAN},{start:%Y-%m-%dT%H:%M:%S}{zulu},{value_of(start)},0" for start in starts]

    reading = read_extract("\n".join(lines).encode(), "own.csv")

    imported = reading.accepted.filter(pl.col("quantity") == "AI")
    assert imported.select("ts_utc", "kwh").sort("ts_utc").rows() == truth(starts)
