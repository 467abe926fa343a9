"""One fault a test: its code, its place, and that nothing else is lost to it."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from characterise.errors import AmbiguousExtract, UnknownMethod
from characterise.extracts import file_report, load_mapping, read_extract, replay_rows
from characterise.extracts.identity import check_digit_holds, identify
from characterise.extracts.mapping import Mapping, mapping_of

MPAN = "1200023305967"
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
HEADER = f"MPAN,Date,Unit,{TIMES}"
DAY = ",".join(["1"] * 48)


def read(*rows, header=HEADER, **options):
    return read_extract("\n".join([header, *rows, ""]).encode(), "x.csv", **options)


def row(mpan=MPAN, date="15/01/2025", unit="kWh", values=DAY):
    return f"{mpan},{date},{unit},{values}"


@pytest.mark.parametrize(
    ("faulty", "code"),
    [
        (row(mpan="1200023305968"), "mpan_check_digit"),
        (row(mpan="1.20002E+12"), "mpan_lost_digits"),
        (row(mpan="12000233059"), "mpan_malformed"),
        (row(mpan=""), "meter_point_unknown"),
        (row(date="31/02/2025"), "date_unreadable"),
        (row(date="KABOOM"), "date_unreadable"),
        (row(values=DAY.replace("1", "abc", 1)), "value_unreadable"),
        (row(values=DAY.replace("1", "inf", 1)), "value_unreadable"),
        (row(values=DAY.replace("1", "-1", 1)), "value_negative"),
    ],
)
def test_a_faulty_row_is_named_and_its_neighbour_is_accepted(faulty, code):
    reading = read(row(date="16/01/2025"), faulty, row(date="17/01/2025"))
    assert reading.quarantined["code"].to_list() == [code]
    assert reading.quarantined["row"].to_list() == [3]
    found = [f for f in file_report(reading)["findings"] if f["code"] == code]
    assert found
    assert found[0]["message"]
    assert found[0]["fix"]
    assert reading.accepted.height + reading.quarantined["values"].sum() == 144


def test_one_bad_cell_names_its_column():
    reading = read(row(values=DAY.replace("1", "oops", 1)), row(date="16/01/2025"))
    assert reading.quarantined.select("row", "column").rows() == [(2, "00:00")]
    assert reading.accepted.height == 95


def test_blank_is_missing_and_zero_is_zero():
    reading = read(row(values=",".join(["", "0", "-", "n/a", *["1"] * 44])))
    assert reading.accepted.height == 45
    assert (reading.accepted["kwh"] == 0).sum() == 1
    assert "blank_readings" in [f.code for f in reading.findings]


def test_different_values_for_a_half_hour_are_both_quarantined_and_counted_once():
    reading = read(row(), row(values=DAY.replace("1", "2", 1)))
    assert reading.accepted.height == 47
    assert reading.quarantined["code"].unique().to_list() == ["conflicting_duplicate"]
    report = file_report(reading)
    assert (report["half_hours_accepted"], report["half_hours_quarantined"]) == (47, 1)


def test_the_same_row_twice_is_one_row():
    reading = read(row(), row())
    assert reading.accepted.height == 48
    assert reading.quarantined.is_empty()
    assert [f.code for f in reading.findings] == ["repeated_rows"]


def test_a_file_that_says_which_row_came_later_keeps_that_one():
    header = f"MPAN,Received,Date,Unit,{TIMES}"
    rows = [
        f"{MPAN},{received},15/01/2025,kWh,{','.join([value] * 48)}"
        for received, value in (("03/02/2025", "2"), ("20/01/2025", "1"))
    ]
    reading = read(*rows, header=header)
    assert reading.accepted["kwh"].unique().to_list() == [2]


@pytest.mark.parametrize(
    ("unit", "kwh"),
    [("kWh", 1), ("Wh", 0.001), ("MWh", 1000), ("kW", 0.5), ("MW", 500)],
)
def test_every_unit_becomes_kwh(unit, kwh):
    assert read(row(unit=unit)).accepted["kwh"].unique().to_list() == [pytest.approx(kwh)]


def test_an_unnamed_unit_is_one_question_and_its_answer_accepts_everything():
    reading = read(row(unit=""), row(unit="", date="16/01/2025"))
    assert reading.accepted.is_empty()
    found = [f for f in file_report(reading)["findings"] if f["code"] == "unit_unknown"]
    assert len(found) == 1
    assert found[0]["values"] == 96
    done = replay_rows(reading.quarantined, mapping_of({"unit": "kW"}))
    assert done.quarantined.is_empty()
    assert done.accepted["kwh"].to_list() == [0.5] * 96


def test_a_replay_without_an_answer_changes_nothing():
    reading = read(row(unit=""))
    done = replay_rows(reading.quarantined, Mapping())
    assert done.accepted.is_empty()
    assert done.quarantined.equals(reading.quarantined)


def test_a_serial_number_stands_in_for_an_mpan_until_it_is_mapped():
    header = f"Meter Serial Number,Date,Unit,{TIMES}"
    reading = read(row(mpan="K0229111D6"), header=header)
    assert reading.accepted["meter_point_id"].unique().to_list() == ["serial:K0229111D6"]
    assert "meter_serial_only" in [f.code for f in reading.findings]
    mapped = mapping_of({"meter_points": {"K0229111D6": MPAN}})
    reading = read(row(mpan="K0229111D6"), header=header, mapping=mapped)
    assert reading.accepted["meter_point_id"].unique().to_list() == [MPAN]


def test_an_answer_with_a_bad_check_digit_is_not_believed_either():
    mapping = mapping_of({"meter_point": "1200023305968"})
    reading = read(row(mpan="Depot"), header=f"Site,Date,Unit,{TIMES}", mapping=mapping)
    assert reading.quarantined["code"].to_list() == ["mpan_check_digit"]


@pytest.mark.parametrize(
    ("word", "quality"),
    [("A", "actual"), ("Actual", "actual"), ("E", "estimated"), ("Estimated", "estimated")],
)
def test_read_statuses_become_qualities(word, quality):
    reading = read(
        f"{MPAN},15/01/2025,kWh,{word},{DAY}", header=f"MPAN,Date,Unit,Read Type,{TIMES}"
    )
    assert reading.accepted["quality"].unique().to_list() == [quality]


def test_a_no_to_estimated_is_actual():
    header = f"MPAN,Date,Unit,Est,{TIMES}"
    rows = [f"{MPAN},{n}/01/2025,kWh,{word},{DAY}" for n, word in ((15, "N"), (16, "Y"))]
    reading = read(*rows, header=header)
    assert reading.accepted.sort("ts_utc")["quality"].unique(maintain_order=True).to_list() == [
        "actual",
        "estimated",
    ]


def test_an_unexplained_status_is_not_taken_for_actual():
    header = f"MPAN,Date,Unit,Status,{TIMES}"
    reading = read(f"{MPAN},15/01/2025,kWh,Q,{DAY}", header=header)
    assert reading.accepted["quality"].unique().to_list() == ["estimated"]
    assert [f.code for f in reading.findings] == ["flag_unknown"]
    told = read(
        f"{MPAN},15/01/2025,kWh,Q,{DAY}",
        header=header,
        mapping=mapping_of({"flags": {"Q": "actual"}}),
    )
    assert told.accepted["quality"].unique().to_list() == ["actual"]


def test_statuses_behind_each_value_belong_to_it():
    names = ",".join(f"{m // 60:02d}:{m % 60:02d},Type" for m in range(0, 1440, 30))
    values = ",".join(["1,A", "2,E", *["3,A"] * 46])
    reading = read(f"{MPAN},15-01-2025,48,{values}", header=f"MPAN,Date (UTC),Total kWh,{names}")
    shown = reading.accepted.sort("ts_utc").select("kwh", "quality").rows()[:3]
    assert shown == [(1, "actual"), (2, "estimated"), (3, "actual")]


def test_gas_rows_are_kept_out_of_the_electricity():
    header = f"MPAN,Commodity,Date,Unit,{TIMES}"
    rows = [f"{MPAN},{fuel},15/01/2025,kWh,{DAY}" for fuel in ("Electricity", "Gas")]
    reading = read(*rows, header=header)
    assert reading.accepted.height == 48
    assert reading.quarantined["code"].to_list() == ["not_electricity"]


def test_quarter_hours_are_summed_and_called_derived():
    times = [dt.datetime(2025, 1, 15) + dt.timedelta(minutes=15 * n) for n in range(96)]
    rows = [f"{MPAN},{moment:%d/%m/%Y %H:%M},{n + 1}" for n, moment in enumerate(times)]
    reading = read(*rows[:-1], header="MPAN,Period Start,kWh")
    assert reading.accepted.height == 47
    assert reading.accepted["quality"].unique().to_list() == ["derived"]
    assert reading.accepted["kwh"][0] == 3
    assert "incomplete_half_hours" in [f.code for f in reading.findings]


def test_quarter_hours_of_power_are_averaged():
    times = [dt.datetime(2025, 1, 15) + dt.timedelta(minutes=15 * n) for n in range(96)]
    rows = [f"{MPAN},{moment:%d/%m/%Y %H:%M},4" for moment in times]
    reading = read(*rows, header="MPAN,Period Start,Demand kW")
    assert reading.accepted["kwh"].unique().to_list() == [2]


def test_an_hour_becomes_two_halves_that_count_as_estimated():
    rows = [f"{MPAN},15/01/2025 {hour:02d}:00,1" for hour in range(24)]
    reading = read(*rows, header="MPAN,Period Start,kWh")
    assert reading.accepted.height == 48
    assert reading.accepted["kwh"].unique().to_list() == [0.5]
    assert reading.accepted["quality"].unique().to_list() == ["estimated"]
    assert "hourly_source" in [f.code for f in reading.findings]


def test_a_day_cannot_be_divided_honestly():
    rows = [f"{MPAN},{day:02d}/01/2025 00:00,24" for day in range(1, 20)]
    reading = read(*rows, header="MPAN,Period Start,kWh")
    assert reading.quarantined["code"].unique().to_list() == ["interval_too_long"]


def test_american_dates_are_recognised_and_a_mixture_is_asked_about():
    plain = read(row(date="01/31/2025"), row(date="02/01/2025"))
    days = plain.accepted["ts_utc"].dt.date().unique().sort().to_list()
    assert days == [dt.date(2025, 1, 31), dt.date(2025, 2, 1)]
    mixed = read(row(date="01/31/2025"), row(date="31/01/2025"), row(date="02/01/2025"))
    assert "date_order_unknown" in mixed.quarantined["code"].to_list()


def test_import_and_export_columns_are_two_quantities():
    rows = [f"{MPAN},2025-01-15T{h:02d}:{m:02d}:00Z,1,2" for h in range(24) for m in (0, 30)]
    reading = read(*rows, header="MPAN,Start,Import kWh,Export kWh")
    counts = file_report(reading)["by_quantity"]
    assert {quantity: n["accepted"] for quantity, n in counts.items()} == {"AE": 48, "AI": 48}


def test_octopus_columns_with_offsets_are_read_once_the_meter_point_is_told():
    header = (
        "Consumption (kwh), Estimated Cost Inc. Tax (p), Standing Charge Inc. Tax (p), Start, End"
    )
    rows = [
        "0.5, 10, 20, 2025-07-01T00:00:00+01:00, 2025-07-01T00:30:00+01:00",
        "0.7, 10, 20, 2025-07-01T00:30:00+01:00, 2025-07-01T01:00:00+01:00",
    ]
    reading = read(*rows, header=header)
    assert reading.quarantined["code"].unique().to_list() == ["meter_point_unknown"]
    told = read(*rows, header=header, mapping=mapping_of({"meter_point": MPAN}))
    assert told.accepted.sort("ts_utc")["ts_utc"][0] == dt.datetime(2025, 6, 30, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "mpan",
    [
        "1315001165122",
        "1200000000011",
        "1200000000020",
        "1900012345670",
        "1200987654320",
        "7700000000020",
    ],
)
def test_published_check_digits_hold(mpan):
    assert check_digit_holds(mpan)
    assert identify(f" '{mpan}", "mpan").meter_point == mpan
    assert identify(f"00123456{'0'}{mpan}"[-22:], "mpan").meter_point == mpan


@pytest.mark.parametrize("mpan", ["1315001165123", "1234567890123", "1200000000000"])
def test_published_samples_that_are_no_mpans_do_not_pass(mpan):
    assert identify(mpan, "mpan").code == "mpan_check_digit"


def test_a_layout_nobody_knows_is_refused():
    with pytest.raises(UnknownMethod, match="stark"):
        read_extract(b"", "x.csv", layout="horizontal")


def test_a_mapping_says_what_it_may_hold(tmp_path):
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"unit": "therms"}))
    with pytest.raises(AmbiguousExtract, match="unit is 'therms'"):
        load_mapping(path)
    path.write_text(json.dumps({"units": "kWh"}))
    with pytest.raises(AmbiguousExtract, match="units"):
        load_mapping(path)


def test_a_mapping_of_rows_and_one_of_json_are_the_same(tmp_path):
    rows = tmp_path / "map.csv"
    rows.write_text(
        "setting,value,file\nunit,kWh,\nclock,local,a*.csv\nmeter_points:K1,1200023305967,\n"
    )
    same = {"unit": "KWH", "meter_points": {"K1": MPAN}, "files": {"a*.csv": {"clock": "local"}}}
    assert load_mapping(rows) == mapping_of(same)
    assert load_mapping(rows).for_file("deep/a1.csv").clock == "Europe/London"
    assert load_mapping(rows).for_file("b.csv").clock is None
