"""Placebo windows: exchangeable with an honest event, matched in local time and kind of day."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from delivery_cases import EVENING, LOAD_KW, Case, mpan, noisy_case, working_days

from characterise.delivery import VerifySettings, verify
from characterise.delivery.claims import pack
from characterise.delivery.ground import ground_of
from characterise.delivery.placebo import match_windows, p_values
from characterise.delivery.trials import lay_out
from characterise.meter_cube import cube_from_reads

SETTINGS = VerifySettings()


def trial_of(case, settings=SETTINGS):
    cube = case.cube()
    claims = pack(case.declared_frame(), cube)
    ground = ground_of(cube, claims, case.expected(), settings)
    trials = lay_out(claims, ground, settings)
    return trials, match_windows(claims, trials, ground, None, settings)


def test_p_values_of_honest_events_are_uniform():
    case = noisy_case(n_sites=250, n_days=330, seed=11)
    days = np.random.default_rng(3)
    for site in range(250):
        for day in days.choice(working_days(330), 8, replace=False):
            case.dispatch(site, int(day), 3.0, fraction=1.0)
    _, placebo = trial_of(case)
    p = p_values(placebo, SETTINGS)
    assert np.isfinite(p).all()
    # 2,000 events: the standard error of a share of 0.1 is 0.007, of 0.01 0.0022.
    for level in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert np.mean(p <= level) == pytest.approx(level, abs=0.04)
    assert np.mean(p <= 0.01) <= 0.018


def test_fewer_windows_than_needed_give_no_p_value_but_say_so():
    case = noisy_case(n_days=20)
    case.dispatch(0, 16, 50.0, fraction=0.0)
    result = verify(case.cube(), case.declared_frame(), case.expected())
    row = result.verdicts.row(0, named=True)
    assert row["p_value"] is None
    assert row["min_detectable_kwh"] is None
    assert row["verdict"] == "undecidable"
    assert any(
        "matched windows" in reason and "19 are needed" in reason for reason in row["reasons"]
    )


def test_days_with_events_never_serve_as_windows():
    case = noisy_case(n_days=60, sigma=0.1)
    for day in (21, 22, 23):
        case.dispatch(0, day, 5.0, fraction=1.0)
    _, placebo = trial_of(case)
    # A window on an event day would show a fall of 10 kWh: a null shortfall of -10.
    assert np.nanmin(placebo.null_kwh) > -5.0
    assert (placebo.n_windows == len(working_days(60)) - 3).all()


def test_windows_keep_their_local_time_over_the_clock_change():
    """A load that rises by the local clock must not look like noise across the change."""
    first = dt.date(2026, 1, 5)
    start = dt.datetime.combine(first, dt.time(), dt.UTC)
    times = pl.datetime_range(
        start, start + dt.timedelta(days=150), "30m", closed="left", eager=True, time_zone="UTC"
    )
    local = times.dt.convert_time_zone("Europe/London")
    evening = (local.dt.hour() >= 17) & (local.dt.hour() < 19)
    noise = np.random.default_rng(1).normal(0, 0.05, len(times))
    load = 2.0 + 6.0 * evening.to_numpy() + noise
    frame = pl.DataFrame(
        {"mpan": mpan(0), "ts_utc": times, "import_kwh": 0.5 * load, "export_kwh": 0.0}
    )
    cube = cube_from_reads(frame)
    flat = np.full((1, 150, 48), 2.0)
    case = Case(cube.net_kw.astype(float), flat)
    event = dt.datetime(2026, 3, 10, 17, tzinfo=dt.UTC)
    for step in range(4):
        at = event + step * dt.timedelta(minutes=30)
        case.declared.append(("E", mpan(0), None, "FLXA", at, 1.0))
    claims = pack(case.declared_frame(), cube)
    ground = ground_of(cube, claims, case.expected(), SETTINGS)
    trials = lay_out(claims, ground, SETTINGS)
    placebo = match_windows(claims, trials, ground, None, SETTINGS)
    # Every window holds the whole evening: 4 half-hours of 6 kW above the flat expectation.
    assert placebo.n_windows[0] > 60
    assert np.nanstd(placebo.null_kwh) < 0.5
    assert np.nanmedian(placebo.null_kwh) == pytest.approx(12.0, abs=0.5)


def test_a_site_that_never_exports_is_compared_with_days_that_drew_what_was_declared():
    """A charger that runs one evening in three is dispatched on evenings when it runs."""
    rng = np.random.default_rng(5)
    n_days = 300
    charging = rng.random(n_days) < 0.33
    net = np.full((1, n_days, 48), 0.5) + rng.normal(0, 0.05, (1, n_days, 48))
    net[0, charging, EVENING : EVENING + 4] += 7.0
    expected = np.full_like(net, 0.5)
    expected[:, :, EVENING : EVENING + 4] += 7.0 * 0.33
    case = Case(net, expected)
    runs = [day for day in working_days(n_days, since=60) if charging[day]][::4][:12]
    for day in runs:
        case.dispatch(0, day, 6.9, fraction=1.0)
    result = verify(case.cube(), case.declared_frame(), case.expected())
    assert set(result.verdicts["verdict"]) <= {"consistent", "undecidable"}
    assert result.cumulative["verdict"][0] != "unsupported"
    assert result.cumulative["delivered_fraction_p50"][0] == pytest.approx(1.0, abs=0.15)


def test_a_flat_site_without_noise_is_decided_without_a_warning():
    case = Case(np.full((1, 80, 48), LOAD_KW), np.full((1, 80, 48), LOAD_KW))
    case.dispatch(0, 40, 2.0, fraction=0.0, event="false")
    case.dispatch(0, 45, 2.0, fraction=1.0, event="true")
    result = verify(case.cube(), case.declared_frame(), case.expected())
    verdicts = dict(result.verdicts.select("event_id", "verdict").iter_rows())
    assert verdicts == {"false": "unsupported", "true": "consistent"}
