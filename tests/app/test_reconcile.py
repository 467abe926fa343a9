"""Findings become flags: what each compares, how it is weighed, what a decision protects."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from app.workflows import reconcile as reconciling
from app.workflows import review
from app.workflows.reconcile import detection_findings, reconcile
from app.workflows.standing import Standing
from app.workspace import Workspace
from characterise.frames import DETECTIONS
from registry import audit

WHO = {"actor": "Ada", "reason": "test"}
MPAN = "1200000000011"


def detection(**changes: Any) -> dict[str, Any]:
    row = {
        "mpan": MPAN,
        "asset_class": "EV_CHARGER",
        "probability": 0.8,
        "lower": 0.7,
        "upper": 0.9,
        "tier": "medium",
        "sufficiency": "sufficient",
        "findings": [],
        "reasons": ["Steps of 7.2 kW on 41 evenings"],
        "detectable_kw": 1.5,
        "first_seen": dt.date(2026, 1, 1),
        "last_seen": dt.date(2026, 6, 1),
        "kw": 7.2,
    }
    return row | changes


def standing(*rows: dict[str, Any], registered: Any = None, **changes: Any) -> Standing:
    facts = {"declared": frozenset(), "non_domestic": frozenset(), "legal_basis": "public_task"}
    return Standing(
        detections=pl.DataFrame(rows, schema={**DETECTIONS, "kw": pl.Float32}),
        registered=registered or {},
        **{**facts, **changes},
    )


def charger(kw: float) -> dict[Any, Any]:
    return {(MPAN, "EV_CHARGER"): ({"rated_import_kw": kw, "rated_export_kw": None},)}


@pytest.mark.parametrize("registered", [None, charger(7.2)])
def test_medium_confidence_invites_whether_or_not_it_is_registered(registered: Any) -> None:
    (flag,) = detection_findings(standing(detection(), registered=registered))
    assert flag.kind == "medium_confidence"
    assert flag.doubt == pytest.approx(0.2, abs=1e-4)
    assert flag.kw_at_stake == pytest.approx(7.2)


def test_what_is_surely_there_and_unregistered_is_a_candidate() -> None:
    sure = detection(probability=0.97, lower=0.93, upper=0.99, tier="high")
    (flag,) = detection_findings(standing(sure))
    assert flag.kind == "candidate_asset"
    assert detection_findings(standing(sure, registered=charger(7.2))) == []


def test_what_is_registered_and_surely_not_seen_is_flagged_with_its_registered_size() -> None:
    absent = detection(probability=0.03, lower=0.01, upper=0.1, tier="low", kw=None)
    (flag,) = detection_findings(standing(absent, registered=charger(22.0)))
    assert flag.kind == "not_seen"
    assert flag.kw_at_stake == 22.0
    assert detection_findings(standing(absent)) == []


@pytest.mark.parametrize(
    "excuse",
    [
        {"findings": ["not_observable_here"]},
        {"findings": ["no_export_register"]},
        {"detectable_kw": 9.0},
        {"upper": 0.6},
        {"probability": None, "lower": None, "upper": None, "tier": None},
    ],
)
def test_what_cannot_be_seen_here_is_never_called_not_seen(excuse: dict[str, Any]) -> None:
    absent = detection(probability=0.03, lower=0.01, upper=0.1, tier="low") | excuse
    assert detection_findings(standing(absent, registered=charger(7.2))) == []


def test_under_consent_an_undeclared_home_is_not_named() -> None:
    consent = {"legal_basis": "consent_only"}
    assert detection_findings(standing(detection(), **consent)) == []
    assert detection_findings(standing(detection(), **consent, declared=frozenset({MPAN})))
    assert detection_findings(standing(detection(), **consent, non_domestic=frozenset({MPAN})))


def test_the_demonstration_has_every_kind_of_flag(workspace: Workspace) -> None:
    kinds = set(review.queue(workspace)["kind"])
    assert kinds == set(reconciling.KINDS)


def test_the_queue_is_ranked_by_worth_with_what_changed_on_top(workspace: Workspace) -> None:
    queue = review.queue(workspace)
    order = queue.select((pl.col("change") != "").alias("changed"), "worth")
    assert order.equals(order.sort("changed", "worth", descending=True))
    worth = queue["kw_at_stake"] * queue["doubt"]
    assert (worth - queue["worth"]).abs().max() < 1e-9


def test_a_second_reconciliation_of_the_same_results_changes_nothing(workspace: Workspace) -> None:
    before = review.queue(workspace)
    reconcile(workspace, **WHO)
    assert review.queue(workspace).equals(before)


def test_a_decision_survives_a_re_run_and_is_in_the_audit_trail_at_once(
    workspace: Workspace,
) -> None:
    flag = review.queue(workspace, kinds=["medium_confidence"]).row(0, named=True)
    receipt = review.decide(
        workspace,
        flag["flag_id"],
        flag["version"],
        "corrected",
        actor="Ada",
        reason_code="other_size",
        note="It is 7.4 kW",
        correction={"rated_import_kw": 7.4},
    )
    with workspace.ledger.read() as db:
        newest = audit.entries(db, limit=1)[0]
        assert audit.verify(db).whole
    assert newest["seq"] == receipt["audit_no"]
    assert newest["actor"] == "Ada"
    reconcile(workspace, **WHO)
    held = review.flag(workspace, flag["flag_id"])
    assert held["state"] == "corrected"
    assert held["correction"] == {"rated_import_kw": 7.4}


def test_a_decision_can_be_taken_back_and_both_stand_in_the_trail(workspace: Workspace) -> None:
    flag = review.queue(workspace).row(0, named=True)
    done = review.decide(
        workspace, flag["flag_id"], flag["version"], "rejected",
        actor="Ada", reason_code="confuser", note="",
    )  # fmt: skip
    undone = review.undo(workspace, flag["flag_id"], actor="Ada", reason="slip of the hand")
    assert undone["audit_no"] > done["audit_no"]
    assert flag["flag_id"] in review.queue(workspace)["flag_id"].to_list()


@pytest.mark.parametrize(
    ("outcome", "code", "note"),
    [("confirmed", "confuser", "x"), ("maybe", "other", "x"), ("rejected", "other", " ")],
)
def test_a_reason_off_the_list_or_an_empty_other_is_refused(
    workspace: Workspace, outcome: str, code: str, note: str
) -> None:
    flag = review.queue(workspace).row(0, named=True)
    with pytest.raises(review.ReasonUnknown):
        review.decide(
            workspace, flag["flag_id"], flag["version"], outcome,
            actor="Ada", reason_code=code, note=note,
        )  # fmt: skip


def test_the_text_filter_finds_part_of_any_name(workspace: Workspace) -> None:
    flag = review.queue(workspace).row(0, named=True)
    found = review.queue(workspace, text=flag["mpan"][3:9])
    assert flag["flag_id"] in found["flag_id"].to_list()
    assert review.queue(workspace, text="no such thing").is_empty()


def test_a_moved_threshold_moves_the_tiers_of_the_next_run(workspace: Workspace) -> None:
    from app.workflows.characterise import characterise
    from registry import settings

    before = workspace.results("detections")
    with workspace.ledger.write(actor="Chair", reason="board of 20 November") as tx:
        settings.change(tx, "tier_medium_probability", 1, 0.60)
    characterise(workspace, **WHO)
    after = workspace.results("detections")
    assert after["probability"].equals(before["probability"])
    medium = pl.col("tier") == "medium"
    assert after.filter(medium).height > before.filter(medium).height
    assert after.filter(medium)["probability"].min() >= 0.60
