import datetime as dt

import numpy as np
import pandas as pd
import pvlib
import pytest

from characterise.signatures.clear_sky import ORIENTATIONS, panel_light

FIRST = (dt.date(2024, 1, 1) - dt.date(1970, 1, 1)).days
LONDON = (51.5, 0.0)
FLAT, EAST, EQUATOR, WEST, HEIGHT = range(5)


def test_flat_panels_receive_what_pvlib_says_of_a_clear_sky():
    light = panel_light(FIRST, 366, *LONDON)
    times = pd.date_range("2024-01-01 00:15", periods=366 * 48, freq="30min", tz="UTC")
    sun = pvlib.solarposition.get_solarposition(times, *LONDON)
    known = pvlib.clearsky.haurwitz(sun["zenith"])["ghi"].to_numpy().reshape(366, 48) / 1000
    assert np.abs(light[FLAT] - known).max() < 0.02


def test_tilted_panels_agree_with_pvlib_on_the_side_the_sun_is():
    light = panel_light(FIRST, 366, *LONDON)
    times = pd.date_range("2024-01-01 00:15", periods=366 * 48, freq="30min", tz="UTC")
    sun = pvlib.solarposition.get_solarposition(times, *LONDON)
    sky = pvlib.clearsky.simplified_solis(sun["elevation"])
    for place, azimuth in ((EAST, 90), (EQUATOR, 180), (WEST, 270)):
        known = pvlib.irradiance.get_total_irradiance(
            40, azimuth, sun["zenith"], sun["azimuth"], sky["dni"], sky["ghi"], sky["dhi"]
        )["poa_global"].to_numpy()
        assert np.corrcoef(light[place].ravel(), np.nan_to_num(known))[0, 1] > 0.99


@pytest.mark.parametrize("spot", [LONDON, (-37.9, 145.1), (64.0, -150.0)])
def test_nothing_falls_on_any_panel_while_the_sun_is_down(spot):
    light = panel_light(FIRST, 366, *spot)
    assert light.shape == (len(ORIENTATIONS) + 1, 366, 48)
    assert light.min() >= 0
    assert not light[:, light[HEIGHT] == 0].any()


@pytest.mark.parametrize(("latitude", "winter"), [(51.5, 0), (-37.9, 180)])
def test_panels_to_the_equator_gain_in_the_winter_of_their_hemisphere(latitude, winter):
    light = panel_light(FIRST, 366, latitude, 0.0)
    assert light[EQUATOR, winter].sum() > 1.3 * light[FLAT, winter].sum()


def test_the_morning_belongs_to_the_east():
    light = panel_light(FIRST, 366, *LONDON)
    june = light[:, 170]
    assert june[EAST, :24].sum() > 1.3 * june[WEST, :24].sum()
    assert june[EAST].sum() == pytest.approx(june[WEST].sum(), rel=0.03)
