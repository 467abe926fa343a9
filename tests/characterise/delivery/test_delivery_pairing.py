"""An asset meter against its boundary: what is wrong with a pairing is named before any claim."""

import numpy as np
import polars as pl
import pytest
from delivery_cases import MIDNIGHT, Case, mpan

from characterise.delivery.asset_meters import asset_meters
from characterise.delivery.pairing import pair
from characterise.frames import PAIRING

N_DAYS = 120


def charger(seed: int = 1) -> np.ndarray:
    """Evening charging of 7 kW at changing hours, (days, 48)."""
    rng = np.random.default_rng(seed)
    kw = np.zeros((N_DAYS, 48))
    for day in range(N_DAYS):
        if rng.random() < 0.6:
            start = rng.integers(30, 40)
            kw[day, start : start + rng.integers(2, 8)] = 7.0
    return kw


def found(asset: np.ndarray, boundary: np.ndarray, *, owner: str | None = None) -> dict:
    cube = Case(boundary[None], boundary[None]).cube()
    times = pl.datetime_range(
        MIDNIGHT, end=MIDNIGHT.replace(year=2030), interval="30m", closed="left", eager=True
    ).head(asset.size)
    reads = pl.DataFrame(
        {
            "amsid": "7700000000001",
            "mpan": owner or mpan(0),
            "ts_utc": times,
            "import_kwh": 0.5 * np.maximum(asset, 0).reshape(-1),
            "export_kwh": 0.5 * np.maximum(-asset, 0).reshape(-1),
        }
    )
    frame = pair(asset_meters(reads, cube), cube)
    assert frame.schema == PAIRING
    return frame.row(0, named=True)


def site(seed: int = 2) -> np.ndarray:
    return 1.0 + np.abs(np.random.default_rng(seed).normal(0, 0.5, (N_DAYS, 48)))


def test_an_asset_that_is_part_of_the_boundary_is_paired_with_slope_one():
    row = found(charger(), site() + charger())
    assert row["finding"] == "paired"
    assert row["slope"] == pytest.approx(1.0, abs=0.05)
    assert row["lag_half_hours"] == 0
    assert row["score"] > 0.8


def test_a_swapped_sign_is_named():
    row = found(-charger(), site() + charger())
    assert row["finding"] == "sign_swapped"
    assert row["slope"] == pytest.approx(-1.0, abs=0.05)


@pytest.mark.parametrize(("factor", "finding"), [(2.0, "doubled"), (0.5, "halved")])
def test_a_unit_wrong_by_two_is_named(factor, finding):
    row = found(factor * charger(), site() + charger())
    assert row["finding"] == finding
    assert row["slope"] == pytest.approx(1 / factor, abs=0.1)


@pytest.mark.parametrize("lag", [-2, -1, 1, 2, 48])
def test_a_shifted_clock_is_named_with_its_lag(lag):
    late = np.roll(charger().reshape(-1), lag).reshape(N_DAYS, 48)
    row = found(late, site() + charger())
    assert row["finding"] == "shifted"
    assert row["lag_half_hours"] == lag


def test_an_asset_from_elsewhere_is_unrelated():
    assert found(charger(seed=9), site() + charger(seed=1))["finding"] == "unrelated"


def test_an_asset_lost_in_a_busy_site_is_not_called_unrelated():
    busy = 500 + np.random.default_rng(3).normal(0, 100, (N_DAYS, 48))
    assert found(charger(), busy)["finding"] == "not_enough"


def test_too_few_days_or_an_unknown_boundary_are_not_enough():
    assert found(charger()[:10], site() + charger())["finding"] == "not_enough"
    assert found(charger(), site(), owner="elsewhere")["finding"] == "not_enough"
