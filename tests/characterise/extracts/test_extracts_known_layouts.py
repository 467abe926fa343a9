"""Layouts that a person can name, one by one: what each says is read where it says it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from layout_styles import (
    AUTUMN,
    SPRING,
    SUMMER,
    WINTER,
    channels_on,
)
from round_trips import assert_accounted, assert_never_wrong, assert_whole, read

from characterise.simulate.identifiers import fictional
from characterise.simulate.layouts import (
    BRITISH_GAS,
    EDF_PORTAL,
    QUALITY_CODES,
    Book,
    If021,
    Lead,
    Long,
    N3rgy,
    Octopus,
    StarkDf2,
    Text,
    Wide,
)
from characterise.simulate.timeline import timeline


@pytest.mark.parametrize("code", QUALITY_CODES)
def test_every_quality_code_of_if021_has_its_class(code):
    time = timeline(*WINTER)
    written = If021(codes=True).write(channels_on(time, ["AI"]), time)
    reading = assert_whole(written)
    place = QUALITY_CODES.index(code)
    derived = {"A1", "A2", "A3", "AAE1", "AAE2", "AAE3"}
    expected = "actual" if code == "A" else "derived" if code in derived else "estimated"
    assert reading.accepted.sort("ts_utc")["quality"][place] == expected


@pytest.mark.parametrize("span", [SPRING, AUTUMN, SUMMER, WINTER])
@pytest.mark.parametrize("style", [BRITISH_GAS, EDF_PORTAL], ids=["british gas", "edf portal"])
def test_known_suppliers_files_come_back(style, span):
    time = timeline(*span)
    quantities = ["AI"] if style is BRITISH_GAS else ["AI", "RI"]
    written = style.write(channels_on(time, quantities, points=2), time)
    assert_accounted(written, assert_whole(written))


@pytest.mark.parametrize("date_format", ["%d/%m/%Y", "%d/%m/%y", "%d-%b-%y", "%Y-%m-%d", "%Y%m%d"])
@pytest.mark.parametrize("columns", [48, 50])
def test_headerless_files_come_back(columns, date_format):
    time = timeline(*AUTUMN)
    style = replace(BRITISH_GAS, columns=columns, date_format=date_format)
    assert_whole(style.write(channels_on(time, ["AI"], points=2), time))


@pytest.mark.parametrize("span", [SPRING, AUTUMN, SUMMER])
@pytest.mark.parametrize("flags", ["none", "block"])
@pytest.mark.parametrize("columns", [48, 50])
def test_a_block_of_kvarh_is_reactive_and_never_added_to_the_kwh(columns, flags, span):
    time = timeline(*span)
    # The row's statuses stand for both of its blocks.
    pairs = channels_on(time, ["AI", "RI"], points=2)
    for place in (1, 3):
        pairs[place] = replace(pairs[place], estimated=pairs[place - 1].estimated)
    style = Wide(
        labels="kWh_1",
        columns=columns,
        date_name="ConsumptionDate",
        flags=flags,
        flag_name="UT{n}",
        reactive_block=True,
        lead=Lead(unit="none"),
    )
    written = style.write(pairs, time)
    assert_accounted(written, assert_whole(written))


@pytest.mark.parametrize("labels", ["00:00", "00:30 .. 24:00", "00:00 - 00:30", "H0030 .. H2400"])
@pytest.mark.parametrize("columns", [48, 50])
def test_wall_times_over_settlement_periods_are_seen_on_the_short_day(columns, labels):
    """Columns 47 and 48 stay empty on the short day, so the n-th column is the n-th half-hour."""
    time = timeline(*SPRING)
    style = Wide(labels=labels, columns=columns, change_days="period", lead=Lead())
    assert_whole(style.write(channels_on(time, ["AI"]), time))


def test_end_labels_that_are_local_instants_are_seen_on_the_short_day():
    """01:00 and 01:30 stay empty, 02:00 does not: the half-hour before it ends at 02:00."""
    time = timeline(*SPRING)
    style = Wide(labels="00:30 .. 24:00", columns=48, change_days="instant")
    assert_whole(style.write(channels_on(time, ["AI"]), time))


@pytest.mark.parametrize("span", [AUTUMN, SUMMER])
@pytest.mark.parametrize(("flags", "name"), [("after", "{label} Flag"), ("after", "Data Marker")])
def test_the_repeated_hours_own_columns_keep_their_flags(flags, name, span):
    time = timeline(*span)
    style = Wide(labels="00:30 .. 24:00", columns=50, flags=flags, flag_name=name)
    assert_whole(style.write(channels_on(time, ["AI"]), time))


@pytest.mark.parametrize("span", [SPRING, AUTUMN, SUMMER])
def test_words_about_clocks_are_read_whole(span):
    time = timeline(*span)
    note = Text(quoted=True)
    style = Wide(labels="00:00", columns=48, clock="utc", date_name="Date", text=note)
    written = style.write(channels_on(time, ["AI"]), time)
    above = b'"All times are in UTC (no daylight saving)"\n'
    assert_whole(replace(written, data=above + written.data), answers={})


def test_a_pivot_that_names_each_meter_point_once_comes_back():
    time = timeline(*WINTER)
    style = Book(shape="pivot", named_once=True)
    assert_whole(style.write(channels_on(time, ["AI"], points=3), time))


def test_sheets_named_by_their_meter_point_come_back():
    time = timeline(*WINTER)
    style = Book(sheets="by_point", lead=Lead(ident="", quantity="code"))
    assert_whole(style.write(channels_on(time, ["AI"], points=3), time))


def test_stark_df2_knows_the_unit_of_its_reactive_channels():
    time = timeline(*WINTER)
    assert_whole(StarkDf2().write(channels_on(time, ["AI", "RI"]), time))


def test_serial_numbers_are_kept_as_serial_numbers():
    time = timeline(*WINTER)
    (one,) = channels_on(time, ["AI"])
    style = Wide(labels="00:00", columns=48, lead=Lead(ident="Meter Serial Number"))
    assert_whole(style.write([replace(one, ident="K0229111D6")], time))


def test_the_one_mpan_above_a_table_names_its_rows():
    time = timeline(*WINTER)
    style = Wide(above=4, lead=Lead(ident="", ident_above=True))
    assert_whole(style.write(channels_on(time, ["AI"]), time))


@pytest.mark.parametrize("unit_word", ["kWh", "Wh", "MWh", "kW", "MW"])
@pytest.mark.parametrize("where", ["column", "header", "above"])
def test_units_are_found_wherever_a_file_says_them(where, unit_word):
    time = timeline(*WINTER)
    lead = Lead(unit=where, unit_word=unit_word, decimals=6)
    style = Wide(labels="00:00", columns=48, total="before", above=3, lead=lead)
    assert_whole(style.write(channels_on(time, ["AI"]), time))


UNSAID = {
    "unit_unknown": Wide(labels="HH1", columns=50, lead=Lead(unit="none")),
    "clock_unknown": Wide(labels="00:00", columns=48, date_name="Date"),
    "side_unknown": Long(name="ReadDatetime (UTC)", side="start"),
    "meter_point_unknown": Octopus(),
}


@pytest.mark.parametrize("code", sorted(UNSAID))
def test_a_file_that_leaves_one_thing_unsaid_asks_one_question_and_its_answer_settles_it(code):
    time = timeline(*SUMMER)
    channels = channels_on(time, ["AI"])
    if code == "side_unknown":
        # Cut off the midnights at both ends: no run of rows shows the side.
        kwh = channels[0].kwh.copy()
        kwh[:20] = kwh[-20:] = np.nan
        channels = [replace(channels[0], kwh=kwh)]
    written = UNSAID[code].write(channels, time)
    assert written.asks == {code}
    reading = read(written)
    assert reading.accepted.is_empty()
    assert set(reading.quarantined["code"]) == {code}
    assert len(set(reading.quarantined["fix"])) == 1
    assert_whole(written)


def test_a_column_of_watts_is_believed():
    time = timeline(*WINTER)
    style = Wide(labels="00:00", columns=48, lead=Lead(unit_word="W", decimals=0))
    assert_whole(style.write(channels_on(time, ["AI"]), time))


@pytest.mark.parametrize("name", ["MQ", "Flow", ""])
def test_export_is_never_taken_for_import_because_of_its_columns_name(name):
    time = timeline(*WINTER)
    style = Wide(lead=Lead(quantity="word", quantity_name=name))
    assert_whole(style.write(channels_on(time, ["AE"]), time))


FLAGGED = [
    ("after", "{label} Flag"),
    ("after", "Type"),
    ("after", "DQ Flag"),
    ("after", "Data Marker"),
    ("after", "Estimated / Actual {label}"),
    ("before", "ReadType{label}"),
    ("before", "{label}_indicator"),
    ("before", "Read Type"),
    ("block", "UT{n}"),
    ("block", "{label}_Act_Est"),
    ("row", "Read Type"),
    ("row", "colStatuskwh"),
    ("row", "Actual or Estimate"),
]


@pytest.mark.parametrize("words", [("A", "E", ""), ("Actual", "Estimated", "-")], ids=repr)
@pytest.mark.parametrize(
    "labels", ["HH1", "00:00", "00:30 .. 24:00", "00:00 - 00:30", "H0000", "30 .. 2400"]
)
@pytest.mark.parametrize(("flags", "name"), FLAGGED, ids=repr)
def test_estimates_are_seen_wherever_their_flags_stand(flags, name, labels, words):
    time = timeline(*WINTER)
    style = Wide(labels=labels, columns=48, flags=flags, flag_name=name, flag_words=words)
    assert_whole(style.write(channels_on(time, ["AI"], gaps=0.1), time))


def test_everything_unsaid_is_settled_by_one_mapping():
    time = timeline(*AUTUMN)
    style = Long(name="Timestamp", side="end", clock="local", lead=Lead(ident="", unit="none"))
    written = style.write(channels_on(time, ["AI"]), time)
    assert read(written).accepted.is_empty()
    assert_whole(written)


def test_n3rgy_asks_for_what_it_does_not_say():
    time = timeline(*SUMMER)
    written = N3rgy(unit=False).write(channels_on(time, ["AI"]), time)
    assert read(written).accepted.is_empty()
    assert_whole(written)


@pytest.mark.parametrize("order", ["rising", "falling"])
@pytest.mark.parametrize("midnight", ["next", "closing", "24:00"])
def test_midnight_closes_its_day_in_whichever_order_rows_come(midnight, order):
    time = timeline(*SUMMER)
    style = Long(
        time="date_time", side="end", midnight=midnight, order=order, names=("Date", "Time")
    )
    written = style.write(channels_on(time, ["AI"]), time)
    assert_whole(written)
    assert_never_wrong(written, read(written))


@pytest.mark.parametrize("names", [("End Date", "End Time"), ("Date (UK local)", "Interval End")])
def test_an_end_time_beside_a_date_is_a_time(names):
    time = timeline(*SUMMER)
    style = Long(time="date_time", side="end", clock="local", names=names)
    assert_whole(style.write(channels_on(time, ["AI"]), time))


@pytest.mark.parametrize("ends", ["instant", "shifted"])
@pytest.mark.parametrize("span", [SPRING, AUTUMN])
def test_local_end_stamps_of_both_kinds_come_back_whole(span, ends):
    time = timeline(*span)
    style = Long(side="end", clock="local", ends=ends, name="Settlement period end")
    assert_whole(style.write(channels_on(time, ["AI"]), time))


def test_a_year_with_both_clock_changes_comes_back():
    time = timeline(dt.date(2025, 1, 1), 365)
    channels = channels_on(time, ["AI", "AE"], points=1, gaps=0.02)
    for style in (
        Wide(lead=Lead(quantity="code")),
        Long(clock="local", name="Start Time (local)", lead=Lead(quantity="code")),
    ):
        assert_whole(style.write(channels, time))


def test_writers_are_the_same_for_the_same_channels():
    time = timeline(*WINTER)
    for style in (Wide(), Long(), Book(), StarkDf2(), If021()):
        once = style.write(channels_on(time, ["AI"]), time)
        assert style.write(channels_on(time, ["AI"]), time).data == once.data
        assert fictional("12", 40).encode() in once.data or isinstance(style, Book)
