from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import disputes, flags
from registry.errors import DecisionRefused, RecordInvalid, RecordUnknown, StaleVersion
from registry.flags import FlagFinding
from registry.ledger import Ledger

WHO = {"actor": "Ann Analyst", "reason": "a test"}
DECIDED = ("state", "outcome", "reason_code", "note", "correction", "decided_at", "decided_by")
TOMORROW = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)


def finding(key: str = "k", *, kw: float = 3.0, **evidence: object) -> FlagFinding:
    return FlagFinding(
        key=key,
        kind="medium",
        mpan="1200023305967",
        asset_class="BESS",
        title="A battery, perhaps",
        because="Charges at night.",
        evidence={"tier": "medium", "probability": 0.8} | evidence,
        kw_at_stake=kw,
        doubt=0.4,
    )


def raised(ledger: Ledger, run: str = "1", **change: object) -> str:
    with ledger.write(**WHO) as tx:
        return flags.upsert(tx, finding(**change), run)


def held(ledger: Ledger, flag_id: str) -> dict[str, object]:
    with ledger.read() as db:
        return flags.get(db, flag_id)


def confirm(ledger: Ledger, flag_id: str, version: int = 1) -> int:
    with ledger.write(**WHO) as tx:
        return flags.decide(tx, flag_id, version, "confirmed", "seen_on_site")


def test_the_same_finding_again_writes_nothing(ledger: Ledger) -> None:
    first, again = raised(ledger), raised(ledger, run="2")
    assert first == again
    assert held(ledger, first)["version"] == 1
    assert held(ledger, first)["change"] == "new"


def test_moved_evidence_is_a_new_version_that_says_what_moved(ledger: Ledger) -> None:
    flag_id = raised(ledger)
    raised(ledger, run="2", probability=0.85)
    assert held(ledger, flag_id)["change"] == "evidence changed"
    raised(ledger, run="3", tier="high")
    now = held(ledger, flag_id)
    assert (now["change"], now["previous_tier"], now["updated_run"]) == (
        "tier moved",
        "medium",
        "3",
    )
    assert (now["first_raised_run"], now["state"], now["version"]) == ("1", "open", 3)


RUNS = st.lists(
    st.one_of(
        st.just("gone"),
        st.fixed_dictionaries(
            {
                "tier": st.sampled_from(["high", "medium", "low"]),
                "probability": st.floats(0, 1),
                "kw": st.floats(0, 50),
            }
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25)
@given(runs=RUNS, outcome=st.sampled_from(flags.OUTCOMES))
def test_no_re_run_ever_changes_a_decision(runs: list[object], outcome: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.db")
        flag_id = raised(ledger)
        with ledger.write(**WHO) as tx:
            correction = {"kw": 2.0} if outcome == "corrected" else None
            flags.decide(tx, flag_id, 1, outcome, "why", "as I saw", correction)
        decided = {name: held(ledger, flag_id)[name] for name in DECIDED}
        for number, run in enumerate(runs, start=2):
            with ledger.write(actor="engine", reason="re-run") as tx:
                seen = []
                if isinstance(run, dict):
                    seen = ["k"]
                    flags.upsert(tx, finding(**run), str(number))
                flags.clear_absent(tx, ["medium"], seen, str(number))
            now = held(ledger, flag_id)
            assert {name: now[name] for name in DECIDED} == decided
            if run == "gone":
                assert "gone" in str(now["proposes_reopening"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tier": "high"}, "tier was medium and is high"),
        ({"verdict": "unsupported"}, "verdict was None and is unsupported"),
        ({"probability": 0.95}, "probability was 0.80 and is 0.95"),
        ({"kw": 6.0}, "power at stake was 3.00 kW and is 6.00 kW"),
    ],
)
def test_a_material_change_after_a_decision_proposes_to_reopen(
    ledger: Ledger, change: dict[str, object], words: str
) -> None:
    flag_id = raised(ledger)
    confirm(ledger, flag_id)
    raised(ledger, run="2", **change)
    assert held(ledger, flag_id)["proposes_reopening"] == words
    with ledger.write(**WHO) as tx:
        flags.clear_absent(tx, ["medium"], [], "3")
    assert held(ledger, flag_id)["proposes_reopening"] == "the finding is gone since run 3"
    raised(ledger, run="4")  # and back to what was decided on
    assert held(ledger, flag_id)["proposes_reopening"] is None


def test_a_slow_drift_is_held_against_what_was_decided_on(ledger: Ledger) -> None:
    flag_id = raised(ledger, probability=0.70)
    confirm(ledger, flag_id)
    for run, probability in enumerate([0.74, 0.78], start=2):
        raised(ledger, run=str(run), probability=probability)
        assert held(ledger, flag_id)["proposes_reopening"] is None
    raised(ledger, run="4", probability=0.82)
    assert held(ledger, flag_id)["proposes_reopening"] == "probability was 0.70 and is 0.82"


def test_a_finding_that_is_gone_clears_and_comes_back_as_new(ledger: Ledger) -> None:
    flag_id = raised(ledger)
    with ledger.write(**WHO) as tx:
        assert flags.clear_absent(tx, ["other"], [], "2") == 0
        assert flags.clear_absent(tx, ["medium"], ["k"], "2") == 0
        assert flags.clear_absent(tx, ["medium"], [], "2") == 1
        assert flags.clear_absent(tx, ["medium"], [], "2") == 0
    assert held(ledger, flag_id)["state"] == "cleared"
    assert raised(ledger, run="3") == flag_id
    now = held(ledger, flag_id)
    assert (now["state"], now["change"], now["updated_run"]) == ("open", "new", "3")


def test_a_cleared_flag_cannot_be_decided(ledger: Ledger) -> None:
    flag_id = raised(ledger)
    with ledger.write(**WHO) as tx:
        flags.clear_absent(tx, ["medium"], [], "2")
        with pytest.raises(DecisionRefused, match="gone"):
            flags.decide(tx, flag_id, 2, "confirmed", "why")


def test_undo_opens_the_flag_again_and_keeps_the_trail(ledger: Ledger) -> None:
    flag_id = raised(ledger)
    confirm(ledger, flag_id)
    with ledger.write(actor="Bob", reason="slip of the key") as tx:
        flags.undo(tx, flag_id)
        with pytest.raises(DecisionRefused, match="no decision to undo"):
            flags.undo(tx, flag_id)
    with ledger.read() as db:
        trail = flags.history(db, flag_id)
    assert [row["state"] for row in trail] == ["open", "confirmed", "open"]
    assert [row["recorded_by"] for row in trail] == ["Ann Analyst", "Ann Analyst", "Bob"]
    assert trail[-1]["decided_by"] is None


def test_a_decision_on_a_version_that_moved_is_refused(ledger: Ledger) -> None:
    flag_id = raised(ledger)
    raised(ledger, run="2", tier="high")
    with ledger.write(**WHO) as tx, pytest.raises(StaleVersion) as caught:
        flags.decide(tx, flag_id, 1, "confirmed", "why")
    assert (caught.value.held, caught.value.latest) == (1, 2)


@pytest.mark.parametrize(
    ("outcome", "code", "correction"),
    [
        ("maybe", "why", None),
        ("confirmed", " ", None),
        ("corrected", "why", None),
        ("confirmed", "why", {"kw": 1}),
    ],
)
def test_a_decision_that_says_too_little_or_too_much_is_refused(
    ledger: Ledger, outcome: str, code: str, correction: dict[str, float] | None
) -> None:
    flag_id = raised(ledger)
    with ledger.write(**WHO) as tx, pytest.raises(DecisionRefused):
        flags.decide(tx, flag_id, 1, outcome, code, "", correction)


def test_a_decided_flag_is_undone_before_it_is_decided_anew(ledger: Ledger) -> None:
    flag_id = raised(ledger)
    version = confirm(ledger, flag_id)
    with ledger.write(**WHO) as tx, pytest.raises(DecisionRefused, match="Ann Analyst decided"):
        flags.decide(tx, flag_id, version, "rejected", "why")


def test_a_snoozed_flag_is_open_again_on_its_day(ledger: Ledger) -> None:
    flag_id = raised(ledger)
    with ledger.write(**WHO) as tx:
        with pytest.raises(DecisionRefused, match="future"):
            flags.snooze(tx, flag_id, 1, TOMORROW - dt.timedelta(days=1))
        flags.snooze(tx, flag_id, 1, TOMORROW)
    with ledger.read() as db:
        assert flags.current(db, states=["open"]) == []
        woken = flags.current(db, states=["open"], today=TOMORROW)
    assert [row["flag_id"] for row in woken] == [flag_id]


def test_flags_are_found_by_state_kind_meter_point_and_id(ledger: Ledger) -> None:
    one, two = raised(ledger), raised(ledger, key="other")
    confirm(ledger, two)
    with ledger.read() as db:
        assert [row["flag_id"] for row in flags.current(db, states=["open"])] == [one]
        assert [row["flag_id"] for row in flags.current(db, ids=[two])] == [two]
        assert flags.current(db, kinds=["claim"]) == flags.current(db, mpan="none") == []
        assert len(flags.current(db, mpan="1200023305967")) == 2
        with pytest.raises(RecordUnknown):
            flags.get(db, "no such flag")


def test_a_dispute_keeps_the_evidence_it_was_opened_with(ledger: Ledger) -> None:
    bundle = {"series": [1.0, None, 2.5], "at": "2026-02-01T17:00:00Z"}
    with ledger.write(**WHO) as tx:
        dispute_id = disputes.open(
            tx,
            None,
            "E1",
            "1200023305967",
            ["FLXA", "FLXB"],
            "declared_kwh",
            "Not so.",
            None,
            bundle,
        )
    for version in (1, 2):
        with ledger.write(**WHO) as tx:
            assert disputes.comment(tx, dispute_id, version, "We did deliver.") == version + 1
    with ledger.write(**WHO) as tx:
        disputes.decide(tx, dispute_id, 3, "No Action Required", "The load rose innocently.")
    with ledger.read() as db:
        dispute = disputes.get(db, dispute_id)
        trail = disputes.history(db, dispute_id)
    assert dispute["bundle"] == bundle
    assert dispute["state"] == "No Action Required"
    assert dispute["parties"] == ["FLXA", "FLXB"]
    assert len(trail) == 4
    assert {row["bundle_sha256"] for row in trail} == {dispute["bundle_sha256"]}


@pytest.mark.parametrize(
    ("outcome", "ruling"), [("Fraud", "because"), ("Corrected", " "), ("Open", "because")]
)
def test_a_ruling_has_one_of_two_outcomes_and_says_why(
    ledger: Ledger, outcome: str, ruling: str
) -> None:
    with ledger.write(**WHO) as tx:
        dispute_id = disputes.open(tx, None, "E", "1", ["A"], "f", "c", None, {})
        with pytest.raises(DecisionRefused):
            disputes.decide(tx, dispute_id, 1, outcome, ruling)
        disputes.decide(tx, dispute_id, 1, "Corrected", "Meter was wrong.")
        with pytest.raises(DecisionRefused, match="settled this dispute"):
            disputes.decide(tx, dispute_id, 2, "Corrected", "Again.")


@pytest.mark.parametrize(("parties", "claim"), [([], "c"), ([" "], "c"), (["A"], "")])
def test_a_dispute_needs_a_claim_and_a_party(
    ledger: Ledger, parties: list[str], claim: str
) -> None:
    with ledger.write(**WHO) as tx, pytest.raises(RecordInvalid):
        disputes.open(tx, None, "E", "1", parties, "f", claim, None, {})


def test_open_disputes_come_first_then_the_newest(ledger: Ledger) -> None:
    ids = []
    for _ in range(3):
        with ledger.write(**WHO) as tx:
            ids.append(disputes.open(tx, None, "E", "1", ["A"], "f", "c", None, {}))
    with ledger.write(**WHO) as tx:
        disputes.decide(tx, ids[2], 1, "Corrected", "Yes.")
    with ledger.read() as db:
        listed = [row["dispute_id"] for row in disputes.current(db)]
    assert listed == [ids[1], ids[0], ids[2]]
