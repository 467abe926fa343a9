from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry import audit, commits, guards, proof
from registry.audit import Anchor, ChainReport
from registry.errors import ActorUnknown, LedgerUnguarded, ReasonMissing
from registry.ledger import Ledger

WHO = {"actor": "Ann Analyst", "reason": "a test"}
Chain = Callable[[], ChainReport]


def tampered(ledger: Ledger, *statements: str, values: tuple[object, ...] = ()) -> ChainReport:
    """What the verifier says after raw SQL without guards; the file is put back afterwards."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as raw:
        raw.execute("BEGIN")
        for name in guards.guards():
            raw.execute(f"DROP TRIGGER {name}")
        for number, statement in enumerate(statements):
            raw.execute(statement, values if number == 0 else ())
        guards.guard(_database(raw))
        report = proof.verify(_database(raw))
        raw.execute("ROLLBACK")
    return report


def _database(raw: sqlite3.Connection):
    from sqlite_utils import Database

    return Database(raw, execute_plugins=False)


def test_the_chain_of_everything_is_whole(filled: Ledger) -> None:
    with filled.read() as db:
        report = proof.verify(db)
        assert report.whole
        assert report.entries == report.head.seq == len(audit.entries(db, limit=10_000))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_any_field_of_any_entry_is_found_at_its_place(
    filled: Ledger, data: st.DataObject
) -> None:
    with filled.read() as db:
        last = audit.head(db).seq
    place = data.draw(st.integers(1, last))
    field = data.draw(st.sampled_from([*audit.FIELDS[1:], "prev_hash", "hash"]))
    with filled.read() as db:
        was = db.execute(f"SELECT {field} FROM audit_entry WHERE seq = ?", [place]).fetchone()[0]
    if field == "version":
        new = data.draw(st.one_of(st.none(), st.integers(0, 99)).filter(lambda v: v != was))
    else:
        letters = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
        new = data.draw(letters.filter(lambda v: v != was))
    report = tampered(
        filled, f"UPDATE audit_entry SET {field} = ? WHERE seq = {place}", values=(new,)
    )
    assert not report.whole
    assert report.broken_at == place
    assert report.broken_because


def test_a_removed_entry_is_found_at_its_place(filled: Ledger) -> None:
    report = tampered(filled, "DELETE FROM audit_entry WHERE seq = 5")
    assert (report.whole, report.broken_at) == (False, 5)


def test_a_removed_entry_is_found_where_the_rest_is_renumbered(filled: Ledger) -> None:
    report = tampered(
        filled,
        "DELETE FROM audit_entry WHERE seq = 5",
        "UPDATE audit_entry SET seq = -(seq - 1) WHERE seq > 5",
        "UPDATE audit_entry SET seq = -seq WHERE seq < 0",
    )
    assert (report.whole, report.broken_at) == (False, 5)


def test_a_cut_tail_is_found_by_the_count_that_was_given_out(filled: Ledger) -> None:
    with filled.read() as db:
        last = audit.head(db).seq
    report = tampered(filled, f"DELETE FROM audit_entry WHERE seq > {last - 2}")
    assert (report.whole, report.broken_at) == (False, last - 1)


def test_a_cut_tail_with_the_count_edited_is_found_by_the_records(filled: Ledger) -> None:
    cut = "(SELECT seq FROM audit_entry WHERE entity = 'layout')"
    report = tampered(
        filled,
        f"UPDATE sqlite_sequence SET seq = {cut} - 1 WHERE name = 'audit_entry'",
        "DELETE FROM audit_entry WHERE seq > "
        "(SELECT seq FROM sqlite_sequence WHERE name = 'audit_entry')",
    )
    assert not report.whole
    assert "layout" in report.broken_because


def test_a_rewritten_chain_is_found_by_an_anchor_noted_outside(filled: Ledger) -> None:
    with filled.read() as db:
        head = audit.head(db)
        assert audit.verify(db, anchor=head).whole
        forged = audit.verify(db, anchor=Anchor(head.seq, "0" * 64))
        ahead = audit.verify(db, anchor=Anchor(head.seq + 3, "0" * 64))
    assert (forged.whole, forged.broken_at) == (False, head.seq)
    assert (ahead.whole, ahead.broken_at) == (False, head.seq + 1)


@pytest.mark.parametrize("table", [t for t in guards.APPEND_ONLY if t.endswith("_version")])
def test_a_record_altered_or_removed_behind_the_chain_is_found(filled: Ledger, table: str) -> None:
    column = {
        "setting_version": "meaning",
        "connection_version": "gsp_group",
        "declared_version": "declared_kwh",
        "bulk_load_version": "accepted",
    }.get(table, "load_id")
    if column == "load_id":
        column = "recorded_by"
    changed = tampered(filled, f"UPDATE {table} SET {column} = {column} || '1'")
    removed = tampered(filled, f"DELETE FROM {table}")
    assert not changed.whole
    assert not removed.whole
    assert "not as" in changed.broken_because
    assert "gone" in removed.broken_because or "not as" in removed.broken_because


@pytest.mark.parametrize("table", guards.APPEND_ONLY)
def test_the_file_itself_refuses_to_change_or_lose_a_row(filled: Ledger, table: str) -> None:
    with closing(sqlite3.connect(filled.path)) as raw:  # recursive triggers off, as elsewhere
        count = raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        column = raw.execute(f"SELECT * FROM {table}").description[0][0]
        assert count > 0
        for attack in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
            f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(attack)
        assert raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count


def test_a_version_cannot_be_skipped_and_the_chain_cannot_fork(filled: Ledger) -> None:
    with filled.write(**WHO) as tx:
        with pytest.raises(sqlite3.IntegrityError, match="out of order"):
            tx.db.execute(
                "INSERT INTO setting_version SELECT setting_id, version + 2, value, meaning, "
                "retired, recorded_at, recorded_by, load_id FROM setting_version LIMIT 1"
            )
        with pytest.raises(sqlite3.IntegrityError, match="out of order"):
            audit.append(
                tx.db,
                Anchor(3, "0" * 64),
                dict.fromkeys(("at", "actor", "reason", "action", "entity", "entity_id"), "x")
                | {"version": None, "change": {}},
            )


def test_a_table_that_lost_its_guards_is_refused_on_opening(filled: Ledger) -> None:
    with filled.write(**WHO) as tx:
        tx.db.table("source").transform(rename={"layout": "shape"})  # drops triggers silently
    with pytest.raises(LedgerUnguarded, match="lost its guard source_"):
        Ledger(filled.path)


@pytest.mark.parametrize("actor", [None, "", "  ", "guest", "Guest", "anonymous", "None"])
def test_nobody_in_particular_cannot_write(ledger: Ledger, actor: str | None) -> None:
    with pytest.raises(ActorUnknown), ledger.write(actor=actor, reason="r"):
        pass


@pytest.mark.parametrize("reason", [None, "", "\n "])
def test_a_write_without_a_reason_is_refused(ledger: Ledger, reason: str | None) -> None:
    with pytest.raises(ReasonMissing), ledger.write(actor="Ann", reason=reason):
        pass


def test_entries_are_found_by_what_who_and_when(filled: Ledger) -> None:
    with filled.write(actor="Bob", reason="second") as tx:
        commits.record(tx, "verify", {"verdicts": 0}, {})
        at = tx.at
    with filled.read() as db:
        by_bob = audit.entries(db, actor="Bob")
        since = audit.entries(db, since=at)
        commits_only = audit.entries(db, entity="commit")
        newest = audit.entries(db, limit=1)
    assert by_bob == since == newest
    assert by_bob[0]["change"]["versions"] == {"verdicts": 0}
    assert [entry["actor"] for entry in commits_only] == ["Bob", "Ann Analyst"]


def test_looks_at_personal_data_are_logged_apart_from_the_chain(ledger: Ledger) -> None:
    with ledger.read() as db:
        before = audit.head(db)
    audit.accessed(ledger, "Ann", "answering a complaint", {"mpan": "1200023305967"})
    with ledger.read() as db:
        assert audit.head(db) == before
        looked = audit.accesses(db)
    assert looked[0]["what"] == {"mpan": "1200023305967"}
    assert looked[0]["purpose"] == "answering a complaint"
    with pytest.raises(ReasonMissing):
        audit.accessed(ledger, "Ann", "", {})
