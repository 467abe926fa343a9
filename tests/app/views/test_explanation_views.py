"""How sure a verdict is: sentences and tables beside the charts."""

import datetime as dt

import polars as pl
import pytest

from app.session import Desk, Place
from app.views.claim import balance, settles
from app.views.delivery_desk import DeliveryDesk, event_rows, holds
from app.views.explanation import Explained
from app.views.explanation_text import (
    at_least_one,
    chance_html,
    methods_html,
    record_html,
    sentence_of,
)
from app.workflows.claims import SERIES, DeliveryEvidence
from app.workflows.explanation import EventExplanation
from characterise import frames
from characterise.delivery.every_baseline import FIGURES, LINES, EveryBaseline
from characterise.delivery.explain import PARTIES, TRIALS, WINDOWS, Explanation
from characterise.delivery.running import RUNNING

START = dt.datetime(2026, 1, 14, 17, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MPAN = "1200000000009"
METERS = ("7700000000011", "7700000000029")


def trial(together: bool, fsp: str | None, amsid: str | None, short: float) -> tuple[object, ...]:
    event = None if together else "EV1"
    return (3, together, event, fsp, amsid, 10.0, 10.0 - short, short, 3.0, 5.0, 0.005, 199)


@pytest.fixture
def check() -> Explanation:
    claims = [
        ("EV1", MPAN, amsid, fsp, "one_of_several", 0.4, 0.2, 0.5, 0.1, 0.6, 0.97)
        for amsid, fsp in zip(METERS, ("FLX<A>", "FLXB"), strict=True)
    ]
    grown = [
        (MPAN, METERS[0], "FLX<A>", f"EV{k}", START + DAY * k, k, 20.0**k, 0.1, 0.3, 0.5)
        for k in (1, 2, 3)
    ]
    trials = [trial(True, None, None, 8.0), trial(False, "FLX<A>", METERS[0], 2.0)]
    return Explanation(
        verdicts=frames.VERDICTS.to_frame(),
        trials=pl.DataFrame(trials, schema=TRIALS, orient="row"),
        windows=pl.DataFrame({"trial": [3] * 30, "shortfall_kwh": [0.1] * 30}, schema=WINDOWS),
        parties=pl.DataFrame(claims, schema=PARTIES, orient="row"),
        running=pl.DataFrame(grown, schema=RUNNING, orient="row"),
        call_at_e=100.0,
        under_delivery=0.75,
    )


@pytest.fixture
def figures() -> pl.DataFrame:
    rows = [
        (method, 2, "EV1", "FLX<A>", METERS[0], verdict, 10.0, 9.0, 7.0, 2.0, 0.005, 5.0)
        for method, verdict in (
            ("ridge", "unsupported"),
            ("bl01_like", "unsupported"),
            ("mean_of_days", "undecidable"),
        )
    ]
    return pl.DataFrame(rows, schema=FIGURES, orient="row")


@pytest.fixture
def evidence() -> DeliveryEvidence:
    stamps = [START + dt.timedelta(minutes=30 * i) for i in range(4)]
    series = pl.DataFrame(
        {
            "ts_utc": stamps,
            "expected_kw": [6.0] * 4,
            "lower_kw": [5.0] * 4,
            "upper_kw": [7.0] * 4,
            "boundary_kw": [4.0] * 4,
            "in_event": [True] * 4,
        },
        schema=SERIES,
    )
    return DeliveryEvidence(
        event={"event_id": "EV1", "event_ids": ["EV1"], "mpan": MPAN, "declared_kwh": 10.0},
        verdicts=frames.VERDICTS.to_frame(),
        series=series,
        assets=pl.DataFrame(),
        cumulative=frames.CUMULATIVE.to_frame(),
    )


def test_shortfall_is_said_beside_chance_and_the_smallest_visible(check: Explanation) -> None:
    said = sentence_of(check.trials.row(0, named=True))
    assert "8 kWh, more than chance explains (3 kWh)" in said
    assert "the smallest it could have seen is 5 kWh" in said
    honest = sentence_of(check.trials.row(1, named=True))
    assert "no more than chance explains" in honest


def test_where_nothing_tells_both_are_named_with_split_and_collinearity(
    check: Explanation,
) -> None:
    said = at_least_one(check.parties)
    assert "At least one of FLX&lt;A&gt; …0011, FLXB …0029 fell short" in said
    assert "0.97" in said
    assert "60%" in said
    assert "dispatched alone" in said


def test_a_claim_that_answers_alone_names_nobody_else(check: Explanation) -> None:
    alone = check.parties.with_columns(ground=pl.lit("itself"))
    assert at_least_one(alone) == ""


def test_table_holds_the_sum_and_each_claim_masked_and_escaped(check: Explanation) -> None:
    html = chance_html(check)
    assert "All together" in html
    assert "FLX<A>" not in html
    assert METERS[0] not in html
    assert "Minimum detectable" in html


def test_record_says_when_the_bar_was_passed(check: Explanation) -> None:
    html = record_html(check, ["EV2"])
    assert "passed the bar of 100 after 2 of 3 events" in html
    assert "EV2 (shown here)" in html
    assert "at most 1%" in html
    assert "not called" not in html  # under-delivery is likelier than not
    doubt = check.parties.with_columns(probability_under=0.03)
    torn = record_html(Explanation(**{**_fields(check), "parties": doubt}), [])
    assert "It is not called: the chance of under-delivery is 3%" in torn
    calm = record_html(
        Explanation(**{**_fields(check), "running": check.running.with_columns(e_value=0.5)}), []
    )
    assert "under the bar of 100 in all 3 events" in calm


def test_verdict_that_hangs_on_the_baseline_is_said(figures: pl.DataFrame) -> None:
    said = methods_html(figures)
    assert "it hangs on the baseline" in said
    assert "too small to decide under Mean of days" in said
    same = methods_html(figures.with_columns(verdict=pl.lit("unsupported")))
    assert "the same under every baseline (unsupported by boundary data)" in same


def test_boundary_never_read_hides_every_chart(
    evidence: DeliveryEvidence, check: Explanation, figures: pl.DataFrame
) -> None:
    shown = Explained()
    lines = [(m, t, 5.0) for m in ("ridge",) for t in evidence.series["ts_utc"]]
    every = EveryBaseline(pl.DataFrame(lines, schema=LINES, orient="row"), figures)
    shown.draw(evidence, EventExplanation(check, every, stale=True))
    assert shown._layout.visible
    assert all(pane.object is not None for pane in shown.plots.values())
    assert "fmar verify" in shown._text["stale"].object
    shown.draw(evidence, None)
    assert not shown._layout.visible


def test_balance_says_fall_beside_declared(evidence: DeliveryEvidence) -> None:
    assert "Declared in all: 10 kWh. The boundary fell 4 kWh" in balance(evidence)
    unread = DeliveryEvidence(
        evidence.event, evidence.verdicts, evidence.series.clear(), pl.DataFrame(), pl.DataFrame()
    )
    assert "nothing can be borne out or contradicted" in balance(unread)


def test_series_without_a_boundary_is_settled_by_readings() -> None:
    assert "boundary readings" in settles({"n_events": 0, "events_to_settle": None})


def test_queue_is_filtered_by_provider_event_or_asset_meter(desk: Desk) -> None:
    rows = pl.DataFrame(
        {
            "event_id": ["EV1", "EV2"],
            "fsp_ids": ["FLXA", "FLXB"],
            "amsids": [METERS[0], METERS[1]],
        }
    )
    assert rows.filter(holds("flxa"))["event_id"].to_list() == ["EV1"]
    assert rows.filter(holds("0029"))["event_id"].to_list() == ["EV2"]
    assert rows.filter(holds("(")).is_empty()
    place = Place(text="FLXA")
    shown = DeliveryDesk(desk, place)
    assert shown._text.value == "FLXA"
    shown._text.value = "EV2"
    assert place.query() == "?text=EV2"


def test_list_says_what_is_missing_and_leaves_the_unknown_blank() -> None:
    rows = pl.DataFrame(
        {
            "event_id": ["EV1"],
            "verdict": ["no_boundary_data"],
            "fsp_ids": ["FLXA"],
            "declared_kwh": [6.0],
            "missing_kwh": [None],
            "min_detectable_kwh": [None],
            "probability_under_delivery": [None],
            "start_utc": [START],
        },
        schema_overrides={
            "missing_kwh": pl.Float32,
            "min_detectable_kwh": pl.Float32,
            "probability_under_delivery": pl.Float32,
        },
    )
    [row] = event_rows(rows).to_dicts()
    assert (row["what"], row["kwh"], row["missing"], row["under"]) == ("No data", 6.0, None, "–")


def _fields(check: Explanation) -> dict[str, object]:
    return {name: getattr(check, name) for name in check.__dataclass_fields__}
