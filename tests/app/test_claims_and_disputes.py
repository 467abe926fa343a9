"""One event as both sides see it; a dispute keeps what was seen when it was opened."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from app.workflows import claims, disputes, evidence
from app.workspace import Workspace
from registry import audit


@pytest.fixture
def claim(workspace: Workspace) -> str:
    events = claims.events(workspace)
    return str(events.filter(pl.col("verdict") == "unsupported")["event_id"][0])


def test_unsupported_events_come_first(workspace: Workspace) -> None:
    verdicts = claims.events(workspace)["verdict"].to_list()
    assert "unsupported" in verdicts
    assert verdicts[: verdicts.count("unsupported")] == ["unsupported"] * verdicts.count(
        "unsupported"
    )


def test_the_drawn_band_is_what_the_verdict_was_reached_with(
    workspace: Workspace, claim: str
) -> None:
    shown = claims.delivery(workspace, claim)
    inside = shown.series.filter("in_event")
    assert inside["lower_kw"].is_null().sum() == 0
    expected = float(inside["expected_kw"].sum()) / 2
    boundary = float(inside["boundary_kw"].sum()) / 2
    assert shown.verdicts["expected_kwh"][0] == pytest.approx(expected, rel=1e-3, abs=1e-2)
    assert shown.verdicts["boundary_kwh"][0] == pytest.approx(boundary, rel=1e-3, abs=1e-2)


def test_declared_power_stands_beside_the_asset_meters_own(
    workspace: Workspace, claim: str
) -> None:
    shown = claims.delivery(workspace, claim)
    declared = float(shown.assets["declared_kw"].sum()) / 2
    assert declared == pytest.approx(shown.event["declared_kwh"], rel=1e-4)


def test_every_claim_in_the_same_half_hours_is_shown_together(workspace: Workspace) -> None:
    shared = (
        workspace.declared()
        .group_by("mpan", "ts_utc")
        .agg(pl.col("event_id").unique().sort(), pl.col("fsp_id").unique().sort())
        .filter(pl.col("fsp_id").list.len() > 1)
        .row(0, named=True)
    )
    for event_id in shared["event_id"]:
        shown = claims.delivery(workspace, event_id)
        assert shown.event["fsp_ids"] == shared["fsp_id"]
        assert set(shown.event["event_ids"]) == set(shared["event_id"])
        assert shown.verdicts["event_id"][0] == event_id
        assert set(shown.verdicts["fsp_id"]) == set(shared["fsp_id"])
        assert set(shown.assets["fsp_id"].drop_nulls()) == set(shared["fsp_id"])


def test_an_event_nobody_declared_for_is_named(workspace: Workspace) -> None:
    with pytest.raises(claims.EventUnknown, match="EV-NONE"):
        claims.delivery(workspace, "EV-NONE")


def test_a_dispute_keeps_the_evidence_as_it_was(workspace: Workspace, claim: str) -> None:
    before = claims.delivery(workspace, claim)
    dispute_id = disputes.open_from_event(
        workspace, claim, actor="Ada", reason="FSP disagrees", claim="We delivered in full"
    )
    view = disputes.get(workspace, dispute_id)
    for name in ("series", "assets", "verdicts", "cumulative"):
        assert_frame_equal(getattr(view.evidence, name), getattr(before, name), abs_tol=1e-4)
    assert view.evidence.event["start_utc"] == before.event["start_utc"]


def test_a_ruling_is_recorded_and_the_chain_stays_whole(workspace: Workspace, claim: str) -> None:
    dispute_id = disputes.open_from_event(
        workspace, claim, actor="Ada", reason="FSP disagrees", claim="We delivered in full"
    )
    version = disputes.get(workspace, dispute_id).record["version"]
    disputes.decide(
        workspace, dispute_id, version, "No Action Required", "Clock was an hour off", actor="Bo"
    )
    with workspace.ledger.read() as db:
        assert audit.verify(db).whole
        entry = audit.entries(db, entity="dispute", entity_id=dispute_id, limit=1)[0]
    assert entry["actor"] == "Bo"
    assert disputes.current(workspace)["state"][0] != "open"


def test_altered_or_erased_evidence_is_not_shown_as_if_it_were_whole(
    workspace: Workspace, claim: str
) -> None:
    dispute_id = disputes.open_from_event(
        workspace, claim, actor="Ada", reason="FSP disagrees", claim="We delivered in full"
    )
    (bundle,) = (workspace.root / "bundles").iterdir()
    data = bundle.read_bytes()
    bundle.write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
    with pytest.raises(disputes.BundleMissing, match="altered"):
        disputes.get(workspace, dispute_id)
    bundle.unlink()
    with pytest.raises(disputes.BundleMissing, match="not in this workspace"):
        disputes.get(workspace, dispute_id)


def test_evidence_that_an_older_program_froze_alone_still_opens(
    workspace: Workspace, claim: str
) -> None:
    before = claims.delivery(workspace, claim)
    digest = disputes.freeze(workspace, before)
    thawed = disputes.thaw(workspace, digest)
    for name in ("series", "assets", "verdicts", "cumulative"):
        assert_frame_equal(getattr(thawed, name), getattr(before, name))
    with pytest.raises(disputes.BundleMissing, match="as it stands"):
        disputes.frozen_bundle(workspace, digest)
    (file,) = (workspace.root / "bundles").glob("*.json")
    file.write_text(file.read_text().replace("unsupported", "consistent"))
    with pytest.raises(disputes.BundleMissing, match="altered"):
        disputes.thaw(workspace, digest)


def test_the_dossier_holds_every_half_hour_with_its_local_clock(workspace: Workspace) -> None:
    mpan = evidence.meter_points(workspace)["mpan"][0]
    shown = evidence.meter(workspace, mpan)
    assert shown.reads.height > 0
    assert shown.reads["local_slot"].is_between(0, 47).all()
    assert shown.detections.height == 5
    net = shown.reads["import_kw"] - shown.reads["export_kw"]
    assert (net - shown.reads["net_kw"]).abs().max() < 1e-4


def test_revealing_a_meter_point_is_logged_apart_from_the_write_chain(workspace: Workspace) -> None:
    with workspace.ledger.read() as db:
        before = audit.verify(db).entries
    evidence.reveal(workspace, "1200000000011", "Ada", "checking a dispute")
    with workspace.ledger.read() as db:
        assert audit.accesses(db, limit=1)[0]["actor"] == "Ada"
        assert audit.verify(db).entries == before
