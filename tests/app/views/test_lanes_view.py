"""The lanes block of the meter page: submit, see it count, check again, ignore, withdraw."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from bokeh.plotting import figure as Figure

from app.plots.lanes import answers, lane_dots
from app.session import Desk
from app.views.lanes import STATUSES, Lanes, watch_html
from app.workflows import override_watch, overrides
from app.workflows.lanes import FRAME, lanes, today
from app.workspace import Workspace
from characterise.divergence import ACTIVATIONS
from characterise.divergence import STATUSES as CODES
from characterise.frames import VERDICTS
from registry import exchange, flags

WHO = {"actor": "Ada", "reason": "test"}
MPAN, METER = "1200000000011", "7700000000109"
NAME = f"FLXA:{MPAN}:{METER}:BESS:rated_export_kw:max"


@pytest.fixture
def site(ledger_only: Workspace) -> Workspace:
    files: list[tuple[str, dict[str, Any]]] = [
        ("assets", {"asset_id": "AST-1", "name": "cell", "asset_class": "BESS", "mpan": MPAN,
                    "rated_export_kw": 30}),
        ("asset-meters", {"import_amsid": METER, "import_mpan": MPAN, "asset_id": "AST-1"}),
        ("agreements", {"fsp": "FLXA", "mpan": MPAN, "amsid": METER, "market": "DSO_LOCAL",
                        "stack_rank": 1, "exclusive": "no", "valid_from": "2026-01-01"}),
    ]  # fmt: skip
    for entity, row in files:
        assert exchange.load(ledger_only.ledger, entity, [row], **WHO).load_id is not None
    return ledger_only


@pytest.fixture
def diverging(site: Workspace) -> Workspace:
    """Fifty declared; six weekly events that asked for it, of which a third was delivered."""
    last = dt.datetime.combine(today(), dt.time(17), dt.UTC) - dt.timedelta(days=1)
    starts = [last - dt.timedelta(weeks=5 - place) for place in range(6)]
    overrides.submit(
        site, fsp="FLXA", mpan=MPAN, amsid=METER, parameter="rated_export_kw", value=50.0,
        day=starts[0].date(), **WHO,
    )  # fmt: skip
    named = {"mpan": MPAN, "amsid": METER, "fsp_id": "FLXA"}
    asked, rows, verdicts = [], [], []
    for place, start in enumerate(starts):
        event = {**named, "event_id": f"E{place}"}
        end = start + dt.timedelta(minutes=30)
        asked.append({**event, "start_utc": start.isoformat(), "end_utc": end.isoformat()})
        rows.append({**event, "ts_utc": start.isoformat(), "declared_kwh": 25.0})
        fraction = {"p05": 0.27, "p50": 0.3, "p95": 0.33}
        verdicts.append(
            {**dict.fromkeys(VERDICTS), **event, "verdict": "unsupported", "declared_kwh": 25.0}
            | {f"delivered_fraction_{name}": value for name, value in fraction.items()}
        )
    for entity, held in (("events", asked), ("declared", rows)):
        assert exchange.load(site.ledger, entity, held, **WHO).load_id is not None
    with site.writing(), site.ledger.write(**WHO) as tx:
        versions = site.profiles.publish({"verdicts": pl.DataFrame(verdicts, schema=VERDICTS)})
        site.commit(tx, "verify", versions, {})
    assert override_watch.watch(site, **WHO).flagged == 1
    return site


def block(workspace: Workspace) -> Lanes:
    view = Lanes(Desk(workspace, "Ana Lyst"))
    view.draw(MPAN)
    return view


def state(workspace: Workspace) -> str:
    with workspace.ledger.read() as db:
        return str(flags.current(db, kinds=[override_watch.DIVERGED])[0]["state"])


def test_a_value_typed_into_the_form_counts_at_once(site: Workspace) -> None:
    view = block(site)
    assert not view._watch.visible
    fields = view.form.fields
    fields["fsp"].value, fields["amsid"].value, fields["value"].value = "FLXA", METER, "50"
    view.form.reason.value = "nameplate"
    view.form.send()
    assert view.form.notice.said.startswith("Accepted as version 1")
    (row,) = lanes(site, MPAN).to_dicts()
    assert (row["effective"], row["effective_lane"]) == (50.0, "declared")
    assert view.pick.value == NAME
    assert "Too little asked it to" in view._told.object
    assert "declared by the FSP" in view._table.object


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"value": "fifty"}, "is no value"),
        ({"value": "-5"}, "not above zero"),
        ({"fsp": "FLXB"}, "has no agreement over"),
    ],
)
def test_what_is_refused_stays_as_it_was_typed(
    site: Workspace, typed: dict[str, str], says: str
) -> None:
    view = block(site)
    given = {"fsp": "FLXA", "amsid": METER, "value": "50", **typed}
    for name, text in given.items():
        view.form.fields[name].value = text
    view.form.send()
    assert "Give a reason" in view.form.notice.said
    view.form.reason.value = "nameplate"
    view.form.send()
    assert says in view.form.notice.said
    assert {name: view.form.fields[name].value for name in given} == given
    assert overrides.listed(site).is_empty()


def test_the_unit_follows_the_parameter(site: Workspace) -> None:
    view = block(site)
    view.form.fields["parameter"].value = "duration_h"
    assert view.form.fields["unit"].value == "h"


def test_a_divergence_stands_with_its_innocent_reading_and_who_was_told(
    diverging: Workspace,
) -> None:
    view = block(diverging)
    said = view._told.object
    assert "Not borne out by the meter" in said
    assert "running is not the same as available" in said
    assert "market operator" in said
    assert "FLXA" in view._notices.object
    assert METER not in said + view._notices.object + view._table.object
    assert view._answers.visible


def test_check_again_says_what_it_found(diverging: Workspace) -> None:
    view = block(diverging)
    view.recheck()
    assert view.notice.said == "Checked: not borne out by the meter."


def test_ignore_needs_a_day_and_a_reason_and_can_be_ended(diverging: Workspace) -> None:
    view = block(diverging)
    view.ignore()
    assert "Pick the day" in view.notice.said
    view.until.value = dt.date(2100, 1, 1)
    view.ignore()
    assert "needs" in view.notice.said
    assert state(diverging) == "open"
    view.reason.value = "rewiring <here>"
    view.ignore()
    assert "Ignored until" in view.notice.said
    assert state(diverging) == "snoozed"
    assert "rewiring &lt;here&gt;" in view._told.object
    assert view._heed.visible
    view.heed()
    assert state(diverging) == "open"
    assert not view._heed.visible


def test_withdrawing_brings_the_other_lanes_back(diverging: Workspace) -> None:
    view = block(diverging)
    view.withdraw()
    assert "needs a reason" in view.notice.said
    view.reason.value = "a slip"
    view.withdraw()
    (row,) = lanes(diverging, MPAN).to_dicts()
    assert (row["effective"], row["effective_lane"]) == (30.0, "external")
    assert not view._watch.visible


def test_an_expired_value_says_so_and_has_no_watch() -> None:
    day = "2026-01-01"
    listed = dict.fromkeys(overrides.LISTED, "") | {"submitted_on": day, "expires_on": day}
    assert "Expired" in watch_html({**listed, "review_on": day}, None, None)


def test_every_status_of_the_watch_has_words() -> None:
    assert set(STATUSES) == set(CODES)


def test_the_plots_hold_what_is_there_and_nothing_else(bokeh_figure: Any) -> None:
    row = dict.fromkeys(FRAME) | {
        "mpan": MPAN, "asset_class": "BESS", "parameter": "rated_export_kw", "statistic": "max",
        "declared": 50.0, "effective": 50.0, "effective_lane": "declared",
    }  # fmt: skip
    drawn = bokeh_figure(lane_dots(pl.DataFrame([row], schema=FRAME)))
    assert [item.label.value for item in drawn.legend[0].items] == ["Declared", "Counts"]
    start = dt.datetime(2026, 1, 5, 17, tzinfo=dt.UTC)
    seen = ("O", start, True, 50.0, 15.0, 12.0, 18.0)
    drawn = bokeh_figure(
        answers(pl.DataFrame([seen], schema=ACTIVATIONS, orient="row"), 50.0, "kW")
    )
    assert drawn.y_range.end > 50.0
    assert drawn.yaxis[0].axis_label == "kW"


@pytest.fixture
def bokeh_figure() -> Any:
    import holoviews as hv

    def render(element: Any) -> Figure:
        return hv.renderer("bokeh").get_plot(element).state

    return render
