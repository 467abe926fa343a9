"""Cars: what they may draw, when, together, and what they can give back."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterise.simulate.ev_charger import STYLES, charging
from characterise.simulate.ev_fleet import FLEETS, _share_out
from characterise.simulate.ev_sessions import nightly_sessions
from characterise.simulate.tariffs import OFF_PEAK, Window, draw_off_peak, inside
from characterise.simulate.timeline import Timeline, timeline
from characterise.simulate.vehicle_to_grid import ONE_WAY, vehicle_to_grid

TIME = timeline(dt.date(2025, 10, 1), 120)
AT_HOME = np.zeros(TIME.n_local_days, dtype=bool)


@pytest.mark.parametrize("kw", [3.7, 7.4, 11.0, 22.0])
@pytest.mark.parametrize("style", ["immediate", "off_peak", "scheduled"])
def test_each_size_of_charger_draws_its_rating(kw: float, style: str) -> None:
    drawn = charging(np.random.default_rng(3), TIME, kw=kw, style=style, away=AT_HOME)
    assert 0.9 * kw < drawn.import_kw.max() <= kw
    assert not drawn.export_kw.any()
    assert 200 < drawn.import_kw.sum() / 2 < 2500


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), room=st.floats(0, 10))
def test_a_car_that_gives_never_gives_more_than_it_holds(seed: int, room: float) -> None:
    rng = np.random.default_rng(seed)
    sessions = nightly_sessions(rng, TIME, AT_HOME)
    cheap = inside(TIME, Window(0.5, 5.5))
    flows = vehicle_to_grid(rng, TIME, sessions, kw=7.4, cheap=cheap, room_kw=np.full(TIME.n, room))
    assert flows.held_kwh.min() >= 0
    assert flows.held_kwh.max() <= 77
    assert max(flows.import_kw.max(), flows.export_kw.max()) <= 7.4
    assert flows.export_kw.max() <= room + 1e-9
    assert not (flows.import_kw * flows.export_kw).any()
    # Half-hours inside one stay: what is held changes by what went in and out, losses paid.
    steady = (flows.held_kwh[:-1] > 0) & (flows.held_kwh[1:] > 0)
    step = np.diff(flows.held_kwh)
    flow = 0.5 * (flows.import_kw[1:] * ONE_WAY - flows.export_kw[1:] / ONE_WAY)
    starts = np.unique(sessions.start[sessions.start < TIME.n].astype(int))
    arrives = np.zeros(TIME.n, dtype=bool)
    arrives[starts] = True
    steady &= ~arrives[1:]
    assert np.allclose(step[steady], flow[steady], atol=1e-9)
    # Not plugged in, nothing flows; what it gives in a stay it held on arrival or drew since.
    assert not (flows.export_kw + flows.import_kw)[flows.held_kwh == 0].any()
    for first, last in zip(starts, [*starts[1:], TIME.n], strict=True):
        out = flows.export_kw[first:last].sum() / 2
        into = flows.import_kw[first:last].sum() / 2
        assert out <= 77 * ONE_WAY + into * ONE_WAY**2 + 1e-9


def test_a_car_gives_in_the_evening_peak_and_charges_at_night() -> None:
    flows = charging(np.random.default_rng(5), TIME, kw=7.4, style="v2g", away=AT_HOME)
    hour = TIME.slot / 2
    peak = (hour >= 16) & (hour < 19)
    assert flows.export_kw.sum() > 0
    assert not flows.export_kw[~peak].any()
    night = (hour >= 23) | (hour < 8)
    assert flows.import_kw[night].sum() > 0.8 * flows.import_kw.sum()
    assert flows.export_kw.sum() < flows.import_kw.sum()


def test_a_car_gives_nothing_while_nobody_is_there() -> None:
    away = np.zeros(TIME.n_local_days, dtype=bool)
    away[30:60] = True
    for style in ("v2g", "immediate", "scheduled"):
        flows = charging(np.random.default_rng(5), TIME, kw=7.4, style=style, away=away)
        gone = (TIME.day > 31) & (TIME.day < 60)
        assert not (flows.import_kw + flows.export_kw)[gone].any()


def test_off_peak_windows_are_several_and_follow_their_clock() -> None:
    windows = {draw_off_peak(np.random.default_rng(seed)) for seed in range(200)}
    assert windows == set(OFF_PEAK)
    summer = timeline(dt.date(2025, 7, 1), 2)
    by_wall, by_utc = (inside(summer, Window(0.5, 5.5, by_utc=utc)) for utc in (False, True))
    assert np.array_equal(np.roll(by_wall, 2)[48:], by_utc[48:])
    across = inside(timeline(dt.date(2025, 1, 7), 3), Window(23.5, 5.5)).reshape(3, 48)
    assert across.sum(axis=1).tolist() == [12.0, 12.0, 12.0]


def test_a_window_that_opens_late_loses_that_much() -> None:
    share = inside(timeline(dt.date(2025, 1, 7), 1), Window(0.0, 5.0), late_h=0.2)
    assert share.sum() / 2 == pytest.approx(4.8)
    assert share[0] == pytest.approx(0.6)


@pytest.mark.parametrize("style", FLEETS)
@pytest.mark.parametrize("kw", [22.2, 150.0, 800.0])
def test_many_cars_never_draw_more_than_the_cap(style: str, kw: float) -> None:
    for seed in range(4):
        drawn = charging(np.random.default_rng(seed), TIME, kw=kw, style=style, away=AT_HOME)
        assert 0.2 * kw < drawn.import_kw.max() <= kw * (1 + 1e-9)
        assert drawn.import_kw.min() >= 0


def test_vans_charge_after_the_shift_staff_and_passers_by_in_the_day() -> None:
    hour = TIME.slot / 2
    day = (hour >= 7) & (hour < 19)

    morning = (hour >= 8) & (hour < 12.5)

    def share(style: str, hours: np.ndarray) -> float:
        drawn = [
            charging(np.random.default_rng(seed), TIME, kw=150.0, style=style, away=AT_HOME)
            for seed in range(6)
        ]
        total = sum(one.import_kw for one in drawn)
        return float(total[hours].sum() / total.sum())

    assert share("fleet", morning) < 0.03
    assert share("night_fleet", day) < 0.1
    assert share("workplace", day) > 0.95
    assert share("workplace", morning) > 0.4
    assert 0.7 < share("hub", day) < 0.98
    staff = charging(np.random.default_rng(1), TIME, kw=150.0, style="workplace", away=AT_HOME)
    working = TIME.working[TIME.day]
    assert staff.import_kw[working].mean() > 8 * staff.import_kw[~working].mean()


def test_yards_and_offices_rest_between_christmas_and_new_year() -> None:
    for style in ("fleet", "workplace"):
        drawn = [
            charging(np.random.default_rng(seed), TIME, kw=100.0, style=style, away=AT_HOME)
            for seed in range(5)
        ]
        daily = np.bincount(TIME.day, sum(one.import_kw for one in drawn), TIME.n_local_days)
        rest = (TIME.month == 11) & (np.arange(TIME.n_local_days) >= 31 + 30 + 23 + 1)
        before = (TIME.month == 11) & TIME.working & ~rest
        assert daily[rest].mean() < 0.5 * daily[before].mean(), style


def test_a_charger_that_follows_the_sun_takes_surplus_or_the_small_hours() -> None:
    hour = TIME.slot / 2
    surplus = np.where((hour >= 10) & (hour < 18), 3.0, 0.0)
    drawn = charging(
        np.random.default_rng(3), TIME, kw=7.4, style="solar", away=AT_HOME, surplus_kw=surplus
    ).import_kw
    small_hours = (hour >= 2) & (hour < 5)
    assert not drawn[(surplus == 0) & ~small_hours].any()
    assert drawn[surplus > 0].max() <= 3.0
    assert drawn[surplus > 0].sum() > 0
    weak = np.full(TIME.n, 1.0)
    unlit = charging(
        np.random.default_rng(3), TIME, kw=7.4, style="solar", away=AT_HOME, surplus_kw=weak
    ).import_kw
    assert not unlit[~small_hours].any()


def test_a_supplier_keeps_scheduled_charging_out_of_the_evening_peak() -> None:
    hour = TIME.slot / 2
    peak = (hour >= 17) & (hour < 19.5)
    for seed in range(5):
        drawn = charging(
            np.random.default_rng(seed), TIME, kw=7.4, style="scheduled", away=AT_HOME
        ).import_kw
        at_once = charging(
            np.random.default_rng(seed), TIME, kw=7.4, style="immediate", away=AT_HOME
        ).import_kw
        assert drawn[peak].sum() < 0.1 * at_once[peak].sum()
        # Broken into more runs than charging that is left to itself.
        runs = [((one[1:] > 0) & (one[:-1] == 0)).sum() for one in (drawn, at_once)]
        assert runs[0] > runs[1]


def test_load_management_serves_everybody_what_they_need_when_there_is_time() -> None:
    start, end = np.array([2.0, 2.0, 3.5]), np.array([40.0, 40.0, 40.0])
    need, each = np.array([10.0, 20.0, 5.0]), np.array([7.4, 22.0, 7.4])
    out = _share_out(start, end, need, each, np.full(48, 10.0))
    assert out.sum() / 2 == pytest.approx(35.0)
    assert out.max() == pytest.approx(10.0)
    unmanaged = _share_out(start, end, need, each, np.full(48, 100.0))
    assert unmanaged[2] == pytest.approx(7.4 + 22.0)
    short = _share_out(start, np.array([6.0, 6.0, 6.0]), need, each, np.full(48, 10.0))
    assert short.sum() / 2 == pytest.approx(4 * 5.0)


def test_a_held_charger_waits() -> None:
    hold = np.zeros(TIME.n)
    hold[33:2000:48] = 1.0
    for style in STYLES:
        rng = np.random.default_rng(2)
        drawn = charging(rng, TIME, kw=44.0, style=style, away=AT_HOME, hold=hold)
        if style != "v2g":
            assert not drawn.import_kw[hold == 1].any(), style


def test_an_unknown_rule_is_refused() -> None:
    short: Timeline = timeline(dt.date(2025, 10, 1), 3)
    away = np.zeros(short.n_local_days, dtype=bool)
    with pytest.raises(ValueError, match="no charger goes by 'whim'"):
        charging(np.random.default_rng(2), short, kw=7.4, style="whim", away=away)
