"""A workspace of an older version opens, is taken forward once, and loses nothing."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from sqlite_utils import Database

from app.cli import main
from app.workflows.ingest import ingest
from app.workspace import FORMAT, Workspace, WorkspaceDamaged
from app.workspace_manifest import brought_up_to_date
from characterise.reads_store import STORED, ReadsStore
from registry import audit, exchange, overrides, pairings, proof, schema, settings, sources

WHO = {"actor": "Ada", "reason": "test"}
DUMP = Path(__file__).with_name("format_1_ledger.sql")
"""Ledger of a workspace that the first version made: one file read, one pairing loaded."""
MPAN = "1200023305967"
SINCE_FORMAT_1 = ("m004_meter_serials", "m005_layouts", "m006_overrides")


@pytest.fixture
def old(tmp_path):
    root = tmp_path / "w"
    root.mkdir()
    with closing(sqlite3.connect(root / "ledger.db")) as db:
        db.executescript(DUMP.read_text())
        db.execute("PRAGMA application_id = 1179468114")
        source = db.execute("SELECT source_id FROM source").fetchone()[0]
    stamps = pl.datetime_range(
        dt.datetime(2025, 1, 15), dt.datetime(2025, 1, 15, 23, 30), "30m", eager=True
    )
    rows = {
        "meter_point_id": [MPAN] * 48,
        "quantity": ["AI"] * 48,
        "ts_utc": stamps.dt.replace_time_zone("UTC"),
        "kwh": [1.0] * 48,
        "quality": ["actual"] * 48,
        "received_at": [dt.datetime(2026, 11, 25, 9, 46, 30, tzinfo=dt.UTC)] * 48,
        "source_id": [source] * 48,
    }
    frame = pl.DataFrame(rows).select(pl.col(c).cast(t) for c, t in STORED.items())
    assert ReadsStore(root / "reads").append(frame) == 0
    manifest = {"format": 1, "legal_basis": "public_task", "created_at": "2026-11-25T09:46:18"}
    (root / "workspace.json").write_text(json.dumps(manifest))
    return root


def test_what_it_held_is_there_and_the_trail_says_what_was_done(old, caplog):
    with caplog.at_level(logging.WARNING, logger="fmar"):
        workspace = Workspace.open(old)
    assert [record.getMessage() for record in caplog.records] == [
        f"{old} was made by an older version (format 1) and now has format {FORMAT}; the ledger as "
        f"it was is kept in {old}/ledger.db.format-1, and a whole copy is made by: fmar backup "
        f"{old} FILE"
    ]
    assert workspace.reads.current(version=workspace.committed()["reads"]).height == 48
    with workspace.ledger.read() as db:
        assert [row["import_mpan"] for row in pairings.current(db)] == [MPAN]
        assert [row["file"] for row in sources.current(db)] == ["a.csv"]
        (entry,) = audit.entries(db, entity="ledger")
        assert (entry["action"], entry["actor"]) == ("migrate", "fmar-workbench")
        assert entry["change"] == {"migrations": list(SINCE_FORMAT_1)}
        assert proof.verify(db).whole
    manifest = json.loads((old / "workspace.json").read_text())
    assert (manifest["format"], manifest["legal_basis"]) == (FORMAT, "public_task")
    assert manifest["created_at"] == "2026-11-25T09:46:18"


def test_one_of_format_2_is_taken_forward_too(old):
    with closing(sqlite3.connect(old / "ledger.db")) as connection:
        db = Database(connection, execute_plugins=False)
        schema.migrations.apply(db, stop_before="m006_overrides")
        connection.commit()
    manifest = json.loads((old / "workspace.json").read_text())
    (old / "workspace.json").write_text(json.dumps({**manifest, "format": 2}))
    workspace = Workspace.open(old)
    assert (old / "ledger.db.format-2").is_file()
    with workspace.ledger.read() as db:
        assert [row["import_mpan"] for row in pairings.current(db)] == [MPAN]
        assert overrides.current(db) == []
        (entry,) = audit.entries(db, entity="ledger")
        assert entry["change"] == {"migrations": ["m006_overrides"]}
        assert settings.value(db, "override_divergence_events") == 5
        assert proof.verify(db).whole


def test_it_is_taken_forward_once(old, caplog):
    Workspace.open(old)
    caplog.clear()
    workspace = Workspace.open(old)
    assert not caplog.records
    with workspace.ledger.read() as db:
        assert len(audit.entries(db, entity="ledger")) == 1


def test_the_ledger_as_it_was_is_kept_and_still_whole(old):
    Workspace.open(old)
    with closing(sqlite3.connect(old / "ledger.db.format-1")) as db:
        names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        assert "pairing_version" in names
        assert "meter_serial_version" not in names
        assert db.execute("SELECT count(*) FROM source").fetchone()[0] == 1


def test_a_kill_while_it_is_taken_forward_is_made_good_by_the_next(old):
    def killed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        brought_up_to_date(old, killed)
    assert json.loads((old / "workspace.json").read_text())["format"] == 1
    with Workspace.open(old).ledger.read() as db:
        assert len(audit.entries(db, entity="ledger")) == 1
        assert proof.verify(db).whole


def test_it_works_on_as_any_other(old, tmp_path):
    workspace = Workspace.open(old)
    exchange.load(
        workspace.ledger,
        "meter-serials",
        [{"meter_serial": "K0229", "mpan": MPAN, "valid_from": "2025-01-01"}],
        **WHO,
    )
    assert workspace.meter_serials()["meter_serial"].to_list() == ["K0229"]
    times = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
    text = f"MPAN,Date,Unit,{times}\n{MPAN},16/01/2025,kWh,{','.join(['2'] * 48)}\n"
    (tmp_path / "b.csv").write_text(text)
    assert ingest(workspace, [tmp_path / "b.csv"], **WHO).accepted == 48
    assert workspace.boundary()["import_kwh"].to_list() == [1.0] * 48 + [2.0] * 48


def test_a_backup_does_not_carry_the_kept_ledger(old, tmp_path):
    for line in (["backup", old, tmp_path / "b.tar.gz"], ["restore", tmp_path / "b.tar.gz"]):
        arguments = line if line[0] == "backup" else [*line, tmp_path / "back"]
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in arguments])
        assert not ended.value.code
    assert not (tmp_path / "back" / "ledger.db.format-1").exists()
    assert Workspace.open(tmp_path / "back").committed() == Workspace.open(old).committed()


def test_a_format_that_never_was_is_refused(old):
    (old / "workspace.json").write_text('{"format": 0, "legal_basis": "public_task"}')
    with pytest.raises(WorkspaceDamaged, match="names format 0, which never was"):
        Workspace.open(old)
