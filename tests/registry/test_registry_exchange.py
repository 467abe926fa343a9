from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import (
    agreements,
    asset_meters,
    assets,
    audit,
    declared,
    exchange,
    identifiers,
    loads,
    organisations,
    proof,
)
from registry.errors import (
    ActorUnknown,
    DecisionRefused,
    RecordInUse,
    RecordUnknown,
    UnknownEntity,
    UnreadableSheet,
)
from registry.ledger import Ledger
from registry.loads import REGISTERS
from registry.sheets import SHEETS

WHO = {"actor": "Ann Analyst", "reason": "a test"}
Number = Callable[[int], str]
CLASHING = "fsp,mpan,amsid,market,stack_rank,exclusive,valid_from,valid_to,primacy_type\n"


def core(prefix: str, unique: int) -> str:
    first = f"{prefix}{unique:010d}"
    return f"{first}{identifiers.check_digit(first)}"


def agreement(number: int, **fields: object) -> dict[str, object]:
    return {
        "fsp": "FLXA",
        "mpan": core("12", number),
        "amsid": core("77", number),
        "market": "DSO_LOCAL",
        "stack_rank": 1,
        "exclusive": "false",
        "valid_from": "2026-01-01",
        "valid_to": "",
        "primacy_type": "",
    } | fields


FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "rounded": ({"mpan": "1.2E+12"}, "spreadsheet_rounded"),
    "slip": ({"mpan": "1200023305960"}, "bad_check_digit"),
    "formula": ({"fsp": "=B2"}, "formula"),
    "rank": ({"stack_rank": "first"}, "not_a_whole_number"),
    "yes": ({"exclusive": "perhaps"}, "not_true_or_false"),
    "date": ({"valid_from": "31/02/2026"}, "not_a_date"),
    "blank": ({"market": ""}, "blank"),
    "market": ({"market": "BARTER"}, "record_invalid"),
    "span": ({"valid_to": "2025-01-01"}, "invalid"),
    "primacy": ({"primacy_type": "BOTH"}, "invalid"),
}


def everything(ledger: Ledger) -> dict[str, object]:
    """All that readers see, without what only says when and by whom."""
    with ledger.read() as db:
        held = {
            register.entity: [
                {n: row[n] for n in (register.key, *register.fields)}
                for row in register.current(db)
            ]
            for register in REGISTERS
        }
        return {**held, "declared": declared.current(db)}


@settings(max_examples=25)
@given(
    planted=st.dictionaries(st.integers(0, 11), st.sampled_from(sorted(FAULTS)), max_size=5),
    dry_run=st.booleans(),
)
def test_a_file_is_loaded_whole_or_not_at_all_and_every_fault_is_found_at_its_row(
    planted: dict[int, str], dry_run: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.db")
        before = everything(ledger)
        with ledger.read() as db:
            head = audit.head(db)
        rows = [agreement(n, **FAULTS[planted[n]][0] if n in planted else {}) for n in range(12)]
        report = exchange.load(ledger, "agreements", rows, **WHO, dry_run=dry_run)
        found = {(error.row, error.code) for error in report.errors}
        assert found == {(n + 2, FAULTS[fault][1]) for n, fault in planted.items()}
        assert all(error.message and error.fix for error in report.errors)
        with ledger.read() as db:
            if planted or dry_run:
                assert report.load_id is None
                assert audit.head(db) == head
                assert everything(ledger) == before
            else:
                assert len(agreements.current(db)) == report.accepted == 12
            assert proof.verify(db).whole


def test_the_same_file_twice_changes_nothing(ledger: Ledger) -> None:
    rows = [agreement(n) for n in range(5)]
    exchange.load(ledger, "agreements", rows, **WHO)
    with ledger.read() as db:
        head = audit.head(db)
    again = exchange.load(ledger, "agreements", rows, **WHO)
    assert (again.load_id, again.accepted, again.unchanged, again.errors) == (None, 0, 5, [])
    with ledger.read() as db:
        assert audit.head(db) == head


def test_a_changed_row_is_the_next_version_of_its_record(ledger: Ledger) -> None:
    exchange.load(ledger, "agreements", [agreement(1)], **WHO)
    ended = agreement(1, valid_to="2026-06-01", stack_rank=2)
    report = exchange.load(ledger, "agreements", [ended], **WHO)
    assert (report.accepted, report.unchanged) == (1, 0)
    with ledger.read() as db:
        (held,) = agreements.current(db)
    assert (held["version"], held["valid_to"], held["stack_rank"]) == (2, "2026-06-01", 2)


def test_rows_of_one_file_that_clash_name_each_other(ledger: Ledger) -> None:
    rows = [agreement(1), agreement(2), agreement(1, fsp="FLXB", market="WHOLESALE")]
    report = exchange.load(ledger, "agreements", rows, **WHO)
    (error,) = report.errors
    assert (error.row, error.code) == (4, "same_rank")
    assert "row 2 of this file" in error.message


def test_undo_puts_everything_back_as_it_was(filled: Ledger) -> None:
    before = everything(filled)
    rows = [agreement(n) for n in range(20, 24)]
    with filled.read() as db:
        (held,) = agreements.current(db)
    changed = {name: held[name] for name in SHEETS["agreements"].required} | {
        "amsid": held["amsid"],
        "valid_to": "2027-01-01",
    }
    report = exchange.load(filled, "agreements", [*rows, changed], **WHO)
    assert report.accepted == 5
    assert everything(filled) != before
    assert report.load_id is not None
    count = exchange.undo(filled, report.load_id, actor="Bob", reason="wrong file")
    assert everything(filled) == before
    assert count == 5 + 4  # four of the asset meters were stubs of this load
    with filled.read() as db:
        assert proof.verify(db).whole
        assert loads.current(db)[0]["state"] == "undone"
    with pytest.raises(DecisionRefused, match="undone by Bob"):
        exchange.undo(filled, report.load_id, **WHO)


def test_what_was_undone_can_be_loaded_again(ledger: Ledger) -> None:
    rows = [{"organisation_id": "ORG-ONE", "name": "One", "mpid": "FLXA"}]
    first = exchange.load(ledger, "organisations", rows, **WHO)
    assert first.load_id
    exchange.undo(ledger, first.load_id, **WHO)
    assert exchange.load(ledger, "organisations", rows, **WHO).accepted == 1
    with ledger.read() as db:
        assert [row["version"] for row in organisations.history(db, "ORG-ONE")] == [1, 2, 3]
        assert organisations.get(db, "ORG-ONE")["name"] == "One"
        assert proof.verify(db).whole


def load_of(ledger: Ledger, entity: str) -> str:
    with ledger.read() as db:
        return next(row["bulk_load_id"] for row in loads.current(db) if row["entity"] == entity)


@pytest.mark.parametrize(
    ("entity", "in_the_way"),
    [
        ("organisations", "agreement"),
        ("assets", "asset_meter"),
        ("asset-meters", "agreement"),
        ("events", "declared"),
    ],
)
def test_a_load_that_others_rest_on_is_not_undone_and_they_are_named(
    filled: Ledger, entity: str, in_the_way: str
) -> None:
    before = everything(filled)
    with pytest.raises(RecordInUse, match=in_the_way):
        exchange.undo(filled, load_of(filled, entity), **WHO)
    assert everything(filled) == before


def test_a_load_that_was_revised_since_is_not_undone(filled: Ledger) -> None:
    with filled.write(actor="Bob", reason="ends") as tx:
        (held,) = agreements.current(tx.db)
        agreements.revise(tx, held["agreement_id"], 1, {"valid_to": "2027-01-01"})
    with pytest.raises(RecordInUse, match=f"Bob changed agreement {held['agreement_id']}"):
        exchange.undo(filled, load_of(filled, "agreements"), **WHO)


def test_loads_are_undone_in_reverse_to_an_empty_register(filled: Ledger) -> None:
    with filled.read() as db:
        ids = [row["bulk_load_id"] for row in loads.current(db)]
    with filled.read() as db:
        open_dispute = bool(db.execute("SELECT 1 FROM dispute").fetchone())
    assert open_dispute
    exchange.undo(filled, ids[0], **WHO)
    with pytest.raises(RecordInUse, match="dispute"):
        exchange.undo(filled, ids[1], **WHO)  # the event is what the dispute is about


def test_declared_half_hours_are_corrected_and_taken_back(filled: Ledger) -> None:
    with filled.read() as db:
        (held,) = declared.current(db)
    report = exchange.load(filled, "declared", [held | {"declared_kwh": 2.0}], **WHO)
    with filled.read() as db:
        assert [row["declared_kwh"] for row in declared.current(db, event_id="E1")] == [2.0]
    with pytest.raises(RecordInUse, match="declared half-hour"):
        exchange.undo(filled, load_of_first(filled), **WHO)
    assert report.load_id
    exchange.undo(filled, report.load_id, **WHO)
    with filled.read() as db:
        assert declared.current(db) == [held]
        assert proof.verify(db).whole


def load_of_first(ledger: Ledger) -> str:
    with ledger.read() as db:
        rows = [row for row in loads.current(db) if row["entity"] == "declared"]
    return str(rows[-1]["bulk_load_id"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event_id": "E9"}, "unknown_event"),
        ({"ts_utc": "2026-02-01T17:10:00Z"}, "not_a_half_hour"),
        ({"declared_kwh": "nan"}, "not_a_number"),
        ({"declared_kwh": ""}, "blank"),
        ({"ts_utc": "17:00"}, "not_a_time"),
    ],
)
def test_a_declared_half_hour_that_cannot_be_is_refused(
    filled: Ledger, change: dict[str, object], code: str
) -> None:
    with filled.read() as db:
        (held,) = declared.current(db)
    report = exchange.load(filled, "declared", [held | change], **WHO)
    assert [(error.row, error.code) for error in report.errors] == [(2, code)]


def test_two_values_for_one_declared_half_hour_are_an_error_and_equal_ones_are_one(
    filled: Ledger,
) -> None:
    with filled.read() as db:
        (held,) = declared.current(db)
    later = held | {"ts_utc": "2026-02-01T17:30:00Z"}
    both = exchange.load(filled, "declared", [later, later | {"declared_kwh": 9}], **WHO)
    assert [(error.row, error.code) for error in both.errors] == [(3, "two_values")]
    once = exchange.load(filled, "declared", [later, later], **WHO)
    assert (once.accepted, once.unchanged) == (1, 1)


def test_a_declaration_outside_its_event_is_taken_with_a_warning(filled: Ledger) -> None:
    with filled.read() as db:
        (held,) = declared.current(db)
    report = exchange.load(
        filled, "declared", [held | {"ts_utc": "2026-02-01T19:00:00+00:00"}], **WHO
    )
    assert report.accepted == 1
    assert [warning.code for warning in report.warnings] == ["outside_event"]


CSV = CLASHING + "FLXA,{mpan},,DSO_LOCAL,1,Yes,01/03/2026,,none\n,,,,,,,,\n"


@pytest.mark.parametrize(
    ("encoding", "change"),
    [
        ("utf-8", str),
        ("utf-8-sig", str),
        ("cp1252", lambda text: text.replace("FLXA", "FLXA\u00a0")),
        ("utf-16", str),
        ("utf-8", lambda text: text.replace(",", ";")),
        ("utf-8", lambda text: "sep=;\n" + text.replace(",", ";")),
        ("utf-8", lambda text: text.replace("\n", "\r\n")),
        ("utf-8", lambda text: text.replace("stack_rank", " Stack Rank ")),
    ],
)
def test_a_csv_as_spreadsheets_write_it_is_read(
    ledger: Ledger, tmp_path: Path, encoding: str, change: Callable[[str], str]
) -> None:
    path = tmp_path / "agreements.csv"
    path.write_bytes(change(CSV.format(mpan=core("12", 1))).encode(encoding))
    report = exchange.load(ledger, "agreements", path, **WHO)
    assert (report.accepted, report.errors) == (1, [])
    with ledger.read() as db:
        (held,) = agreements.current(db)
    assert (held["valid_from"], held["exclusive"], held["amsid"]) == ("2026-03-01", True, None)
    assert held["primacy_type"] == "NONE"


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "agreements.csv"
    good, bad = f"FLXA,{core('12', 1)},,DSO_LOCAL,1,no,2026-01-01,,", "FLXA,12,,DSO_LOCAL,1,no,x,,"
    path.write_text(f'{CLASHING}{good}\n\n"","",\n{bad}\n{good},surplus\n')
    report = exchange.load(ledger, "agreements", path, **WHO)
    assert [(error.row, error.column, error.code) for error in report.errors] == [
        (5, "mpan", "wrong_length"),
        (5, "valid_from", "not_a_date"),
        (6, "", "surplus_cells"),
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (CLASHING.encode(), "no rows"),
        (b"fsp,mpan\nA,B\n", "lacks market, stack_rank"),
        (b"fsp,FSP\nA,B\n", "two columns"),
        (b"PK\x03\x04\x00\x00", "save the sheet as CSV"),
        (b'fsp,mpan\n"FLXA,1\n', "no CSV file"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    ledger: Ledger, tmp_path: Path, body: bytes, words: str
) -> None:
    path = tmp_path / "agreements.csv"
    path.write_bytes(body)
    with pytest.raises(UnreadableSheet, match=words):
        exchange.load(ledger, "agreements", path, **WHO)


def test_a_missing_file_an_unknown_entity_and_nobody_are_refused(
    ledger: Ledger, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableSheet, match="no file"):
        exchange.load(ledger, "agreements", tmp_path / "none.csv", **WHO)
    with pytest.raises(UnknownEntity, match="agreements"):
        exchange.load(ledger, "spaceships", [], **WHO)
    with pytest.raises(ActorUnknown):
        exchange.load(ledger, "agreements", [agreement(1)], actor="guest", reason="r")
    with pytest.raises(RecordUnknown):
        exchange.undo(ledger, "no such load", **WHO)


def test_a_column_nobody_knows_is_ignored_with_a_warning(ledger: Ledger) -> None:
    report = exchange.load(ledger, "agreements", [agreement(1, colour="red", amsid="")], **WHO)
    assert (1, "unknown_column") in {(w.row, w.code) for w in report.warnings}
    assert report.accepted == 1


def test_a_file_of_organisations_takes_the_place_of_stubs(ledger: Ledger) -> None:
    exchange.load(ledger, "agreements", [agreement(1), agreement(2, fsp="ORG-NEW")], **WHO)
    rows: list[dict[str, Any]] = [
        {"organisation_id": "ORG-ONE", "name": "One Ltd", "mpid": "FLXA", "mpid_role": "7"},
        {"organisation_id": "ORG-NEW", "name": "New Ltd"},
    ]
    report = exchange.load(ledger, "organisations", rows, **WHO)
    assert (report.accepted, report.errors) == (2, [])
    with ledger.read() as db:
        held = {row["organisation_id"]: row for row in organisations.current(db)}
        found = organisations.by_fsp(db, "FLXA")
    assert set(held) == {"ORG-ONE", "ORG-NEW"}
    assert not any(row["stub"] for row in held.values())
    assert found is not None
    assert found["name"] == "One Ltd"


def test_a_file_of_asset_meters_completes_a_stub_by_either_amsid(
    ledger: Ledger, mpan: Number, amsid: Number
) -> None:
    exchange.load(ledger, "agreements", [agreement(1), agreement(2, amsid=amsid(20))], **WHO)
    rows = [
        {"import_amsid": amsid(1), "import_mpan": mpan(1)},
        {"import_amsid": amsid(19), "export_amsid": amsid(20), "import_mpan": mpan(2)},
    ]
    assert exchange.load(ledger, "asset-meters", rows, **WHO).errors == []
    with ledger.read() as db:
        held = asset_meters.current(db)
    assert [row["stub"] for row in held] == [False, False]
    assert {row["import_amsid"] for row in held} == {amsid(1), amsid(19)}


def test_what_a_row_names_must_be_there(ledger: Ledger, mpan: Number, amsid: Number) -> None:
    asset = {"name": "x", "asset_class": "BESS", "organisation_id": "ORG-NONE"}
    meter = {"import_amsid": amsid(1), "import_mpan": mpan(1), "asset_id": "none"}
    for entity, row in (("assets", asset), ("asset-meters", meter)):
        report = exchange.load(ledger, entity, [row], **WHO)
        assert [error.code for error in report.errors] == ["record_unknown"]
    with ledger.read() as db:
        assert assets.current(db) == []


def test_every_fault_of_a_row_is_named_at_once(ledger: Ledger) -> None:
    row = {"name": "", "asset_class": "BOILER", "mpan": "1", "rated_import_kw": "7,4"}
    report = exchange.load(ledger, "assets", [row], **WHO)
    assert {error.column for error in report.errors} == {"name", "mpan", "rated_import_kw"}
    row |= {"name": "n", "mpan": "", "rated_import_kw": -1}
    report = exchange.load(ledger, "assets", [row], **WHO)
    assert {error.column for error in report.errors} == {"asset_class", "rated_import_kw"}
