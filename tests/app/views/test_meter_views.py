"""What one meter point's views hold: drive them, read their panes and figures; no browser."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from bokeh.plotting import figure as Figure

from app.session import Desk, Place
from app.views.capability import Capability
from app.views.detections import detections_html, tier_lamp
from app.views.dossier import Dossier
from app.views.entries import declared_beside_observed
from app.views.identity import Identity
from app.views.operation import Operation
from app.views.telling_days import telling_day
from app.views.traces import Traces
from characterise import frames
from registry import audit

MPAN = "1200000000009"
NOT_SEEN = frames.DETECTIONS.to_frame()


def charging(*days: tuple[int, float]) -> pl.DataFrame:
    rows = [
        (MPAN, "EV_CHARGER", dt.datetime(2026, 1, day, 18, tzinfo=dt.UTC), kwh, 0.0)
        for day, kwh in days
    ]
    return pl.DataFrame(rows, schema=frames.ATTRIBUTION, orient="row")


def evidence(year: pl.DataFrame, attribution: pl.DataFrame) -> SimpleNamespace:
    return SimpleNamespace(
        reads=year, attribution=attribution, detections=frames.DETECTIONS.to_frame()
    )


def test_opens_on_the_day_that_shows_the_class_best(year: pl.DataFrame, place: Place) -> None:
    traces = Traces(place)
    drawn = year.with_columns(import_kw=pl.lit(8.0))
    traces.draw(evidence(drawn, charging((3, 1.0), (6, 4.0))), "EV_CHARGER")
    assert place.day == dt.date(2026, 1, 6)
    assert "EV charger" in traces._energy.object


def test_nothing_attributed_opens_on_the_last_day_read(year: pl.DataFrame) -> None:
    assert telling_day(year, charging(), None) == dt.date(2026, 1, 10)
    assert telling_day(year.clear(), charging(), None) is None


def test_load_that_the_boundary_shows_makes_a_better_day_than_load_behind_a_battery(
    year: pl.DataFrame,
) -> None:
    quiet = year.with_columns(
        import_kw=pl.when(pl.col("local_date") == dt.date(2026, 1, 7)).then(0.0).otherwise(8.0)
    )
    assert telling_day(quiet, charging((4, 3.0), (7, 9.0)), None) == dt.date(2026, 1, 4)


def test_class_in_progress_shows_no_figures() -> None:
    seen = [
        (MPAN, name, 0.6, 0.1, 0.9, tier, "sufficient", [], [], 1.0, None, None)
        for name, tier in (("BESS", "low"), ("SOLAR_PV", "high"))
    ]
    sized = [
        (MPAN, name, "rated_export_kw", "p90", 3.0, 2.0, 4.0, 9, 0.9, "high")
        for name in ("BESS", "SOLAR_PV")
    ]
    capability = Capability()
    capability.draw(
        pl.DataFrame(sized, schema=frames.CAPABILITY, orient="row"),
        pl.DataFrame(seen, schema=frames.DETECTIONS, orient="row"),
    )
    assert "Battery" in capability._waiting.object
    assert "Characterisation in progress" in capability._waiting.object
    assert "Battery" not in capability._table.object
    assert "Solar" in capability._table.object


def test_class_less_likely_than_not_is_folded_unless_under_review() -> None:
    rows = [
        (MPAN, name, chance, 0.0, 0.9, "low", "sufficient", ["resized"], [], 1.0, None, None)
        for name, chance in (("BESS", 0.2), ("SOLAR_PV", 0.8))
    ]
    frame = pl.DataFrame(rows, schema=frames.DETECTIONS, orient="row")
    assert "Less likely than not: Battery 20% (would show from 1 kW)" in detections_html(frame)
    assert "Less likely" not in detections_html(frame, "BESS")
    assert "What limits this" not in detections_html(frame)  # a change of size limits nothing


def test_day_of_the_address_is_kept_while_the_readings_cover_it(year: pl.DataFrame) -> None:
    place = Place(day=dt.date(2026, 1, 4))
    traces = Traces(place)
    traces.draw(evidence(year, charging((6, 4.0))))
    assert place.day == dt.date(2026, 1, 4)
    place.day = dt.date(2019, 1, 1)
    traces.draw(evidence(year, charging((6, 4.0))))
    assert place.day == dt.date(2026, 1, 6)


def test_buttons_stop_at_the_first_and_last_day(year: pl.DataFrame, place: Place) -> None:
    traces = Traces(place)
    traces.draw(evidence(year, charging()))
    traces.move(dt.timedelta(days=1))
    assert place.day == dt.date(2026, 1, 10)
    traces.move(dt.timedelta(days=-99))
    assert place.day == dt.date(2026, 1, 1)


def test_tap_picks_the_day_under_the_pointer(year: pl.DataFrame, place: Place) -> None:
    traces = Traces(place)
    traces.draw(evidence(year, charging()))
    traces._tap.event(x=dt.datetime(2026, 1, 5, 23, 50), y=4.0)
    assert place.day == dt.date(2026, 1, 5)


def test_other_day_moves_the_axes_of_the_figure(year: pl.DataFrame, place: Place) -> None:
    traces = Traces(place)
    big = year.with_columns(
        net_kw=pl.when(pl.col("local_date") == dt.date(2026, 1, 8)).then(50.0).otherwise("net_kw")
    )
    traces.draw(evidence(big, charging()))
    [figure] = traces._day_pane.get_root().select({"type": Figure})
    assert figure.y_range.end < 10
    place.day = dt.date(2026, 1, 8)
    assert figure.y_range.end >= 50


def test_other_meter_point_redraws_the_year(year: pl.DataFrame, place: Place) -> None:
    traces = Traces(place)
    traces.draw(evidence(year.head(96), charging()))
    traces._year_pane.get_root()
    traces.draw(evidence(year.with_columns(net_kw=pl.lit(7.0)), charging()))
    drawn = traces._year[()]
    assert drawn.dimension_values("kw", flat=False).shape == (48, 10)
    assert np.nanmax(drawn.dimension_values("kw")) == 7.0


def test_plotted_numbers_are_there_as_a_table(year: pl.DataFrame, place: Place) -> None:
    traces = Traces(place)
    traces.draw(evidence(year, charging((6, 4.0))))
    assert "<details>" in traces._numbers.object
    assert traces._numbers.object.count("<tr>") == 49  # a heading and 48 half-hours
    assert "<td>18:00</td>" in traces._numbers.object


def test_meter_point_without_readings_says_so(place: Place) -> None:
    traces = Traces(place)
    traces.draw(None)
    assert "No half-hours are loaded" in traces._heading.object


def test_confidence_and_sufficiency_are_separate_lamps() -> None:
    both = tier_lamp("medium", "sufficient")
    assert "medium confidence" in both
    assert "data sufficient" in both
    short = tier_lamp(None, "insufficient")
    assert "Characterisation in progress" in short
    assert "data insufficient" in short
    assert ">low" not in tier_lamp("low", "sufficient")


def test_class_under_review_leads_and_too_little_data_has_no_probability() -> None:
    rows = [
        (
            MPAN,
            name,
            probability,
            None,
            None,
            None,
            "insufficient",
            ["short_history"],
            [],
            1.0,
            None,
            None,
        )
        for name, probability in (("SOLAR_PV", 0.9), ("BESS", None))
    ]
    frame = pl.DataFrame(rows, schema=frames.DETECTIONS, orient="row")
    html = detections_html(frame, "BESS")
    assert html.index("Battery") < html.index("Solar")
    assert "No probability: there is too little to judge by" in html
    assert "Short history" in html


def test_home_is_shown_only_for_a_purpose_and_the_look_is_logged(desk: Desk) -> None:
    identity = Identity(desk)
    identity.draw(MPAN, {"premises": "domestic"})
    assert MPAN not in identity._heading.object
    identity.reveal()
    assert "purpose" in identity.notice.said
    assert MPAN not in identity._heading.object
    identity._purpose.value = "Review of a flag"
    identity.reveal()
    assert MPAN in identity._heading.object
    with desk.workspace.ledger.read() as db:
        [look] = audit.accesses(db)
    assert (look["actor"], look["purpose"]) == ("Ana Lyst", "Review of a flag")
    assert MPAN in str(look)


def test_place_that_nobody_knows_counts_as_a_home(desk: Desk) -> None:
    identity = Identity(desk)
    identity.draw(MPAN, {"premises": None})
    assert identity.is_personal
    identity.draw(MPAN, {"premises": "non_domestic"})
    assert not identity.is_personal


def test_several_assets_of_a_class_are_compared_as_a_total() -> None:
    assets = pl.DataFrame(
        {
            "asset_class": ["BESS", "BESS", "CHP", "REFRIGERATION"],
            "rated_import_kw": [5.0, 3.0, None, 60.0],
            "rated_export_kw": [5.0, None, 20.0, None],
        }
    )
    capability = pl.DataFrame(
        [(MPAN, "BESS", "rated_import_kw", "p90", 7.5, 7.0, 8.0, 50, 0.9, "high")],
        schema=frames.CAPABILITY,
        orient="row",
    )
    rows = {
        (row["asset_class"], row["side"]): (row["declared_kw"], row["observed_kw"])
        for row in declared_beside_observed(assets, capability).to_dicts()
    }
    assert rows == {
        ("BESS", "import"): (8.0, 7.5),
        ("BESS", "export"): (5.0, None),
        ("CHP", "export"): (20.0, None),
        ("FLEXIBLE_DEMAND", "load let go"): (60.0, None),
    }


def test_observed_operation_never_calls_itself_availability() -> None:
    week = [0.5] * 336
    row = (MPAN, "BESS", "export", "winter", "high", 60, week, week, week)
    operation = Operation()
    operation.draw(pl.DataFrame([row], schema=frames.AVAILABILITY, orient="row"), NOT_SEEN)
    assert list(operation._pick.options) == ["Battery, export"]
    assert operation._pane.visible
    assert "not the same as available" in operation._note.object
    operation.draw(frames.AVAILABILITY.to_frame(), NOT_SEEN)
    assert not operation._pane.visible
    assert "in progress" in operation._note.object


def test_unknown_meter_point_is_said_and_not_drawn(desk: Desk) -> None:
    dossier = Dossier(desk, Place(mpan="1999999999999"))
    assert "Nothing is known" in dossier._found.object
    assert not dossier._body.visible


def test_first_run_says_what_to_do(desk: Desk, place: Place) -> None:
    assert "fmar ingest" in Dossier(desk, place)._found.object


@pytest.mark.usefixtures("raised")
def test_dossier_lists_the_flags_with_links_and_the_audit(desk: Desk) -> None:
    dossier = Dossier(desk, Place(mpan=MPAN))
    assert dossier.entries._flags.object.count("/queue?flag=") == 3
    with desk.workspace.ledger.read() as db:
        newest = audit.entries(db, limit=1)[0]
    assert f">{newest['seq']}<" in dossier.entries._audit.object
