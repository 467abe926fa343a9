"""Charts of one event's figures: what is drawn is what the frames hold."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from plot_frames import ASSETS, SERIES, drawn, layer

from app.plots import parties
from app.plots.cumulative import evidence_by_event, fraction_by_event
from app.plots.every_baseline import METHOD_LABELS, baselines_of_event
from app.plots.fraction import fraction_posterior
from app.plots.placebo import placebo_histogram
from app.plots.shortfall import declared_beside_fall
from characterise.baselines import METHODS
from characterise.delivery.every_baseline import LINES
from characterise.delivery.explain import PARTIES
from characterise.delivery.running import RUNNING

START = dt.datetime(2026, 1, 14, 16, tzinfo=dt.UTC)
TRIAL = {
    "trial": 3,
    "shortfall_kwh": 4.0,
    "critical_kwh": 3.0,
    "min_detectable_kwh": 5.0,
}


def at(half_hour: int) -> dt.datetime:
    return START + dt.timedelta(minutes=30 * half_hour)


@pytest.fixture
def series() -> pl.DataFrame:
    rows = [(at(i), 6.0, 5.0, 7.0, 6.0 - 2.0 * (8 <= i < 10), 8 <= i < 10) for i in range(24)]
    return pl.DataFrame(rows, schema=SERIES, orient="row")


@pytest.fixture
def assets() -> pl.DataFrame:
    rows = [
        (at(i), m, f, v, None) for i in (8, 9) for m, f, v in (("11", "A", 1.5), ("29", "B", 2))
    ]
    return pl.DataFrame(rows, schema=ASSETS, orient="row")


@pytest.fixture
def claims() -> pl.DataFrame:
    rows = [
        ("E1", "1", "0011", "A", "one_of_several", 0.4, 0.2, 0.5, 0.1, 0.99, 0.8),
        ("E2", "1", "0029", "B", "one_of_several", None, None, None, None, None, 0.8),
    ]
    return pl.DataFrame(rows, schema=PARTIES, orient="row")


@pytest.fixture
def running() -> pl.DataFrame:
    rows = [
        ("1", amsid, fsp, f"E{k}", START + dt.timedelta(days=7 * k), k, e**k, 0.1, 0.4, 0.7)
        for amsid, fsp, e in (("0011", "A", 8.0), ("0029", "B", 0.5))
        for k in (1, 2, 3)
    ]
    return pl.DataFrame(rows, schema=RUNNING, orient="row")


def test_shortfall_lies_between_the_declared_sum_and_the_fall(
    series: pl.DataFrame, assets: pl.DataFrame
) -> None:
    overlay = declared_beside_fall(series, assets)
    short = layer(overlay, "Shortfall")
    np.testing.assert_allclose(short.dimension_values("fall"), 3.5)
    np.testing.assert_allclose(short.dimension_values("fall_floor"), 2.0)
    stacked = layer(overlay, "Declared, B …29").dimension_values("fall")
    assert stacked.max() == 3.5  # on top of what A declared


def test_shortfall_is_drawn_near_the_event_alone(
    series: pl.DataFrame, assets: pl.DataFrame
) -> None:
    fall = layer(declared_beside_fall(series, assets), "Fall of the boundary")
    assert len(fall) == 2 * (2 + 6 + 6)


def test_histogram_holds_every_window_of_its_trial_and_the_three_marks() -> None:
    windows = pl.DataFrame({"trial": [3] * 40 + [4] * 5, "shortfall_kwh": np.linspace(-2, 2, 45)})
    overlay = placebo_histogram(windows, TRIAL)
    assert layer(overlay, "40 days without an event").dimension_values("windows").sum() == 40
    marked = {
        name: layer(overlay, name).dimension_values("placebo_kwh")[0]
        for name in ("This event", "Critical value", "Minimum detectable")
    }
    assert list(marked.values()) == [4.0, 3.0, 5.0]


def test_mark_that_is_not_known_is_left_out() -> None:
    windows = pl.DataFrame({"trial": [3], "shortfall_kwh": [0.5]})
    overlay = placebo_histogram(windows, TRIAL | {"critical_kwh": None})
    assert "Critical value" not in [element.label for element in overlay]


def test_posterior_is_a_density_about_its_fraction(claims: pl.DataFrame) -> None:
    curve = layer(fraction_posterior(claims, 0.75), "A …0011: this event")
    where, density = curve.dimension_values(0), curve.dimension_values(1)
    assert where[np.argmax(density)] == pytest.approx(0.4, abs=0.01)
    assert np.trapezoid(density, where) == pytest.approx(1.0, abs=0.01)


def test_party_without_a_posterior_draws_no_curve(claims: pl.DataFrame) -> None:
    labels = [element.label for element in fraction_posterior(claims, 0.75)]
    assert not any(label.startswith("B") for label in labels)


def test_evidence_is_on_a_log_axis_with_the_bar(running: pl.DataFrame) -> None:
    overlay = evidence_by_event(running, 100.0)
    assert set(layer(overlay, "Called from 100").dimension_values("event_e")) == {100.0}
    shown = next(e for e in overlay if e.label == "A …0011").dimension_values("event_e")
    np.testing.assert_allclose(shown, [8.0, 64.0, 512.0])
    assert type(drawn(overlay).y_scale).__name__ == "LogScale"


def test_fraction_over_events_has_its_interval(running: pl.DataFrame) -> None:
    bands = [e for e in fraction_by_event(running, 0.75) if type(e).__name__ == "Area"]
    assert len(bands) == 2
    assert set(bands[0].dimension_values("event_floor")) == {0.1}


def test_parties_keep_colour_and_shape_over_plots(running: pl.DataFrame) -> None:
    names = parties.parties_of(running)
    assert names == [("0011", "A"), ("0029", "B")]
    assert len({parties.colour(name, names) for name in names}) == 2
    assert len({parties.marker(name, names) for name in names}) == 2
    assert parties.label((None, "C")) == "C, whole site"


def test_every_method_has_a_line_of_its_own_dash(series: pl.DataFrame) -> None:
    lines = pl.DataFrame(
        [(method, at(i), 5.0 + k) for k, method in enumerate(METHODS) for i in range(24)],
        schema=LINES,
        orient="row",
    )
    overlay = baselines_of_event(lines, series)
    dashes = set()
    for k, method in enumerate(METHODS):
        line = layer(overlay, METHOD_LABELS[method])
        assert set(line.dimension_values("baseline_kw")) == {5.0 + k}
        dashes.add(line.opts.get("style").kwargs["line_dash"])
    assert len(dashes) == len(METHODS)


@pytest.mark.parametrize(
    "element",
    [
        lambda: declared_beside_fall(SERIES.to_frame(), ASSETS.to_frame()),
        lambda: placebo_histogram(
            pl.DataFrame({"shortfall_kwh": pl.Series([], dtype=pl.Float32)}), {}
        ),
        lambda: fraction_posterior(PARTIES.to_frame(), 0.75),
        lambda: evidence_by_event(RUNNING.to_frame(), 100.0),
        lambda: fraction_by_event(RUNNING.to_frame(), 0.75),
        lambda: baselines_of_event(LINES.to_frame(), SERIES.to_frame()),
    ],
    ids=["shortfall", "placebo", "fraction", "evidence", "narrowing", "baselines"],
)
def test_plot_without_data_is_drawn_without_a_fault(element: object) -> None:
    assert drawn(element()).renderers is not None  # type: ignore[operator]


def test_axes_name_their_units(series: pl.DataFrame, assets: pl.DataFrame) -> None:
    assert drawn(declared_beside_fall(series, assets)).yaxis[0].axis_label == "kW of turn-down"
    figure = drawn(placebo_histogram(pl.DataFrame({"shortfall_kwh": [0.5]}), TRIAL))
    assert figure.xaxis[0].axis_label == "Shortfall, kWh"
