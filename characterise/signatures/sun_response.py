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
def _quantile(work, n, q):  # type: ignore[no-untyped-def]
    k = min(n - 1, int(q * n))
    return np.partition(work[:n], k)[k]


@njit(cache=True)
def _gather(net, sun, low, high, work):  # type: ignore[no-untyped-def]
    """Copy the load of half-hours whose sun lies over ``low`` and up to ``high``; return count."""
    k = 0
    for d in range(net.shape[0]):
        for j in range(48):
            if low < sun[d, j] <= high and not isnan(net[d, j]):
                work[k] = net[d, j]
                k += 1
    return k


@njit(cache=True)
def _share_under(work, n, limit):  # type: ignore[no-untyped-def]
    count = 0
    for k in range(n):
        count += work[k] <= limit
    return count / n


@njit(cache=True)
def dent_figures(net, sun, work, out):  # type: ignore[no-untyped-def]
    """Fill three: zeros, dent and scatter of the highest sun against dark and low sun.

    Needs no irradiance, so that it serves sites without an export register or a station.
    """
    peak = sun.max()
    dark = _gather(net, sun, np.float32(-1.0), np.float32(0.0), work)
    if dark < 480:
        return
    scale = abs(_quantile(work, dark, 0.5)) + 0.02
    dark_zero = _share_under(work, dark, 0.1 * scale)
    bright = _gather(net, sun, 0.6 * peak, peak, work)
    if bright >= 120:
        out[0] = _share_under(work, bright, 0.1 * scale) - dark_zero
    low = _gather(net, sun, np.float32(0.1), 0.4 * peak, work)
    if low < 60:
        return
    dim = _quantile(work, low, 0.5)
    narrow = _quantile(work, low, 0.9) - _quantile(work, low, 0.1)
    bright = _gather(net, sun, 0.85 * peak, peak, work)
    if bright < 60:
        return
    out[1] = min(max((dim - _quantile(work, bright, 0.5)) / scale, -2.0), 4.0)
    wide = _quantile(work, bright, 0.9) - _quantile(work, bright, 0.1)
    out[2] = np.log((wide + 0.02) / (narrow + 0.02))
