import datetime as dt

import numpy as np
import polars as pl
import pytest
from plot_frames import ASSETS, SERIES, drawn, layer

from app.plots.delivery import asset_stack, baseline_band, declared_total, local_times

START = dt.datetime(2026, 1, 14, 16, tzinfo=dt.UTC)


def at(half_hour: int) -> dt.datetime:
    return START + dt.timedelta(minutes=30 * half_hour)


@pytest.fixture
def series() -> pl.DataFrame:
    rows = [(at(i), 6.0, 5.0, 7.0, 6.0 - 2.0 * (2 <= i < 4), 2 <= i < 4) for i in range(8)]
    return pl.DataFrame(rows, schema=SERIES, orient="row")


@pytest.fixture
def assets() -> pl.DataFrame:
    rows = [
        (at(i), amsid, fsp, kw, metered)
        for i in (2, 3)
        for amsid, fsp, kw, metered in (("0011", "FLXA", 1.5, 1.0), ("0029", "FLXB", 2.5, -2.0))
    ]
    return pl.DataFrame(rows, schema=ASSETS, orient="row")


def test_band_line_and_boundary_are_the_frame(series: pl.DataFrame) -> None:
    overlay = baseline_band(series)
    band = layer(overlay, "Expected, with its interval")
    assert set(band.dimension_values("kw")) == {7.0}
    assert set(band.dimension_values("floor")) == {5.0}
    boundary = layer(overlay, "Boundary meter").dimension_values("kw")
    np.testing.assert_array_equal(boundary[::2], series["boundary_kw"].to_numpy())


def test_half_hours_are_steps_and_not_slopes(series: pl.DataFrame) -> None:
    line = layer(baseline_band(series), "Boundary meter").dimension_values("kw")
    assert len(line) == 2 * series.height
    np.testing.assert_array_equal(line[::2], line[1::2])


def test_dashed_line_takes_every_partys_declaration_off(
    series: pl.DataFrame, assets: pl.DataFrame
) -> None:
    line = layer(baseline_band(series, assets), "Expected less declared").dimension_values("kw")
    inside = line[np.isfinite(line)]
    np.testing.assert_allclose(inside, 6.0 - 1.5 - 2.5)
    assert len(inside) == 4  # both edges of the two half-hours of the event


def test_nothing_declared_is_unknown_and_not_zero(series: pl.DataFrame) -> None:
    assert np.isnan(declared_total(series, None)).all()
    assert np.isnan(declared_total(series, ASSETS.to_frame())).all()


def test_event_window_covers_its_last_half_hour(series: pl.DataFrame) -> None:
    window = next(iter(baseline_band(series)))
    assert tuple(window.data) == (
        np.datetime64(at(2).replace(tzinfo=None), "ns"),
        np.datetime64(at(4).replace(tzinfo=None), "ns"),
    )


def test_summer_event_is_drawn_at_local_time() -> None:
    frame = pl.DataFrame({"ts_utc": [dt.datetime(2026, 7, 1, 16, tzinfo=dt.UTC)]})
    assert local_times(frame)[0] == np.datetime64("2026-07-01T17:00")


def test_time_never_runs_backwards_over_the_clock_change() -> None:
    night = dt.datetime(2025, 10, 26, tzinfo=dt.UTC)
    stamps = [night + dt.timedelta(minutes=30 * i) for i in range(6)]
    assert (np.diff(local_times(pl.DataFrame({"ts_utc": stamps}))) > np.timedelta64(0)).all()


def test_asset_that_imports_stacks_up_and_one_that_exports_stacks_down(
    assets: pl.DataFrame,
) -> None:
    areas = [element for element in asset_stack(assets) if element.label]
    top = max(area.dimension_values("kw").max() for area in areas)
    floor = min(area.dimension_values("floor").min() for area in areas)
    assert (top, floor) == (1.0, -2.0)


def test_assets_share_the_boundarys_span(series: pl.DataFrame, assets: pl.DataFrame) -> None:
    area = next(element for element in asset_stack(assets, series) if element.label)
    assert len(area.dimension_values("time")) == 2 * series.height


def test_plots_of_one_event_have_one_axis_and_name_their_clock(
    series: pl.DataFrame, assets: pl.DataFrame
) -> None:
    band, stack = drawn(baseline_band(series)), drawn(asset_stack(assets, series))
    assert (band.x_range.start, band.x_range.end) == (stack.x_range.start, stack.x_range.end)
    assert band.xaxis[0].axis_label == stack.xaxis[0].axis_label == "Local time, GMT"


def test_asset_meters_are_named_by_party(assets: pl.DataFrame) -> None:
    labels = {element.label for element in asset_stack(assets) if element.label}
    assert labels == {"FLXA …0011", "FLXB …0029"}


@pytest.mark.parametrize(
    "element",
    [lambda: baseline_band(SERIES.to_frame()), lambda: asset_stack(ASSETS.to_frame())],
    ids=["band", "assets"],
)
def test_event_without_data_is_drawn_empty_without_a_fault(element: object) -> None:
    assert drawn(element()).renderers is not None  # type: ignore[operator]
