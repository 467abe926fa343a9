import datetime as dt

import numpy as np
import pytest
from plot_frames import drawn, reads

from app.plots.year import colour_limits, day_grid, day_under, year_heatmap


def test_every_half_hour_of_a_winter_day_is_at_its_place() -> None:
    kw = np.arange(2 * 48, dtype=float)
    image = year_heatmap(reads(dt.date(2026, 1, 10), 2, kw))
    grid = image.dimension_values("kw", flat=False)
    assert grid.shape == (48, 2)
    np.testing.assert_array_equal(grid[:, 0], kw[:48])
    np.testing.assert_array_equal(grid[:, 1], kw[48:])


def test_the_axis_spans_the_days_read_and_no_more() -> None:
    image = year_heatmap(reads(dt.date(2025, 10, 1), 365, np.ones(365 * 48)))
    left, _, right, _ = image.bounds.lbrt()
    days = (np.datetime64(right) - np.datetime64(left)) / np.timedelta64(1, "D")
    assert days == pytest.approx(366, abs=1e-3)  # the last UTC hour is on 1 October in London
    assert abs(np.datetime64(left) - np.datetime64("2025-10-01")) < np.timedelta64(1, "s")


def test_short_day_leaves_two_slots_blank_and_long_day_takes_the_mean() -> None:
    spring = reads(dt.date(2026, 3, 28), 3, np.ones(3 * 48))
    days, grid = day_grid(spring, "net_kw")
    change = list(days.astype(str)).index("2026-03-29")
    assert np.isnan(grid[2:4, change]).all()
    assert np.isfinite(np.delete(grid[:, change], [2, 3])).all()
    kw = np.zeros(3 * 48)
    kw[48 + 0], kw[48 + 2] = 4.0, 2.0  # 01:00 BST and 01:00 GMT of 26 October 2025
    days, grid = day_grid(reads(dt.date(2025, 10, 25), 3, kw), "net_kw")
    assert grid[2, list(days.astype(str)).index("2025-10-26")] == pytest.approx(3.0)


def test_what_was_not_read_is_blank_and_never_zero() -> None:
    kw = np.ones(3 * 48)
    kw[48:96] = np.nan
    _, grid = day_grid(reads(dt.date(2026, 1, 10), 3, kw), "net_kw")
    assert np.isnan(grid[:, 1]).all()
    assert np.isfinite(grid[:, [0, 2]]).all()


def test_export_turns_the_scale_to_both_sides_of_zero() -> None:
    image = year_heatmap(reads(dt.date(2026, 1, 10), 2, np.linspace(-3, 1, 96)))
    low, high = image.opts.get("plot").kwargs["clim"]
    assert low == -high
    assert high == pytest.approx(3, rel=0.05)


def test_one_wild_reading_does_not_wash_the_year_out() -> None:
    grid = np.ones((48, 300))
    grid[0, 0] = 1000.0
    assert colour_limits(grid, diverging=False)[1] == pytest.approx(1.0)


def test_one_day_alone_can_be_drawn() -> None:
    figure = drawn(year_heatmap(reads(dt.date(2026, 1, 10), 1, np.ones(48))))
    assert abs(figure.x_range.start - np.datetime64("2026-01-10")) < np.timedelta64(1, "s")


@pytest.mark.parametrize(
    "x",
    [
        dt.datetime(2026, 1, 9, 23, 50),
        np.datetime64("2026-01-09T23:50"),
        dt.datetime(2026, 1, 9, 23, 50, tzinfo=dt.UTC).timestamp() * 1000,
    ],
)
def test_tap_late_in_the_cell_still_means_its_own_day(x: object) -> None:
    assert day_under(x) == dt.date(2026, 1, 9)


def test_tap_beside_the_plot_means_no_day() -> None:
    assert day_under(None) is None
    assert day_under(float("nan")) is None
