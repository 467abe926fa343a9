"""Numbers that a file states and the numbers themselves deny."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import polars as pl
import pytest

from characterise.extracts import read_extract, replay_rows
from characterise.extracts.mapping import mapping_of

MPAN = "1200023305967"
TIMES = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30)]


def read(text, **answers):
    return read_extract(text.encode(), "extract.csv", mapping=mapping_of(answers))


def wide(values, *, days=4, unit="kWh", total=None, total_name="Total kWh", month=1):
    head = ["MPAN", "Unit", "Date", *TIMES, *([total_name] if total is not None else [])]
    rows = [
        [MPAN, unit, f"{n + 10:02d}/{month:02d}/2025", *map(str, values)]
        + ([str(total)] if total is not None else [])
        for n in range(days)
    ]
    return "\n".join(",".join(row) for row in (head, *rows)) + "\n"


def codes(reading):
    return reading.quarantined["code"].unique().to_list()


def test_kw_under_a_heading_of_kwh_is_asked_about_where_the_days_total_denies_it():
    reading = read(wide([2.0] * 48, total=48.0))
    assert reading.accepted.is_empty()
    assert codes(reading) == ["unit_contradicted"]
    answered = replay_rows(reading.quarantined, mapping_of({"unit": "kW"}))
    assert answered.quarantined.is_empty()
    assert answered.accepted["kwh"].unique().to_list() == [1.0]
    stands = replay_rows(reading.quarantined, mapping_of({"unit": "kWh"}))
    assert stands.accepted["kwh"].unique().to_list() == [2.0]


def test_a_total_that_agrees_raises_nothing():
    assert read(wide([2.0] * 48, total=96.0)).accepted.height == 192


@pytest.mark.parametrize(("total", "kwh"), [(96.0, 2.0), (48.0, 1.0), (0.096, 0.002)])
def test_a_total_in_kwh_says_the_unit_that_nothing_else_says(total, kwh):
    reading = read(wide([2.0] * 48, unit="", total=total))
    assert codes(reading) == []
    assert reading.accepted["kwh"].unique().to_list() == pytest.approx([kwh])


def test_a_total_without_a_unit_says_nothing_of_the_unit():
    reading = read(wide([2.0] * 48, unit="", total=96.0, total_name="Total"))
    assert codes(reading) == ["unit_unknown"]


@pytest.mark.parametrize("filler", ["9999999", "9,999,999", "9999", "99999.9"])
def test_a_filler_of_nines_is_held_back_alone(filler):
    text = wide([1.5] * 47 + [f'"{filler}"'])
    reading = read(text)
    assert codes(reading) == ["value_implausible"]
    assert reading.accepted.height == 4 * 47
    assert replay_rows(reading.quarantined, mapping_of({})).accepted.is_empty()


def test_a_large_site_and_a_lone_peak_are_no_fillers():
    assert read(wide([9000.0] * 48)).accepted.height == 192
    assert read(wide([1.0] * 47 + [120.0])).accepted.height == 192


def test_more_than_any_connection_gives_is_held_back_even_alone():
    reading = read(f"MPAN,Start (UTC),kWh\n{MPAN},10/01/2025 00:00,600001\n")
    assert codes(reading) == ["value_implausible"]


def both_sides(imported, exported, nights=20):
    rows = ["MPAN,Start (UTC),Import kWh,Export kWh"]
    start = dt.datetime(2025, 6, 1)
    for n in range(nights * 48):
        at = start + dt.timedelta(minutes=30 * n)
        lit = 5 <= at.hour < 20
        rows.append(f"{MPAN},{at:%Y-%m-%d %H:%M},{imported(lit)},{exported(lit)}")
    return "\n".join(rows) + "\n"


def test_export_that_runs_at_night_beside_import_that_stands_looks_swapped():
    text = both_sides(lambda lit: 2 if lit else 0, lambda lit: 0 if lit else 0.3)
    reading = read(text)
    assert "sides_look_swapped" in [found.code for found in reading.findings]
    right = read(text, swap="true")
    assert "sides_look_swapped" not in [found.code for found in right.findings]
    night = right.accepted.filter(pl.col("ts_utc").dt.hour() == 0)
    used = dict(night.group_by("quantity").agg(pl.sum("kwh")).rows())
    assert used["AI"] > 0
    assert used["AE"] == 0


def test_panels_the_right_way_round_raise_nothing():
    text = both_sides(lambda lit: 0 if lit else 0.3, lambda lit: 2 if lit else 0)
    assert "sides_look_swapped" not in [found.code for found in read(text).findings]


def test_a_row_of_47_values_does_not_say_which_is_missing():
    text = wide([1.5] * 47)
    reading = read(text)
    assert codes(reading) == ["day_incomplete"]
    assert reading.quarantined["values"].sum() == 4 * 47


def test_an_empty_cell_among_48_is_one_missing_half_hour():
    reading = read(wide([1.5] * 20 + [""] + [1.5] * 27))
    assert reading.accepted.height == 4 * 47
    assert "blank_readings" in [found.code for found in reading.findings]


def test_a_cell_too_many_leaves_the_row_aside():
    reading = read(wide([1.5] * 49))
    assert codes(reading) == ["row_misaligned"]


def test_a_d0036_day_of_47_advances_is_held_back_whole():
    def day(date, n):
        return [f"102|{date}|", *["103|A|1.5|"] * n]

    rows = ["101|1200023305967|AI|SUPP|", *day("20250114", 48), *day("20250115", 47)]
    reading = read("\n".join(rows) + "\n")
    assert reading.accepted.height == 48
    assert codes(reading) == ["day_incomplete"]


def test_formulas_without_a_saved_result_are_no_blanks():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["MPAN", "Unit", "Date", *TIMES])
    sheet.append([MPAN, "kWh", dt.date(2025, 1, 10), *[1.5] * 47, "=1+0.5"])
    stream = io.BytesIO()
    book.save(stream)
    reading = read_extract(stream.getvalue(), "formulas.xlsx")
    assert codes(reading) == ["formula_unread"]
    assert reading.accepted.height == 47


def test_formulas_in_text_are_no_numbers_and_quoted_numbers_are():
    reading = read(wide(["=SUM(A1:B1)", '="2.5"', *[1.5] * 46]))
    assert codes(reading) == ["formula_unread"]
    assert reading.accepted["kwh"].max() == 2.5


def test_bytes_that_are_no_text_are_refused_in_one_sentence():
    noise = bytes(range(256)) * 40
    reading = read_extract(noise, "binary.csv")
    assert [found.because for found in reading.findings] == [
        "The file is binary, not text; export it as CSV or XLSX."
    ]
