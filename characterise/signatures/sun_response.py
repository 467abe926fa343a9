"""How a load and an export answer to the sun, without and with measured irradiance."""

from __future__ import annotations

from math import isnan

import numpy as np
from numba import njit

HIGH_SUN = 0.35
"""Sine of the elevation (20 degrees) over which a half-hour counts as bright."""


@njit(cache=True)
def correlation(n, sx, sy, sxx, syy, sxy):  # type: ignore[no-untyped-def]
    """Pearson correlation from sums; NaN of something constant."""
    vx = sxx - sx * sx / max(n, 1)
    vy = syy - sy * sy / max(n, 1)
    if vx <= 1e-9 or vy <= 1e-12:
        return np.nan
    return (sxy - sx * sy / n) / np.sqrt(vx * vy)


@njit(cache=True)
def export_figures(exported, imported, sun, out):  # type: ignore[no-untyped-def]
    """Fill three: log share of energy exported, share of it under sun, correlation with the sun."""
    total_import = 0.0
    total_export = 0.0
    under_sun = 0.0
    n = 0
    sx = sy = sxx = syy = sxy = 0.0
    for d in range(exported.shape[0]):
        for j in range(48):
            e = exported[d, j]
            if isnan(e):
                continue
            total_export += e
            total_import += imported[d, j]
            s = sun[d, j]
            if s > 0:
                under_sun += e
                n += 1
                sx += s
                sy += e
                sxx += s * s
                syy += e * e
                sxy += s * e
    if total_export > 0.0:
        out[0] = np.log10(total_export / (total_import + total_export) + 1e-4)
        out[1] = under_sun / total_export
        out[2] = correlation(n, sx, sy, sxx, syy, sxy)


@njit(cache=True)
def _bright_means(net, sun, ghi, day_load, day_sky):  # type: ignore[no-untyped-def]
    for d in range(net.shape[0]):
        load = sky = 0.0
        n = 0
        for j in range(48):
            if sun[d, j] > HIGH_SUN and not isnan(net[d, j]) and not isnan(ghi[d, j]):
                load += net[d, j]
                sky += ghi[d, j]
                n += 1
        day_load[d] = load / n if n >= 4 else np.nan
        day_sky[d] = sky / n if n >= 4 else np.nan


@njit(cache=True)
def _against_weeks(values, d):  # type: ignore[no-untyped-def]
    """A day's value less the mean of the same weekday one and two weeks off; NaN under two."""
    near = 0
    total = 0.0
    for k in (-14, -7, 7, 14):
        if 0 <= d + k < values.shape[0] and not isnan(values[d + k]):
            near += 1
            total += values[d + k]
    return values[d] - total / near if near >= 2 else np.nan


@njit(cache=True)
def cloud_response(net, sun, ghi, day_load, day_sky):  # type: ignore[no-untyped-def]
    """Correlation of less load with more sky over bright hours; NaN under 20 days.

    Weekly neighbours share the weekday, so that working days do not pass for clouds.
    """
    _bright_means(net, sun, ghi, day_load, day_sky)
    n = 0
    sx = sy = sxx = syy = sxy = 0.0
    for d in range(net.shape[0]):
        x = _against_weeks(day_sky, d)
        y = _against_weeks(day_load, d)
        if isnan(x) or isnan(y):
            continue
        n += 1
        sx += x
        sy += y
        sxx += x * x
        syy += y * y
        sxy += x * y
    return -correlation(n, sx, sy, sxx, syy, sxy) if n >= 20 else np.nan


@njit(cache=True)
def bright_zero(net, sun):  # type: ignore[no-untyped-def]
    """Share of bright half-hours at zero or below, less that of dark ones; NaN where too few.

    Zero is up to a tenth of the mean load after dark, so that it serves sites that never export.
    Bright is over 0.6 of the highest sun.
    """
    bright = 0.6 * sun.max()
    level = 0.0
    n_dark = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if sun[d, j] <= 0 and not isnan(net[d, j]):
                level += net[d, j]
                n_dark += 1
    if n_dark < 480:
        return np.nan
    limit = 0.1 * (abs(level / n_dark) + 0.02)
    dark_zero = bright_zero = n_bright = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if sun[d, j] <= 0:
                dark_zero += net[d, j] <= limit
            elif sun[d, j] > bright and not isnan(net[d, j]):
                n_bright += 1
                bright_zero += net[d, j] <= limit
    return bright_zero / n_bright - dark_zero / n_dark if n_bright >= 120 else np.nan
