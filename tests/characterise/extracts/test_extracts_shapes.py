"""Tables that no folder of samples holds: what the content says is enough, or one question is."""

from __future__ import annotations

import datetime as dt
import io
import json

import openpyxl
import polars as pl
import pytest

from characterise.extracts import read_extract
from characterise.extracts.mapping import mapping_of

ONE, OTHER = "1200023305967", "1090006810343"
DAYS = [dt.date(2025, 6, 1) + dt.timedelta(days=n) for n in range(4)]
TIMES = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30)]
STAMPS = [f"{day:%d/%m/%Y} {time}" for day in DAYS for time in TIMES]


def read(text, **answers):
    return read_extract(text.encode(), "extract.csv", mapping=mapping_of(answers))


def totals(reading):
    rows = reading.accepted.group_by("meter_point_id", "quantity").agg(pl.len(), pl.sum("kwh"))
    return {(m, q): (n, round(kwh, 3)) for m, q, n, kwh in rows.rows()}


def lines(*rows):
    return "\n".join(rows) + "\n"


def test_a_column_may_be_named_by_its_meter():
    rows = [f"{stamp},{n % 7}.5,{n % 5}.25" for n, stamp in enumerate(STAMPS)]
    reading = read(lines(f"Start (UTC),{ONE},{OTHER} kWh", *rows), unit="kWh")
    assert totals(reading) == {
        (ONE, "AI"): (192, sum(n % 7 + 0.5 for n in range(192))),
        (OTHER, "AI"): (192, sum(n % 5 + 0.25 for n in range(192))),
    }


def test_columns_of_one_quantity_are_meters_of_their_own_and_are_asked_about_by_name():
    rows = [f"{stamp},{n % 7}.5,{n % 5}.25" for n, stamp in enumerate(STAMPS)]
    text = lines("Start (UTC),Main Building kWh,Sports Hall kWh", *rows)
    reading = read(text)
    assert reading.accepted.is_empty()
    assert reading.quarantined["code"].unique().to_list() == ["meter_point_unknown"]
    named = {"Main Building": ONE, "Sports Hall": OTHER}
    assert {point for point, _ in totals(read(text, meter_points=named))} == {ONE, OTHER}


def test_days_across_the_top_are_stood_up():
    head = "Time," + ",".join(f"{day:%d/%m/%Y}" for day in DAYS)
    rows = [f"{time}," + ",".join(f"{n}.5" for n in range(4)) for time in TIMES]
    reading = read(lines(f"MPAN {ONE} in kWh", head, *rows), clock="local")
    by_day = reading.accepted.with_columns(
        pl.col("ts_utc").dt.convert_time_zone("Europe/London").dt.date().alias("day")
    )
    sums = by_day.group_by("day").agg(pl.sum("kwh")).sort("day").rows()
    assert sums == [(day, 48 * (n + 0.5)) for n, day in enumerate(DAYS)]
    assert "days_across" in [found.code for found in reading.findings]


def test_a_header_of_two_rows_names_each_meter_and_quantity():
    rows = [f"{stamp},{n % 7},0.5,{n % 5},0.25" for n, stamp in enumerate(STAMPS)]
    head = [f"MPAN,{ONE},,{OTHER},", "Start (UTC),Import kWh,Export kWh,Import kWh,Export kWh"]
    assert totals(read(lines(*head, *rows))) == {
        (ONE, "AI"): (192, sum(n % 7 for n in range(192))),
        (ONE, "AE"): (192, 96.0),
        (OTHER, "AI"): (192, sum(n % 5 for n in range(192))),
        (OTHER, "AE"): (192, 48.0),
    }


def test_tables_under_one_another_keep_the_meter_named_above_each():
    parts = [
        lines(
            f"MPAN,{point}",
            "Date,Units," + ",".join(TIMES),
            *(f"{day:%d/%m/%Y},kWh," + ",".join([value] * 48) for day in DAYS),
        )
        for point, value in ((ONE, "1.5"), (OTHER, "0.5"))
    ]
    reading = read("\n".join(parts), clock="UTC")
    assert totals(reading) == {(ONE, "AI"): (192, 288.0), (OTHER, "AI"): (192, 96.0)}


def test_words_in_no_language_we_know_leave_the_content_to_decide():
    rows = [
        f"{ONE};{stamp.split()[0].replace('/', '.')};{stamp.split()[1]};0,25" for stamp in STAMPS
    ]
    reading = read(
        lines("Zaehlpunkt;Datum;Uhrzeit;Verbrauch", *rows), side="start", clock="UTC", unit="kWh"
    )
    assert totals(reading) == {(ONE, "AI"): (192, 48.0)}


@pytest.mark.parametrize("nested", [False, True])
def test_records_of_an_interface_are_a_table(nested):
    records = [
        {
            "consumption": n / 10,
            "interval_start": f"2025-06-01T{time}:00+01:00",
            "interval_end": f"2025-06-01T{TIMES[(n + 1) % 48]}:00+01:00",
        }
        for n, time in enumerate(TIMES)
    ]
    held = {"count": 48, "next": None, "results": records} if nested else records
    reading = read(json.dumps(held), unit="kWh", meter_point=ONE)
    assert totals(reading) == {(ONE, "AI"): (48, round(sum(n / 10 for n in range(48)), 3))}
    assert reading.accepted["ts_utc"].min() == dt.datetime(2025, 5, 31, 23, tzinfo=dt.UTC)


def test_pairs_of_a_moment_and_a_value_are_a_table():
    first = int(dt.datetime(2025, 6, 1, tzinfo=dt.UTC).timestamp())
    held = {"units": "kWh", "data": [[first + 1800 * n, 0.5] for n in range(96)]}
    reading = read(json.dumps(held), meter_point=ONE, side="start")
    assert totals(reading) == {(ONE, "AI"): (96, 48.0)}


def test_a_register_that_only_rises_is_named_as_such():
    rows = [f"{ONE},{stamp},{1000 + n / 2}" for n, stamp in enumerate(STAMPS)]
    reading = read(lines("MPAN,Read time (UTC),Register kWh", *rows))
    assert [found.code for found in reading.findings] == ["cumulative_register"]


def test_a_sheet_borrows_the_clock_that_its_sister_shows():
    book = openpyxl.Workbook()
    book.remove(book.active)
    # Only March has a day that local clocks change on: it shows what June cannot.
    for title, first, n_days in (("March", dt.date(2025, 3, 28), 4), ("June", DAYS[0], 4)):
        sheet = book.create_sheet(title)
        sheet.append(["MPAN", "Unit", "Date", *TIMES])
        for n in range(n_days):
            day = first + dt.timedelta(days=n)
            gone = day == dt.date(2025, 3, 30)
            values = [None if gone and slot in (2, 3) else 1.0 for slot in range(48)]
            sheet.append([ONE, "kWh", day, *values])
    stream = io.BytesIO()
    book.save(stream)
    reading = read_extract(stream.getvalue(), "months.xlsx")
    assert reading.quarantined.is_empty()
    assert reading.accepted.height == 8 * 48 - 2


def test_two_figure_years_that_come_first_are_read_by_the_days_they_make():
    rows = [f"{ONE},kWh,19-08-{day:02d}," + ",".join(["1"] * 48) for day in range(20, 27)]
    reading = read(lines("MPAN,Unit,Date," + ",".join(TIMES), *rows), clock="UTC")
    days = reading.accepted["ts_utc"].dt.date().unique().sort().to_list()
    assert days == [dt.date(2019, 8, day) for day in range(20, 27)]
