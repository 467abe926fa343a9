from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from registry import audit, commits, organisations, proof, settings, sources
from registry.errors import (
    LedgerTooNew,
    LedgerUnavailable,
    RecordExists,
    RecordInvalid,
    RecordUnknown,
    StaleVersion,
)
from registry.ledger import Ledger
from registry.organisations import Organisation

WHO = {"actor": "Ann Analyst", "reason": "a test"}
WRITER = """
import sys
from registry import organisations
from registry.ledger import Ledger
from registry.organisations import Organisation

path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ledger = Ledger(path)
print("open", flush=True)
for number in range(count):
    with ledger.write(actor=name, reason="together") as tx:
        for half in "ab":
            organisations.add(tx, Organisation(name=f"{name} {number} {half}"))
"""


def writer(ledger: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(ledger), name, str(count)], stdout=subprocess.PIPE
    )


def test_four_processes_writing_at_once_lose_nothing_and_keep_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"  # made by whichever process comes first
    running = [writer(path, f"writer-{n}", 40) for n in range(4)]
    assert [process.wait(120) for process in running] == [0, 0, 0, 0]
    for process in running:
        assert process.stdout is not None
        process.stdout.close()
    with Ledger(path).read() as db:
        held = organisations.current(db)
        report = proof.verify(db)
        by_writer = [audit.entries(db, actor=f"writer-{n}") for n in range(4)]
    assert len(held) == 4 * 40 * 2
    assert [len(entries) for entries in by_writer] == [80, 80, 80, 80]
    assert report.whole


def test_a_killed_writer_leaves_whole_transactions_only(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    chance = random.Random(20261120)
    for life in range(5):
        process = writer(path, f"life-{life}", 100_000)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == b"open\n"
            time.sleep(chance.uniform(0.0, 0.15))
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        ledger = Ledger(path)
        with ledger.read() as db:
            names = [row["name"].rsplit(" ", 1)[0] for row in organisations.current(db)]
            assert proof.verify(db).whole
        assert all(names.count(name) == 2 for name in names)
    assert names


def test_an_error_inside_a_write_leaves_nothing(ledger: Ledger) -> None:
    def half_done() -> None:
        with ledger.write(**WHO) as tx:
            organisations.add(tx, Organisation(name="half done"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with ledger.read() as db:
        assert organisations.current(db) == []
        assert audit.entries(db, actor="Ann Analyst") == []


def test_a_reader_cannot_write_and_sees_one_moment(ledger: Ledger) -> None:
    with ledger.read() as db:
        assert organisations.current(db) == []
        with ledger.write(**WHO) as tx:
            organisations.add(tx, Organisation(name="meanwhile"))
        assert organisations.current(db) == []
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM source")
    with ledger.read() as db:
        assert len(organisations.current(db)) == 1


def test_the_ledger_of_a_newer_program_is_left_alone(ledger: Ledger) -> None:
    with closing(sqlite3.connect(ledger.path)) as raw, raw:
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('fmar-ledger', 'm999_future', '2027-01-01')"
        )
    with pytest.raises(LedgerTooNew, match="m999_future"):
        Ledger(ledger.path)


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("not a database, and long enough to be looked at" * 50)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("CREATE TABLE t (x)")
    for path in (text, other, tmp_path / "no" / "folder.db"):
        with pytest.raises(LedgerUnavailable):
            Ledger(path)


def test_opening_again_writes_nothing(ledger: Ledger) -> None:
    with ledger.read() as db:
        head = audit.head(db)
    with Ledger(ledger.path).read() as db:
        assert audit.head(db) == head


def test_the_past_reads_as_it_was_recorded(ledger: Ledger) -> None:
    with ledger.write(**WHO) as tx:
        one = organisations.add(tx, Organisation(name="Before"))
        then = tx.at
    with ledger.write(**WHO) as tx:
        organisations.revise(tx, one, 1, {"name": "After"})
        organisations.add(tx, Organisation(name="Later"))
        now = tx.at
    with ledger.write(**WHO) as tx:
        organisations.REGISTER.retire(tx, one, 2)
    with ledger.read() as db:
        assert [row["name"] for row in organisations.current(db, as_at=then)] == ["Before"]
        assert sorted(row["name"] for row in organisations.current(db, as_at=now)) == [
            "After",
            "Later",
        ]
        assert [row["name"] for row in organisations.current(db)] == ["Later"]
        assert organisations.current(db, as_at="2020-01-01") == []
        assert [row["retired"] for row in organisations.history(db, one)] == [False, False, True]


def test_every_transaction_is_later_than_the_one_before(ledger: Ledger) -> None:
    times = []
    for number in range(20):
        with ledger.write(**WHO) as tx:
            tx.audit("note", "clock", str(number), None, {})
            times.append(tx.at)
    assert times == sorted(set(times))


def test_a_clock_that_was_set_back_does_not_reorder_the_trail(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SetBack(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> SetBack:
            return cls(2001, 1, 1, tzinfo=tz)

    with ledger.write(**WHO) as tx:
        tx.audit("note", "clock", "1", None, {})
        first = tx.at
    monkeypatch.setattr(dt, "datetime", SetBack)
    with ledger.write(**WHO) as tx:
        assert tx.at > first


def test_a_revision_of_an_old_version_is_refused_and_no_change_is_no_version(
    ledger: Ledger,
) -> None:
    with ledger.write(**WHO) as tx:
        one = organisations.add(tx, Organisation(name="A"))
        assert organisations.revise(tx, one, 1, {"name": "A"}) == 1
        assert organisations.revise(tx, one, 1, {"name": "B"}) == 2
        with pytest.raises(StaleVersion, match="version 2, written by Ann Analyst, not at 1"):
            organisations.revise(tx, one, 1, {"name": "C"})
        with pytest.raises(RecordInvalid, match="no field colour"):
            organisations.revise(tx, one, 2, {"colour": "red"})
        with pytest.raises(RecordUnknown):
            organisations.revise(tx, "none", 1, {"name": "C"})


def test_an_mpid_in_one_role_is_one_organisation(ledger: Ledger) -> None:
    with ledger.write(**WHO) as tx:
        organisations.add(tx, Organisation(name="A", mpid="FLXA", mpid_role="7"))
        with pytest.raises(RecordExists, match="FLXA in role 7 is A"):
            organisations.add(tx, Organisation(name="B", mpid="FLXA", mpid_role="7"))
        organisations.add(tx, Organisation(name="B", mpid="FLXA", mpid_role="R"))


def test_commits_name_the_newest_version_of_every_table(ledger: Ledger) -> None:
    with ledger.read() as db:
        assert commits.latest(db) == {}
    for versions in ({"reads": 0, "quarantine": 0}, {"reads": 1}, {"detections": 4}, {"reads": 0}):
        with ledger.write(**WHO) as tx:
            commits.record(tx, "ingest" if "reads" in versions else "characterise", versions, {})
    with ledger.read() as db:
        # The last word counts, not the highest number: a restored table starts again.
        assert commits.latest(db) == {"detections": 4, "quarantine": 0, "reads": 0}
        assert [row["id"] for row in commits.history(db)] == [4, 3, 2, 1]
        assert [row["versions"] for row in commits.history(db, "characterise")] == [
            {"detections": 4}
        ]


def test_a_file_is_seen_only_with_the_same_bytes_layout_and_mapping(ledger: Ledger) -> None:
    with ledger.write(**WHO) as tx:
        sources.record(tx, "s1", "a.csv", "aa", "wide", None, {"rows": 3})
        sources.record(tx, "s2", "a.csv", "aa", "wide", "m1", {})
        with pytest.raises(RecordExists):
            sources.record(tx, "s1", "b.csv", "bb", "wide", None, {})
    with ledger.read() as db:
        assert sources.seen(db, "aa", "wide", None) == "s1"
        assert sources.seen(db, "aa", "wide", "m1") == "s2"
        assert sources.seen(db, "aa", "long", None) is None
        assert {row["source_id"]: row["mapping_sha256"] for row in sources.current(db)} == {
            "s1": None,
            "s2": "m1",
        }


def test_a_setting_has_an_author_a_date_and_a_history(ledger: Ledger) -> None:
    with ledger.write(actor="Chair", reason="board of 12 November") as tx:
        assert settings.change(tx, "suppression_k", 1, 10) == 2
        for name, wrong in (("suppression_k", "ten"), ("tier_high_lower", 1.5), ("bl01_like", 3)):
            with pytest.raises(RecordInvalid):
                settings.change(tx, name, 2 if name == "suppression_k" else 1, wrong)
        with pytest.raises(RecordUnknown, match="there are tier_high_lower"):
            settings.change(tx, "colour", 1, "red")
    with ledger.read() as db:
        assert settings.value(db, "suppression_k") == 10
        trail = settings.history(db, "suppression_k")
        assert [(row["value"], row["recorded_by"]) for row in trail] == [
            (5, "fmar-workbench"),
            (10, "Chair"),
        ]
        assert {row["setting_id"] for row in settings.current(db)} == set(settings.DEFAULTS)


def test_a_copy_is_a_whole_ledger(filled: Ledger, tmp_path: Path) -> None:
    filled.copy_to(tmp_path / "copy.db")
    copy = Ledger(tmp_path / "copy.db")
    with copy.read() as db, filled.read() as original:
        assert proof.verify(db).whole
        assert audit.head(db) == audit.head(original)
