"""The days with and without an asset, and the chances that move: driven without a browser."""

import datetime as dt

import holoviews as hv
import numpy as np
import polars as pl
import pytest

from app.plots import palette
from app.plots.what_if import chance_moves, with_and_without
from characterise.settlement import with_local_clock

DAY = dt.date(2026, 3, 29)  # the clocks go forward: 46 half-hours


@pytest.fixture
def trace() -> pl.DataFrame:
    start = dt.datetime(2026, 3, 26, tzinfo=dt.UTC)
    stamps = pl.datetime_range(
        start, start + dt.timedelta(days=8), "30m", closed="left", time_zone="UTC", eager=True
    )
    frame = pl.DataFrame({"ts_utc": stamps.cast(pl.Datetime("us", "UTC"))})
    frame = frame.with_columns(net_kw=pl.lit(1.0))
    evening = pl.col("ts_utc").dt.hour() == 18
    noon = pl.col("ts_utc").dt.hour() == 12
    changed = pl.when(evening).then(8.0).when(noon).then(-2.0).otherwise(1.0)
    return with_local_clock(frame.with_columns(what_if_kw=changed))


def layers(plot: hv.Overlay) -> dict[str, hv.Element]:
    return {layer.label: layer for layer in plot if layer.label}


def filled(layer: hv.Area) -> float:
    width = layer.dimension_values("kw") - layer.dimension_values("floor")
    return float(width.sum() / 2)


def test_added_and_taken_load_are_filled_apart(trace: pl.DataFrame) -> None:
    drawn = layers(with_and_without(trace, DAY, DAY, "EV_CHARGER"))
    assert filled(drawn["More load"]) == pytest.approx(2 * 7)
    assert filled(drawn["Less load"]) == pytest.approx(2 * 3)


def test_day_of_a_clock_change_has_its_own_number_of_half_hours(trace: pl.DataFrame) -> None:
    drawn = layers(with_and_without(trace, DAY, DAY, "EV_CHARGER"))
    assert len(drawn["As read"].dimension_values("kw")) == 2 * 46


def test_week_names_its_days_where_they_begin(trace: pl.DataFrame) -> None:
    plot = with_and_without(
        trace, DAY - dt.timedelta(days=3), DAY + dt.timedelta(days=3), "EV_CHARGER"
    )
    ticks = plot.opts.get("plot").kwargs["xticks"]
    assert [name for _, name in ticks][:2] == ["Thu 26", "Fri 27"]
    assert [hour for hour, _ in ticks] == [0, 24, 48, 72, 95, 119, 143]


def test_half_hours_that_nobody_read_fill_nothing(trace: pl.DataFrame) -> None:
    holed = trace.with_columns(net_kw=pl.lit(None, dtype=pl.Float64))
    drawn = layers(with_and_without(holed, DAY, DAY, "EV_CHARGER"))
    assert filled(drawn["More load"]) == 0
    assert np.isnan(drawn["As read"].dimension_values("kw")).all()


def test_layers_are_the_same_whatever_there_is(trace: pl.DataFrame) -> None:
    full = with_and_without(trace, DAY, DAY, "EV_CHARGER")
    empty = with_and_without(trace.clear(), DAY, DAY, "EV_CHARGER")
    assert [type(layer) for layer in full] == [type(layer) for layer in empty]


def chances(**held: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        [(name, p, p and p / 2, p and (1 + p) / 2) for name, p in held.items()],
        schema={
            "asset_class": pl.String,
            "probability": pl.Float32,
            "lower": pl.Float32,
            "upper": pl.Float32,
        },
        orient="row",
    )


def test_bar_ends_at_the_new_chance_and_a_stroke_stands_at_the_old_one() -> None:
    plot = chance_moves(chances(EV_CHARGER=0.2, BESS=None), chances(EV_CHARGER=0.9, BESS=None))
    bars, bounds, stood = (plot.get(at) for at in range(3))
    assert bars.dimension_values("x1").tolist() == pytest.approx([0.9])
    assert stood.dimension_values("x0").tolist() == pytest.approx([0.2])
    assert bounds.dimension_values("x1").tolist() == pytest.approx([0.95])


def test_class_without_data_has_words_and_no_bar() -> None:
    plot = chance_moves(chances(EV_CHARGER=0.2), chances(EV_CHARGER=0.9, BESS=None))
    words = plot.get(3)
    assert len(words) == len(palette.CLASS_COLOURS) - 2
