import datetime as dt

import polars as pl
import pytest

from app.session import Desk, Place
from app.views.claim import Claim, settles
from app.views.delivery_desk import DeliveryDesk, beside_html
from app.views.dispute_desk import DisputeDesk
from app.workflows import disputes
from app.workflows.claims import DeliveryEvidence
from characterise import frames
from registry import audit
from registry import disputes as records

START = dt.datetime(2026, 1, 14, 17, tzinfo=dt.UTC)
MPAN = "1200000000009"


def half_hours(count: int) -> list[dt.datetime]:
    return [START + dt.timedelta(minutes=30 * i) for i in range(count)]


@pytest.fixture
def evidence() -> DeliveryEvidence:
    verdicts = [
        (
            "EV1",
            MPAN,
            "7700000000011",
            "FLX<A>",
            "unsupported",
            6.0,
            4.1,
            6.4,
            0.004,
            0.1,
            0.32,
            0.6,
            0.8,
            ["At least one of FLXA (7700000000029), FLXB fell short."],
            ["A second load may have started."],
        ),
        (
            "EV1",
            MPAN,
            None,
            "FLXB",
            "no_boundary_data",
            4.0,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            ["No reading."],
            [],
        ),
    ]
    series = pl.DataFrame(
        {
            "ts_utc": half_hours(4),
            "expected_kw": [3.0] * 4,
            "lower_kw": [2.0] * 4,
            "upper_kw": [4.0] * 4,
            "boundary_kw": [2.5] * 4,
            "in_event": [True] * 4,
        }
    ).with_columns(pl.col("ts_utc").dt.cast_time_unit("us"))
    assets = pl.DataFrame(
        {
            "ts_utc": half_hours(4),
            "amsid": ["7700000000011"] * 4,
            "fsp_id": ["FLX<A>"] * 4,
            "declared_kw": [3.0] * 4,
            "asset_kw": [-1.0] * 4,
        }
    ).with_columns(pl.col("ts_utc").dt.cast_time_unit("us"))
    return DeliveryEvidence(
        event={
            "event_id": "EV1",
            "mpan": MPAN,
            "fsp_ids": ["FLX<A>", "FLXB"],
            "start_utc": START,
            "end_utc": START + dt.timedelta(hours=2),
            "market": None,
            "declared_kwh": 10.0,
        },
        verdicts=pl.DataFrame(verdicts, schema=frames.VERDICTS, orient="row"),
        series=series,
        assets=assets,
        cumulative=frames.CUMULATIVE.to_frame(),
    )


@pytest.fixture
def opened(desk: Desk, evidence: DeliveryEvidence) -> str:
    """A dispute whose evidence was frozen as the workflow freezes it."""
    digest = disputes.freeze(desk.workspace, evidence)
    with desk.workspace.ledger.write(actor="Test", reason="A dispute to settle") as tx:
        return records.open(
            tx,
            None,
            "EV1",
            MPAN,
            ["FLX<A>", "FLXB"],
            "declared_kwh",
            "FLXA says 6 kWh",
            digest,
            disputes._summary(evidence),
        )


def test_claim_stands_beside_its_innocent_reading(evidence: DeliveryEvidence) -> None:
    claim = Claim()
    claim.draw(evidence)
    html = claim._claims.object
    assert "Unsupported by boundary data" in html
    assert "A second load may have started." in html
    assert "market operator" in html
    assert "0.8 kWh" in html
    assert "What would settle it" in html


@pytest.mark.parametrize("word", ["misrepresent", "suspect", "fraud", "guilty"])
def test_nobody_is_accused(evidence: DeliveryEvidence, word: str) -> None:
    claim = Claim()
    claim.draw(evidence)
    shown = f"{claim._claims.object}{claim._heading.object}{claim._numbers.object}".lower()
    assert word not in shown


def test_parties_and_meters_are_escaped_and_masked(evidence: DeliveryEvidence) -> None:
    claim = Claim()
    claim.draw(evidence)
    shown = f"{claim._claims.object}{claim._heading.object}{claim._numbers.object}"
    assert "FLX<A>" not in shown
    assert MPAN not in shown
    assert "7700000000011" not in shown
    assert "FLXA (•••••••••0029)" in shown


def test_boundary_that_is_not_there_draws_no_empty_plot(evidence: DeliveryEvidence) -> None:
    without = DeliveryEvidence(
        event=evidence.event,
        verdicts=evidence.verdicts,
        series=evidence.series.clear(),
        assets=evidence.assets.clear(),
        cumulative=evidence.cumulative,
    )
    claim = Claim()
    claim.draw(without)
    assert not claim._band.visible
    assert not claim._assets.visible
    assert "No boundary data" in claim._claims.object
    assert "No half-hourly boundary data." in claim._numbers.object


def test_record_over_time_says_what_would_settle_it() -> None:
    row = {
        "n_events": 3,
        "events_to_settle": 1,
        "probability_under_delivery": 0.97,
        "delivered_fraction_p50": 0.3,
    }
    assert "about 1 more event of" in settles(row)
    assert "97%" in settles(row)
    assert "no further event" in settles({**row, "events_to_settle": 0})
    assert "asset-meter readings" in settles({**row, "events_to_settle": None})
    assert "asset-meter readings" in settles(None)


def test_claims_on_the_same_half_hours_stand_side_by_side() -> None:
    hour = dt.timedelta(hours=1)
    rows = [
        ("EV1", MPAN, "FLXA", START, START + hour, 6.0, "unsupported"),
        ("EV2", MPAN, "FLXB", START, START + hour, 4.0, "consistent"),
        ("EV3", MPAN, "FLXC", START + hour, START + 2 * hour, 9.0, "consistent"),
        ("EV4", "1200000000010", "FLXD", START, START + hour, 9.0, "consistent"),
    ]
    names = ("event_id", "mpan", "fsp_ids", "start_utc", "end_utc", "declared_kwh", "verdict")
    events = pl.DataFrame(rows, schema=names, orient="row")
    html = beside_html(events, "EV1")
    assert "10 kWh declared" in html
    assert "FLXB" in html
    assert "FLXC" not in html
    assert "FLXD" not in html
    assert beside_html(events, "EV3") == beside_html(events, "EV-none") == ""


def test_event_list_without_events_says_what_to_do(desk: Desk, place: Place) -> None:
    assert "fmar verify" in DeliveryDesk(desk, place).list._count.object


def test_event_that_nobody_declared_is_said_in_a_sentence(desk: Desk) -> None:
    assert "EV-none" in DeliveryDesk(desk, Place(event="EV-none")).notice.said


def test_dispute_shows_the_evidence_as_it_was_frozen(desk: Desk, opened: str) -> None:
    shown = DisputeDesk(desk, Place(dispute=opened))
    assert "FLXA says 6 kWh" in shown._summary.object
    assert "Evidence as frozen on" in shown.claim._heading.object
    assert shown.claim._band.visible


def test_ruling_is_recorded_once_and_shown(desk: Desk, opened: str) -> None:
    shown = DisputeDesk(desk, Place(dispute=opened))
    shown._outcome.value = "Corrected"
    shown._ruling.value = "2 kWh stands; the boundary bears out no more."
    shown.decide()
    assert "Ana Lyst settled it" in shown._summary.object
    assert not shown._form.visible
    with desk.workspace.ledger.read() as db:
        entry = audit.entries(db, entity="dispute", limit=1)[0]
    assert (entry["action"], entry["actor"]) == ("decide", "Ana Lyst")


def test_ruling_needs_an_outcome_and_reasons(desk: Desk, opened: str) -> None:
    shown = DisputeDesk(desk, Place(dispute=opened))
    shown.decide()
    assert "outcome" in shown.notice.said
    assert disputes.get(desk.workspace, opened).record["state"] == "Open"


def test_unknown_dispute_is_said_in_a_sentence(desk: Desk, opened: str) -> None:
    assert "nonesuch" in DisputeDesk(desk, Place(dispute="nonesuch")).notice.said
