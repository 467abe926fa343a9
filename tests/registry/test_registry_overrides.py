"""Overrides in the ledger: rights, versions, expiry, and what was known at each moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import audit, exchange, identifiers, notices, overrides, proof
from registry.errors import DecisionRefused, RecordInvalid, RightsMissing
from registry.ledger import Ledger

WHO = {"actor": "Ann Analyst", "reason": "a test"}
DAY = dt.date(2026, 3, 1)


def numbered(prefix: str, unique: int) -> str:
    first = f"{prefix}{unique:010d}"
    return f"{first}{identifiers.check_digit(first)}"


SITE, METER, OTHER = numbered("12", 1), numbered("77", 1), numbered("77", 2)


def agreed(ledger: Ledger, **changes: Any) -> None:
    row = {
        "fsp": "FLXA",
        "mpan": SITE,
        "amsid": METER,
        "market": "DSO_LOCAL",
        "stack_rank": 1,
        "exclusive": "no",
        "valid_from": "2026-01-01",
    }
    assert exchange.load(ledger, "agreements", [row | changes], **WHO).load_id is not None


def value(**changes: Any) -> overrides.Override:
    fields = {
        "fsp": "FLXA",
        "mpan": SITE,
        "amsid": METER,
        "asset_class": "BESS",
        "parameter": "rated_export_kw",
        "statistic": "max",
        "value": 50.0,
        "given": "50 kW",
        "because": "nameplate",
        "submitted_on": DAY,
        "expires_on": DAY + dt.timedelta(365),
        "review_on": DAY + dt.timedelta(90),
    }
    return overrides.REGISTER.checked(fields | changes)


def submit(ledger: Ledger, **changes: Any) -> tuple[str, int]:
    with ledger.write(**WHO) as tx:
        return overrides.submit(tx, value(**changes))


@pytest.fixture
def held(ledger: Ledger) -> Ledger:
    agreed(ledger)
    return ledger


def test_a_submission_stands_at_once_with_its_audit_entry(held: Ledger) -> None:
    override_id, version = submit(held)
    with held.read() as db:
        (row,) = overrides.standing(db, DAY)
        (entry,) = audit.entries(db, entity="override")
        assert proof.verify(db).whole
    assert (row["override_id"], row["value"], version) == (override_id, 50.0, 1)
    assert (entry["actor"], entry["reason"], entry["action"]) == ("Ann Analyst", "a test", "submit")


@pytest.mark.parametrize(
    "changes",
    [
        {"fsp": "FLXB"},
        {"amsid": OTHER},
        {"amsid": None},
        {"submitted_on": dt.date(2025, 12, 31), "review_on": DAY},
    ],
)
def test_without_an_agreement_over_the_asset_that_day_it_is_refused(
    held: Ledger, changes: dict[str, Any]
) -> None:
    with pytest.raises(RightsMissing, match="has no agreement over"):
        submit(held, **changes)
    with held.read() as db:
        assert overrides.current(db) == []


def test_an_agreement_that_ended_gives_no_right_on_its_end_day(ledger: Ledger) -> None:
    agreed(ledger, valid_to="2026-03-01")
    with pytest.raises(RightsMissing):
        submit(ledger)
    submit(ledger, submitted_on=dt.date(2026, 2, 28))


def test_a_whole_site_agreement_covers_each_asset_and_the_site(ledger: Ledger) -> None:
    agreed(ledger, amsid=None)
    submit(ledger)
    submit(ledger, amsid=None)
    with ledger.read() as db:
        assert len(overrides.standing(db, DAY)) == 2


def test_a_later_submission_is_the_next_version(held: Ledger) -> None:
    assert submit(held, value=40.0, given="40 kW")[1] == 1
    override_id, version = submit(held, value=50.0)
    assert version == 2
    with held.read() as db:
        assert [row["value"] for row in overrides.history(db, override_id)] == [40.0, 50.0]
        assert [row["value"] for row in overrides.standing(db, DAY)] == [50.0]


def test_withdrawn_is_gone_from_reads_kept_in_history_and_can_come_back(held: Ledger) -> None:
    override_id, _ = submit(held)
    with held.write(**WHO) as tx:
        assert overrides.withdraw(tx, override_id) == 2
    with held.read() as db:
        assert overrides.current(db) == []
        assert len(overrides.history(db, override_id)) == 2
    with pytest.raises(DecisionRefused, match="nothing to withdraw"), held.write(**WHO) as tx:
        overrides.withdraw(tx, override_id)
    assert submit(held)[1] == 3


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"value": -5.0}, "not above zero"),
        ({"value": 0.0}, "not above zero"),
        ({"value": float("nan")}, "finite number"),
        ({"parameter": "colour"}, "parameter"),
        ({"asset_class": "CHP"}, "no class that a meter shows"),
        ({"expires_on": DAY}, "is not after"),
        ({"review_on": DAY - dt.timedelta(1)}, "is not between"),
        ({"value": 5e7, "given": "50000000 kW"}, "check the unit"),
        ({"parameter": "duration_h", "value": 400.0, "given": "400 h"}, "above 168 h"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    held: Ledger, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(RecordInvalid, match=says):
        submit(held, **changes)
    with held.read() as db:
        assert audit.entries(db, entity="override") == []


def test_a_median_above_the_maximum_is_refused(held: Ledger) -> None:
    submit(held)
    with pytest.raises(RecordInvalid, match="does not go with the 50 kW submitted as max"):
        submit(held, statistic="p50", value=60.0, given="60 kW")
    submit(held, statistic="p50", value=40.0, given="40 kW")


@pytest.mark.parametrize(
    ("parameter", "given_value", "unit", "kept"),
    [
        ("rated_import_kw", 50.0, None, 50.0),
        ("rated_import_kw", 0.05, "MW", 50.0),
        ("rated_export_kw", 7400.0, "W", 7.4),
        ("duration_h", 90.0, "min", 1.5),
        ("ramp_up_kw_per_min", 1.0, "kW/s", 60.0),
    ],
)
def test_a_value_is_kept_in_the_unit_of_its_parameter(
    parameter: str, given_value: float, unit: str | None, kept: float
) -> None:
    assert overrides.in_unit(parameter, given_value, unit) == pytest.approx(kept)


@pytest.mark.parametrize(
    ("parameter", "unit"), [("rated_import_kw", "h"), ("duration_h", "kW"), ("colour", None)]
)
def test_a_unit_of_something_else_is_refused(parameter: str, unit: str | None) -> None:
    with pytest.raises(RecordInvalid):
        overrides.in_unit(parameter, 1.0, unit)


def test_submitting_the_same_or_less_again_does_not_start_the_watch_anew(held: Ledger) -> None:
    later = [DAY + dt.timedelta(days) for days in (0, 10, 20, 30)]
    override_id, _ = submit(held, value=50.0)
    submit(held, value=50.0, because="again", submitted_on=later[1])
    submit(held, value=45.0, submitted_on=later[2])
    with held.read() as db:
        assert overrides.declared_since(db, override_id, 0.2) == later[0]
    submit(held, value=80.0, submitted_on=later[3])
    with held.read() as db:
        assert overrides.declared_since(db, override_id, 0.2) == later[3]


def test_a_notice_is_told_once_while_it_stands(filled: Ledger) -> None:
    with filled.read() as db:
        (told,) = notices.current(db)
    again = notices.REGISTER.checked(
        {name: told[name] for name in notices.REGISTER.fields} | {"told_on": "2026-02-09"}
    )
    with filled.write(**WHO) as tx:
        assert notices.tell(tx, again) == told["notice_id"]
        assert notices.close(tx, told["flag_id"], dt.date(2026, 2, 10)) == 1
        assert notices.tell(tx, again) != told["notice_id"]


Step = tuple[str, float, int, int]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(["submit", "withdraw"]),
        st.sampled_from([10.0, 20.0, 50.0]),
        st.integers(0, 20),
        st.integers(1, 20),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=20)
@given(steps=STEPS, probe=st.integers(0, 45))
def test_every_moment_reads_as_it_was_then(steps: list[Step], probe: int) -> None:
    """A model of one record: the last submission before the moment, unless withdrawn or expired."""
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.db")
        agreed(ledger)
        model: list[tuple[str, tuple[float, int, int] | None]] = []
        stands: tuple[float, int, int] | None = None
        name = overrides.identity(value())
        for verb, kw, begin, length in steps:
            if verb == "withdraw" and stands is None:
                continue
            with ledger.write(**WHO) as tx:
                if verb == "withdraw":
                    overrides.withdraw(tx, name)
                    stands = None
                else:
                    starts = DAY + dt.timedelta(begin)
                    ends = starts + dt.timedelta(length)
                    days = {"submitted_on": starts, "expires_on": ends, "review_on": starts}
                    overrides.submit(tx, value(value=kw, **days))
                    stands = (kw, begin, begin + length)
                model.append((tx.at, stands))
        day = DAY + dt.timedelta(probe)
        with ledger.read() as db:
            for moment, expected in model:
                holds = expected is not None and expected[1] <= probe < expected[2]
                read = overrides.standing(db, day, as_at=moment)
                assert [row["value"] for row in read] == ([expected[0]] if holds else [])
                assert len(overrides.current(db, as_at=moment)) == (expected is not None)
            if model:
                assert overrides.standing(db, day) == overrides.standing(
                    db, day, as_at=model[-1][0]
                )
                versions = [row["version"] for row in overrides.history(db, name)]
                assert versions == list(range(1, len(versions) + 1))
            assert proof.verify(db).whole


def test_the_forms_of_the_identifiers_are_checked(held: Ledger, mpan: Callable[[int], str]) -> None:
    with pytest.raises(RecordInvalid, match="mpan"):
        submit(held, mpan=f"{mpan(1)[:-1]}{(int(mpan(1)[-1]) + 1) % 10}")
