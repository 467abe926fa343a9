"""Irradiance that a meter's panels would have seen: measured, else a usual share of clear sky."""

from __future__ import annotations

from math import isnan

from numba import njit

USUAL_CLEARNESS = 0.6
"""Share of the clear-sky irradiance taken where none was measured (GB's yearly mean is near it)."""


@njit(cache=True)
def irradiance(sun, ghi, out):  # type: ignore[no-untyped-def]
    """Fill (D, 48) irradiance in suns (1 is 1000 W/m2); return how many half-hours were measured.

    Parameters
    ----------
    sun
        (D, 48) sine of the solar elevation, zero at night.
    ghi
        (D, 48) global horizontal irradiance, W/m2, NaN where unknown.

    Notes
    -----
    Clear sky by a power law of the elevation's sine, within 5 % of Haurwitz (1945) over 10
    degrees.
    """
    measured = 0
    for d in range(sun.shape[0]):
        for j in range(48):
            if sun[d, j] <= 0:
                out[d, j] = 0.0
            elif not isnan(ghi[d, j]):
                out[d, j] = max(ghi[d, j], 0.0) / 1000
                measured += 1
            else:
                out[d, j] = USUAL_CLEARNESS * 1.03 * sun[d, j] ** 1.15
    return measured
