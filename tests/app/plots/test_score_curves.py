"""Reliability and history are drawn where their figures lie, in the colours of the pages."""

from __future__ import annotations

import holoviews as hv
import polars as pl
import pytest

from app.plots.palette import CLASS_COLOURS
from app.plots.scores import history_curves, reliability_diagram
from characterise.scoring import drawing

hv.extension("bokeh")


@pytest.fixture
def bins():
    return pl.DataFrame(
        {
            "asset_class": ["EV_CHARGER", "EV_CHARGER", "ALL"],
            "stated": [0.8, 0.2, 0.5],
            "came_true": [0.9, 0.1, 0.5],
            "lower": [0.7, 0.0, 0.3],
            "upper": [1.0, 0.3, 0.7],
            "n": [10, 20, 30],
        }
    )


@pytest.fixture
def curve():
    return pl.DataFrame(
        {
            "asset_class": ["EV_CHARGER", "EV_CHARGER", "HEAT_PUMP"],
            "months": [1, None, None],
            "value": [0.7, 0.9, 0.95],
            "lower": [0.6, 0.8, None],
            "upper": [0.8, 1.0, None],
            "n": [12, 30, 8],
        },
        schema_overrides={"months": pl.Int32},
    )


def test_each_bin_lies_at_what_was_stated_and_what_came_true(bins):
    overlay = reliability_diagram(bins, "EV_CHARGER")
    [dots] = [part for part in overlay if isinstance(part, hv.Scatter)]
    assert dots.dimension_values(0).tolist() == [0.2, 0.8]
    assert dots.dimension_values(1).tolist() == [0.1, 0.9]
    hv.render(overlay)


def test_histories_are_in_order_and_the_whole_is_last(curve):
    overlay = history_curves(curve, "MCC")
    lines = {part.label: part for part in overlay if isinstance(part, hv.Curve)}
    assert set(lines) == {"EV charger", "Heat pump"}
    assert lines["EV charger"].dimension_values(1).tolist() == [0.7, 0.9]
    at = lines["EV charger"].dimension_values(0)
    assert at[1] - at[0] == pytest.approx(1)
    hv.render(overlay)


def test_the_page_without_libraries_has_the_same_colours(curve, bins):
    assert {name: CLASS_COLOURS[name] for name in drawing.COLOURS} == drawing.COLOURS
    text = drawing.history(curve, "MCC & more")
    assert "MCC &amp; more" in text
    assert text.count("<circle") == 3
    assert ">all</text>" in text
    diagram = drawing.reliability(bins.head(2), "EV", "#325ffa")
    assert diagram.count("<circle") == 2


def test_points_of_a_drawing_lie_inside_its_axes():
    box = drawing.Frame(240, 240, (0, 1), (0, 1))
    assert box.y(-3) == box.y(0) > box.y(1) == box.y(2)
    assert box.x(0) < box.x(1) < 240
