"""An asset that draws more in winter: its season is expected of it, and is no delivery."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from delivery_cases import EVENING, MIDNIGHT, Case, mpan, working_days

from characterise.baselines import one_day_ahead
from characterise.delivery import event_days, verify
from characterise.delivery.asset_meters import asset_meters

AMSID = "7700000000001"
DAYS = 300


def heated(seed=4):
    """A site of 1 kW whose heating swings between 0 and 4 kW over the seasons, and the heating."""
    rng = np.random.default_rng(seed)
    season = 2 + 2 * np.cos(2 * np.pi * (np.arange(DAYS) - 100) / 365)  # most in mid January
    heating = season[None, :, None] + rng.normal(0, 0.05, (1, DAYS, 48))
    return 1 + heating + rng.normal(0, 0.1, heating.shape), heating


def asset_reads(net_kw):
    times = pl.datetime_range(
        MIDNIGHT, MIDNIGHT + dt.timedelta(days=DAYS), "30m", closed="left", eager=True
    )
    return pl.DataFrame(
        {
            "amsid": AMSID,
            "mpan": mpan(0),
            "ts_utc": times,
            "import_kwh": 0.5 * np.maximum(net_kw, 0).reshape(-1),
            "export_kwh": 0.5 * np.maximum(-net_kw, 0).reshape(-1),
        }
    )


def winter_claims(fraction):
    """Deliveries of 1 kW in January and the result of their check."""
    net, heating = heated()
    case = Case(net, net.copy())
    for day in [day for day in working_days(DAYS) if 92 <= day < 112][::3]:
        case.dispatch(0, day, 1.0, fraction=fraction)
        heating[0, day, EVENING : EVENING + 4] -= 1.0
    cube, declared = case.cube(), case.declared_frame()
    days = event_days(declared, cube)
    expected = one_day_ahead(cube, "auto", exclude=days, refit="weekly")
    return verify(cube, declared, expected, asset_reads=asset_reads(heating))


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_a_winter_claim_is_not_credited_with_the_season(fraction):
    result = winter_claims(fraction)
    row = result.cumulative.row(0, named=True)
    assert row["delivered_fraction_p50"] == pytest.approx(fraction, abs=0.1)
    assert row["verdict"] == ("consistent" if fraction else "unsupported")
    held = row["delivered_fraction_p05"], row["delivered_fraction_p95"]
    assert held[0] - 0.05 <= fraction <= held[1] + 0.05


def test_an_asset_meter_is_expected_in_the_weather_and_clock_of_its_boundary():
    net, heating = heated()
    cube = Case(net, net).cube()
    none = np.zeros((1, DAYS), dtype=np.bool_)
    held = asset_meters(asset_reads(heating), cube, none)
    known = np.isfinite(held.expected_kw[0])
    assert known.mean() > 0.9
    error = held.net_kw[0, known] - held.expected_kw[0, known]
    assert np.sqrt(np.mean(error**2)) < 0.2


def test_an_asset_meter_of_another_boundary_has_no_expectation():
    net, heating = heated()
    cube = Case(net, net).cube()
    stray = asset_reads(heating).with_columns(pl.lit(mpan(7)).alias("mpan"))
    assert np.isnan(asset_meters(stray, cube).expected_kw).all()


def test_a_claim_past_anything_its_asset_drew_stays_unsupported():
    """What is declared beyond belief tells as much against a party as what is plausible."""
    net, heating = heated()
    case = Case(net, net.copy())
    for day in [day for day in working_days(DAYS) if 92 <= day < 112][::3]:
        case.dispatch(0, day, 9.0, fraction=0.0)
    cube, declared = case.cube(), case.declared_frame()
    expected = one_day_ahead(cube, "auto", exclude=event_days(declared, cube), refit="weekly")
    row = verify(cube, declared, expected, asset_reads=asset_reads(heating)).cumulative.row(
        0, named=True
    )
    assert row["delivered_fraction_p50"] < 0.5
    assert row["verdict"] == "unsupported"
