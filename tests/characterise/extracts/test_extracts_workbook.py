"""Workbooks: typed cells, deep headers, sheets of quantities, colours that mean a status."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from characterise.extracts import read_extract

MPAN = "1200023305967"
GREEN, YELLOW = PatternFill("solid", fgColor="FF90EE90"), PatternFill("solid", fgColor="FFFDFD96")


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def pivot(book, title, code, fills):
    sheet = book.create_sheet(title)
    sheet.append(["MeasurementQuantityId", code])
    sheet.append([])
    sheet.append(["Mpan", "Settlement Date", *map(str, range(1, 51)), "Grand Total"])
    sheet.append([MPAN, dt.datetime(2025, 1, 15), *range(1, 49), None, None, "1176.0"])
    for column, fill in enumerate(fills, start=3):
        sheet.cell(4, column).fill = fill


@pytest.fixture
def book():
    made = openpyxl.Workbook()
    made.remove(made.active)
    return made


def test_colours_of_a_legend_are_read_statuses(book):
    pivot(book, "AI - Half Hourly", "AI", [GREEN, YELLOW, *[GREEN] * 46])
    legend = book.create_sheet("Legend")
    for line, (fill, words) in enumerate(
        [(GREEN, "Actual Read"), (YELLOW, "Estimated Read")], start=1
    ):
        legend.cell(line, 1).fill = fill
        legend.cell(line, 2).value = words
    reading = read_extract(saved(book), "pivot.xlsx")
    shown = reading.accepted.select("kwh", "quality").rows()[:3]
    assert shown == [(1, "actual"), (2, "estimated"), (3, "actual")]
    assert reading.accepted.height == 48


def test_each_sheet_keeps_its_own_quantity(book):
    for code in ("AI", "RE"):
        pivot(book, f"{code} - Half Hourly", code, [])
    reading = read_extract(saved(book), "pivot.xlsx")
    assert reading.accepted["quantity"].value_counts().sort("quantity").rows() == [
        ("AI", 48),
        ("RE", 48),
    ]


def test_times_and_numbers_in_typed_cells(book):
    sheet = book.create_sheet("Data")
    times = [(dt.datetime(1900, 1, 1) + dt.timedelta(minutes=30 * n)).time() for n in range(48)]
    sheet.append(["MPAN", "Date", "Unit", *times])
    sheet.append([int(MPAN), dt.date(2025, 1, 15), "kWh", *[0.25] * 48])
    reading = read_extract(saved(book), "typed.xlsx")
    assert reading.quarantined.is_empty()
    assert reading.accepted["meter_point_id"].unique().to_list() == [MPAN]
    assert reading.accepted["kwh"].to_list() == [0.25] * 48


def test_a_damaged_workbook_is_a_finding(book):
    pivot(book, "AI", "AI", [])
    data = saved(book)
    reading = read_extract(data[: len(data) // 2], "cut.xlsx")
    assert [finding.code for finding in reading.findings] == ["not_readable"]


def test_a_sheet_without_readings_does_not_hide_the_other(book):
    book.create_sheet("Cover").append(["Prepared for", "A council"])
    pivot(book, "AI", "AI", [])
    reading = read_extract(saved(book), "cover.xlsx")
    assert reading.accepted.height == 48
    assert "not_meter_data" in [finding.code for finding in reading.findings]
