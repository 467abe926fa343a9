"""Reads over years: corrected late, exported under another MPAN, from a meter mapped afterwards."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from app.cli import main
from app.workflows.characterise import characterise
from app.workflows.deliveries import boundary_reads
from app.workflows.evidence import meter_reads
from app.workflows.ingest import ingest
from app.workspace import Workspace
from characterise.extracts.mapping import mapping_of
from registry import exchange

IMPORT, EXPORT, OTHER = "1200023305967", "1090006810343", "1090006889539"
WHO = {"actor": "Ada", "reason": "test"}
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
FIRST = dt.datetime(2025, 6, 1, 9, tzinfo=dt.UTC)


def later(days):
    return FIRST + dt.timedelta(days=days)


@pytest.fixture
def empty(tmp_path):
    return Workspace.create(tmp_path / "w", **WHO)


@pytest.fixture
def put(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def days(name, values, *, column="MPAN", quantity="AI", unit="kWh", clock="UTC"):
    """A wide file: one row a date, one value all day."""
    rows = [
        f"{name},{quantity},{unit},{date},{','.join([str(value)] * 48)}"
        for date, value in values.items()
    ]
    head = f"{column},Measurement Quantity,Unit,Date ({clock}),{TIMES}"
    return "\n".join([head, *rows, ""])


def kwh(workspace, mpan=IMPORT, side="import_kwh"):
    """Value of the boundary by UTC date, where it is the same all day."""
    frame = workspace.boundary([mpan])
    by_date = frame.group_by(pl.col("ts_utc").dt.date().cast(pl.String).alias("date")).agg(
        pl.col(side).unique().sort()
    )
    return {date: values[0] if len(values) == 1 else values for date, values in by_date.rows()}


def load(workspace, entity, *rows, dry_run=False):
    return exchange.load(workspace.ledger, entity, list(rows), dry_run=dry_run, **WHO)


# --- late and corrected -------------------------------------------------------------------------


def test_a_late_file_fills_its_days_and_a_correction_replaces_only_its_own(empty, put):
    ingest(empty, [put("june.csv", days(IMPORT, {"2025-01-01": 1, "2025-01-03": 3}))], **WHO)
    ingest(empty, [put("late.csv", days(IMPORT, {"2025-01-02": 2}))], **WHO)
    ingest(empty, [put("fixed.csv", days(IMPORT, {"2025-01-01": 9}))], **WHO)
    assert kwh(empty) == {"2025-01-01": 9, "2025-01-02": 2, "2025-01-03": 3}


def test_the_same_bytes_arriving_again_undo_no_correction(empty, put):
    first = put("first.csv", days(IMPORT, {"2025-01-01": 1}))
    ingest(empty, [first], received_at=FIRST, **WHO)
    fixed = put("fixed.csv", days(IMPORT, {"2025-01-01": 9}))
    ingest(empty, [fixed], received_at=later(1), **WHO)
    copy = put("first (1).csv", first.read_text())
    report = ingest(empty, [copy], received_at=later(2), **WHO)
    assert report.files[0]["status"] == "unchanged"
    assert kwh(empty) == {"2025-01-01": 9}


def test_the_same_bytes_read_with_an_answer_undo_no_correction_either(empty, put):
    text = days(IMPORT, {"2025-01-01": 1, "2025-01-02": 2}, unit="")
    asked = put("first.csv", text)
    ingest(empty, [asked], received_at=FIRST, **WHO)
    fixed = put("fixed.csv", days(IMPORT, {"2025-01-01": 9}))
    ingest(empty, [fixed], received_at=later(1), **WHO)
    answer = mapping_of({"unit": "kWh"})
    report = ingest(empty, [asked], mapping=answer, received_at=later(2), **WHO)
    assert kwh(empty) == {"2025-01-01": 9, "2025-01-02": 2}
    (found,) = [f for f in report.files[0]["findings"] if f["code"] == "outdated"]
    assert found["message"] == (
        "48 half-hours are left as they are: a file that arrived later than these bytes corrected "
        "them."
    )
    second = mapping_of({"unit": "kW"})  # a better answer replaces the first, not the correction
    ingest(empty, [asked], mapping=second, received_at=later(3), **WHO)
    assert kwh(empty) == {"2025-01-01": 9, "2025-01-02": 1}


# --- export under another MPAN ------------------------------------------------------------------


def test_export_in_another_file_joins_its_import_on_the_days_of_the_pairing(empty, put, tmp_path):
    dates = {"2025-01-01": 1, "2025-01-02": 2, "2025-01-03": 3}
    ingest(empty, [put("import.csv", days(IMPORT, dates))], **WHO)
    ingest(empty, [put("export.csv", days(EXPORT, dates, quantity="AE"))], **WHO)
    assert kwh(empty, side="export_kwh") == dict.fromkeys(dates)
    header = "import_mpan,export_mpan,valid_from,valid_to\n"
    put("p.csv", header + f"{IMPORT},{EXPORT},2025-01-02,2025-01-03\n")
    line = ["load", "pairings", tmp_path / "p.csv", "--workspace", empty.root]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in (*line, "--actor", "Ada", "--reason", "test")])
    assert not ended.value.code
    paired = empty.boundary([IMPORT]).drop_nulls("export_kwh")
    assert paired["ts_utc"].dt.date().unique().to_list() == [dt.date(2025, 1, 2)]
    assert paired["export_kwh"].unique().to_list() == [2.0]
    alone = empty.boundary([EXPORT])
    assert alone["ts_utc"].dt.date().unique().sort().to_list() == [
        dt.date(2025, 1, 1),
        dt.date(2025, 1, 3),
    ]


# --- meters mapped later ------------------------------------------------------------------------


def stay(serial, mpan=IMPORT, valid_from="2025-01-01", valid_to=""):
    return {"meter_serial": serial, "mpan": mpan, "valid_from": valid_from, "valid_to": valid_to}


@pytest.fixture
def metered(empty, put):
    """Four days of an old meter and four of the new one, two days of them together."""
    old = {f"2025-01-0{n}": n for n in range(1, 5)}
    new = {f"2025-01-0{n}": 10 + n for n in range(3, 7)}
    ingest(empty, [put("old.csv", days("K0229A11", old, column="Meter Serial Number"))], **WHO)
    ingest(empty, [put("new.csv", days("E17UP007", new, column="Meter Serial Number"))], **WHO)
    return empty


def test_reads_are_kept_under_the_serial_until_a_mapping_arrives(metered):
    names = metered.boundary()["mpan"].unique().sort().to_list()
    assert names == ["serial:E17UP007", "serial:K0229A11"]
    assert kwh(metered) == {}


def test_a_mapping_shows_each_meter_on_its_own_days(metered):
    before = metered.committed()
    done = load(
        metered,
        "meter-serials",
        stay("K0229A11", valid_to="2025-01-04"),
        stay("serial:E17UP007", valid_from="2025-01-04"),
    )
    assert (done.accepted, done.errors, done.warnings) == (2, [], [])
    assert kwh(metered) == {
        "2025-01-01": 1,
        "2025-01-02": 2,
        "2025-01-03": 3,
        "2025-01-04": 14,
        "2025-01-05": 15,
        "2025-01-06": 16,
    }
    assert kwh(metered, "serial:K0229A11") == {"2025-01-04": 4}
    assert kwh(metered, "serial:E17UP007") == {"2025-01-03": 13}
    assert metered.committed() == before, "history was rewritten"


def test_the_day_of_a_mapping_is_the_local_one(empty, put):
    text = days("K0229A11", {"2025-06-30": 1, "2025-07-01": 2}, column="Meter Serial Number")
    ingest(empty, [put("a.csv", text)], **WHO)
    load(empty, "meter-serials", stay("K0229A11", valid_from="2025-07-01"))
    first = empty.boundary([IMPORT])["ts_utc"].min()
    assert first == dt.datetime(2025, 6, 30, 23, tzinfo=dt.UTC)


def test_where_both_names_hold_a_half_hour_the_later_arrival_counts(empty, put):
    load(empty, "meter-serials", stay("K0229A11"))
    serial = {"column": "Meter Serial Number"}
    files = (
        days("K0229A11", {"2025-01-01": 1, "2025-01-02": 1}, **serial),
        days(IMPORT, {"2025-01-01": 2}),
        days("K0229A11", {"2025-01-02": 3}, **serial),
    )
    for n, text in enumerate(files):
        ingest(empty, [put(f"{n}.csv", text)], received_at=later(n), **WHO)
    assert kwh(empty) == {"2025-01-01": 2, "2025-01-02": 3}


def test_an_export_meter_mapped_later_joins_the_import_it_is_paired_with(empty, put):
    export = days("K0229A11", {"2025-01-01": 4}, column="Meter Serial Number", quantity="AE")
    ingest(empty, [put("i.csv", days(IMPORT, {"2025-01-01": 1})), put("e.csv", export)], **WHO)
    load(empty, "meter-serials", stay("K0229A11", EXPORT))
    load(
        empty,
        "pairings",
        {"import_mpan": IMPORT, "export_mpan": EXPORT, "valid_from": "2025-01-01"},
    )
    assert kwh(empty, side="export_kwh") == {"2025-01-01": 4}
    assert empty.boundary()["mpan"].unique().to_list() == [IMPORT]


def test_workflows_see_the_mpan(metered):
    load(metered, "meter-serials", stay("K0229A11"))
    assert boundary_reads(metered, [IMPORT]).height == 4 * 48
    assert meter_reads(metered, IMPORT)["import_kw"].unique().sort().to_list() == [2, 4, 6, 8]
    characterise(metered, **WHO)
    assert set(metered.results("detections")["mpan"]) == {IMPORT, "serial:E17UP007"}


def test_undo_takes_the_mapping_back_and_the_reads_stay(metered):
    done = load(metered, "meter-serials", stay("K0229A11"))
    assert kwh(metered) != {}
    exchange.undo(metered.ledger, done.load_id, **WHO)
    assert kwh(metered) == {}
    assert kwh(metered, "serial:K0229A11")["2025-01-04"] == 4
    assert load(metered, "meter-serials", stay("K0229A11")).accepted == 1


def test_a_stay_is_ended_by_loading_it_again_with_its_last_day(metered):
    load(metered, "meter-serials", stay("K0229A11"))
    ended = load(metered, "meter-serials", stay("K0229A11", valid_to="2025-01-03"))
    assert ended.accepted == 1
    assert kwh(metered) == {"2025-01-01": 1, "2025-01-02": 2}
    assert load(metered, "meter-serials", stay("E17UP007", valid_from="2025-01-03")).accepted == 1


@pytest.mark.parametrize(
    "second",
    [
        stay("K0229A11", OTHER, "2025-06-01"),  # one meter in two places
        stay("E17UP007", IMPORT, "2025-06-01"),  # two meters in one place
    ],
)
def test_a_meter_in_two_places_or_two_meters_in_one_is_refused_by_row(metered, second):
    load(metered, "meter-serials", stay("K0229A11"))
    done = load(metered, "meter-serials", stay("L55", OTHER, "2024-01-01", "2024-02-01"), second)
    assert done.accepted == 0
    (error,) = done.errors
    assert error.row == 3
    assert error.message == (
        f"Meter K0229A11 stands at MPAN {IMPORT} from 2025-01-01 on: end that stay first."
    )
    assert metered.meter_serials().height == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (stay(""), "meter_serial"),
        (stay("serial: "), "meter_serial"),
        (stay("K1", "1200023305968"), "mpan"),
        (stay("K1", valid_from="soon"), "valid_from"),
        (stay("K1", valid_to="2024-12-31"), ""),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_column(empty, row, column):
    (error,) = load(empty, "meter-serials", row).errors
    assert (error.row, error.column) == (2, column)
    assert error.message


def test_an_earlier_state_of_the_mappings_can_be_seen(metered):
    from registry import meter_serials

    load(metered, "meter-serials", stay("K0229A11"))
    with metered.ledger.read() as db:
        (held,) = meter_serials.current(db)
        assert meter_serials.current(db, as_at="2020-01-01T00:00:00Z") == []
        assert meter_serials.get(db, held["meter_serial_id"]) == held
        assert len(meter_serials.history(db, held["meter_serial_id"])) == 1
