import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plot_frames import attribution, drawn, layer, reads

from app.plots.day import CLASSES, day_energy, day_parts, day_stack

DAY = dt.date(2026, 1, 10)


def at(hour: float, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(hours=hour)


def test_stack_over_and_under_zero_adds_up_to_the_boundary() -> None:
    kw = np.full(48, 1.0)
    kw[24], kw[36] = -2.0, 8.0
    rows = [("SOLAR_PV", at(12), 0.0, 1.5), ("EV_CHARGER", at(18), 3.5, 0.0)]
    parts = day_parts(reads(DAY, 1, kw), attribution(rows), DAY)
    top = sum(parts.imports.values()) + parts.rest
    bottom = sum(parts.exports.values())
    np.testing.assert_allclose(top - bottom, kw, atol=1e-6)
    assert parts.exports["SOLAR_PV"][24] == 3.0
    assert parts.rest[24] == 1.0  # 3 kW generated and 2 exported: 1 kW was used here


@given(
    net=st.lists(st.floats(-5, 5), min_size=48, max_size=48),
    solar=st.lists(st.floats(0, 2), min_size=48, max_size=48),
)
def test_no_part_of_the_stack_is_negative(net: list[float], solar: list[float]) -> None:
    rows = [("SOLAR_PV", at(i / 2), 0.0, kwh) for i, kwh in enumerate(solar)]
    parts = day_parts(reads(DAY, 1, np.array(net)), attribution(rows), DAY)
    assert (parts.rest >= 0).all()
    assert all((parts.imports[name] >= 0).all() for name in CLASSES)


def test_energy_of_the_day_is_half_of_its_summed_power() -> None:
    rows = [("HEAT_PUMP", at(hour), 0.6, 0.0) for hour in range(5)]
    parts = day_parts(reads(DAY, 1, np.full(48, 2.0)), attribution(rows), DAY)
    energy = {row["asset_class"]: row["import_kwh"] for row in day_energy(parts).to_dicts()}
    assert energy["HEAT_PUMP"] == pytest.approx(3.0)
    assert energy["REST"] == pytest.approx(48 - 3.0)


def test_missing_half_hours_break_the_line_and_are_marked() -> None:
    kw = np.ones(48)
    kw[10:13] = np.nan
    overlay = day_stack(reads(DAY, 1, kw), attribution([]), DAY)
    line = layer(overlay, "Boundary meter").dimension_values("kw")
    assert np.isnan(line).sum() == 6  # both edges of three half-hours
    gaps = layer(overlay, "No usable reading")
    np.testing.assert_array_equal(gaps.dimension_values(0), [5.0, 5.5, 6.0])


@pytest.mark.parametrize(
    ("day", "half_hours"), [(dt.date(2026, 3, 29), 46), (dt.date(2025, 10, 26), 50)]
)
def test_clock_change_days_have_all_their_half_hours(day: dt.date, half_hours: int) -> None:
    first = day - dt.timedelta(days=1)
    parts = day_parts(reads(first, 3, np.ones(144)), attribution([]), day)
    assert len(parts.hour) == half_hours
    np.testing.assert_allclose(np.diff(parts.hour), 0.5)


def test_layers_are_the_same_whether_or_not_a_class_ran() -> None:
    one = day_stack(reads(DAY, 1, np.ones(48)), attribution([]), DAY)
    other = day_stack(reads(DAY, 1, np.ones(48)), attribution([("BESS", at(3), 0.2, 0.0)]), DAY)
    assert [element.label for element in one] == [element.label for element in other]


def test_every_layer_moves_its_axes_with_the_day() -> None:
    # Without framewise on each layer a dynamic plot keeps its first axes and looks empty.
    overlay = day_stack(reads(DAY, 1, np.ones(48)), attribution([]), DAY)
    assert all(element.opts.get("norm").kwargs.get("framewise") for element in overlay)


def test_day_reaches_the_figure() -> None:
    figure = drawn(day_stack(reads(DAY, 1, np.full(48, 3.0)), attribution([]), DAY))
    assert (figure.x_range.start, figure.x_range.end) == (0, 24)
    assert figure.y_range.end >= 3.0
