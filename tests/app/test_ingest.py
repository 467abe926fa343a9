"""Extracts into a workspace: kept once, corrected by arrival, quarantined and replayed."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import polars as pl
import pytest

from app.workflows import file_reading
from app.workflows import ingest as workflow
from app.workflows.ingest import ingest
from app.workflows.replay import open_rows, replay
from app.workspace import Workspace
from characterise.errors import UnreadableExtract
from characterise.extracts.mapping import mapping_of
from registry import audit, sources

MPAN = "1200023305967"
WHO = {"actor": "Ada", "reason": "test"}
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
DAY_ONE = dt.datetime(2025, 2, 1, tzinfo=dt.UTC)


def day(value="1", *, mpan=MPAN, unit="kWh", date="15/01/2025"):
    return f"MPAN,Date,Unit,{TIMES}\n{mpan},{date},{unit},{','.join([value] * 48)}\n"


@pytest.fixture
def empty(tmp_path):
    return Workspace.create(tmp_path / "w", **WHO)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    return made


def put(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def current(workspace, **options):
    return workspace.reads.current(version=workspace.committed()["reads"], **options)


def test_a_folder_and_a_zip_give_the_same_half_hours(empty, folder, tmp_path):
    put(folder, "a.csv", day())
    put(folder, "b.csv", day("2", date="16/01/2025"))
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"deep/{path.name}")
    assert ingest(empty, [folder], **WHO).accepted == 96
    other = Workspace.create(tmp_path / "v", **WHO)
    assert ingest(other, [tmp_path / "both.zip"], **WHO).accepted == 96
    columns = ["meter_point_id", "ts_utc", "kwh"]
    assert current(empty).select(columns).equals(current(other).select(columns))


def test_the_same_file_twice_changes_nothing_and_says_so(empty, folder):
    path = put(folder, "a.csv", day())
    ingest(empty, [path], **WHO)
    before = empty.committed()
    again = ingest(empty, [path], **WHO)
    assert empty.committed() == before
    assert [f["code"] for f in again.files[0]["findings"]] == ["seen_before"]
    assert again.files[0]["half_hours_accepted"] == 48
    assert again.accepted == 0
    assert not again.needs_a_person


def test_two_copies_in_one_folder_are_read_once_and_both_counted(empty, folder):
    put(folder, "a.csv", day())
    put(folder, "copy.csv", day())
    report = ingest(empty, [folder], **WHO)
    assert [file["half_hours_accepted"] for file in report.files] == [48, 48]
    assert [file["status"] for file in report.files] == ["read", "unchanged"]
    assert current(empty).height == 48
    assert empty.reads.current().height == 48


def test_a_correction_replaces_by_arrival_and_the_older_stays_readable(empty, folder):
    ingest(empty, [put(folder, "a.csv", day())], received_at=DAY_ONE, **WHO)
    later = DAY_ONE + dt.timedelta(days=1)
    ingest(empty, [put(folder, "b.csv", day("2"))], received_at=later, **WHO)
    assert current(empty)["kwh"].unique().to_list() == [2]
    assert current(empty, as_at=DAY_ONE)["kwh"].unique().to_list() == [1]


def test_a_dry_run_keeps_nothing(empty, folder):
    report = ingest(empty, [put(folder, "a.csv", day())], dry_run=True, **WHO)
    assert report.files[0]["half_hours_accepted"] == 48
    assert empty.committed() == {}


def test_asset_readings_go_to_their_own_store(empty, folder):
    path = put(folder, "a.csv", day(mpan="7700000000109"))
    ingest(empty, [path], source="asset", **WHO)
    assert set(empty.committed()) == {"asset_reads"}
    assert empty.asset_reads.current()["meter_point_id"].unique().to_list() == ["7700000000109"]


def test_a_path_that_is_not_there_is_one_sentence(empty, folder):
    with pytest.raises(UnreadableExtract, match="does not exist"):
        ingest(empty, [folder / "none.csv"], **WHO)


def test_every_file_is_in_the_ledger_with_its_audit_entry(empty, folder):
    ingest(empty, [put(folder, "a.csv", day())], **WHO)
    with empty.ledger.read() as db:
        (source,) = sources.current(db)
        assert source["file"] == "a.csv"
        assert source["detail"]["by_quantity"] == {"AI": {"accepted": 48, "quarantined": 0}}
        assert audit.entries(db, entity="source")[0]["actor"] == "Ada"


def test_a_question_is_answered_by_replay_without_the_file(empty, folder):
    path = put(folder, "a.csv", day(unit=""))
    report = ingest(empty, [path], **WHO)
    assert report.needs_a_person
    assert report.next_step.startswith("Are they kWh")
    path.unlink()
    assert replay(empty, None, mapping_of({}), **WHO).accepted == 0
    done = replay(empty, None, mapping_of({"unit": "kW"}), **WHO)
    assert (done.accepted, done.still_open.height) == (48, 0)
    assert current(empty)["kwh"].unique().to_list() == [0.5]
    assert open_rows(empty).is_empty()
    assert replay(empty, None, mapping_of({"unit": "kW"}), **WHO).accepted == 0


def test_a_replay_does_not_undo_a_later_correction(empty, folder):
    ingest(empty, [put(folder, "a.csv", day(unit=""))], received_at=DAY_ONE, **WHO)
    later = DAY_ONE + dt.timedelta(days=1)
    ingest(empty, [put(folder, "b.csv", day("7"))], received_at=later, **WHO)
    done = replay(empty, None, mapping_of({"unit": "kWh"}), **WHO)
    assert (done.accepted, done.outdated) == (0, 48)
    assert current(empty)["kwh"].unique().to_list() == [7]


def test_reading_a_file_again_with_answers_closes_its_quarantine(empty, folder):
    path = put(folder, "a.csv", day(unit=""))
    ingest(empty, [path], **WHO)
    assert open_rows(empty).height == 1
    ingest(empty, [path], mapping=mapping_of({"unit": "kWh"}), **WHO)
    assert open_rows(empty).is_empty()
    assert current(empty).height == 48


def test_a_kill_between_the_table_and_the_ledger_leaves_nothing(empty, folder, monkeypatch):
    ingest(empty, [put(folder, "a.csv", day())], **WHO)
    before = empty.committed()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            ingest(empty, [put(folder, "b.csv", day("5", mpan=""))], **WHO)
        with pytest.raises(KeyboardInterrupt):
            ingest(empty, [put(folder, "c.csv", day("5"))], **WHO)
    assert empty.committed() == before
    assert current(empty)["kwh"].unique().to_list() == [1]
    assert ingest(empty, [folder / "c.csv"], **WHO).accepted == 48
    assert current(empty)["kwh"].unique().to_list() == [5]
    assert empty.reads.current().height == 48


def test_a_run_that_stopped_goes_on_where_it_was(empty, folder, monkeypatch):
    monkeypatch.setattr(workflow, "BATCH_FILES", 2)
    for n in range(5):
        put(folder, f"{n}.csv", day(str(n), date=f"{n + 1:02d}/01/2025"))
    read = file_reading.read_extract

    def stopping(data, name, **options):
        if name == "4.csv":
            raise KeyboardInterrupt
        return read(data, name, **options)

    with monkeypatch.context() as patched:
        patched.setattr(file_reading, "read_extract", stopping)
        with pytest.raises(KeyboardInterrupt):
            ingest(empty, [folder], **WHO)
    assert current(empty).height == 4 * 48
    report = ingest(empty, [folder], **WHO)
    assert [file["status"] for file in report.files] == ["unchanged"] * 4 + ["read"]
    assert current(empty).height == 5 * 48


def test_a_conflict_between_files_of_one_folder_goes_by_the_order_of_arrival(empty, folder):
    put(folder, "a.csv", day("1"))
    put(folder, "b.csv", day("2"))
    ingest(empty, [folder], received_at=DAY_ONE, **WHO)
    assert current(empty)["kwh"].unique().to_list() == [2]


def test_the_report_is_plain_json(empty, folder):
    put(folder, "a.csv", day(mpan="1200023305968"))
    put(folder, "b.csv", "not,a,meter\nfile,at,all\n")
    report = json.loads(json.dumps(ingest(empty, [folder], **WHO).as_dict()))
    first, second = report["files"]
    assert first["half_hours_quarantined"] == 48
    assert {"row", "column", "code", "message", "fix"} <= set(first["findings"][0])
    assert second["findings"][0]["code"] == "not_meter_data"


def test_unread_bytes_never_stop_the_others(empty, folder):
    (folder / "a.xlsx").write_bytes(b"PK\x03\x04 broken")
    (folder / "b.csv").write_bytes(bytes(range(256)) * 20)
    put(folder, "c.csv", day())
    report = ingest(empty, [folder], **WHO)
    assert report.accepted == 48
    assert len(report.files) == 3
    assert pl.Series([f["rows_read"] for f in report.files]).sum() >= 1


@pytest.mark.real
def test_every_real_extract_is_counted_in_one_run(empty, real_data):
    report = ingest(empty, [real_data / "extracts"], **WHO)
    index = json.loads((real_data / "extracts" / "INDEX.json").read_text())
    held = {
        file["file"]: file["half_hours_accepted"] + file["half_hours_quarantined"]
        for file in report.files
    }
    counted = {e["file"]: e.get("half_hours_active_import") for e in index}
    # INDEX.json says 0 for a row that holds 28 numbers: they are quarantined, not dropped.
    counted["es_amr_data__row-per-day__all-missing-readings.csv"] = 28
    assert set(counted) <= set(held)
    assert {name: held[name] for name, n in counted.items() if n is not None} == {
        name: n for name, n in counted.items() if n is not None
    }
    assert ingest(empty, [real_data / "extracts"], **WHO).accepted == 0
