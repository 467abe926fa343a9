"""Flexible demand: load that gives way in signalled half-hours, against its own ordinary days."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.asset_classes import FLEXIBLE_DEMAND
from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Attribution, Float, Rows, attributed, net_of
from characterise.signatures.dispatch_signals import covered
from characterise.signatures.slots import smallest_visible

FEATURES: Final = ("rank_z", "mean_rank", "response_over_scatter", "response_share", "n_events")
SIGNS: Final = (1, 1, 1, 1, 0)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""
_N = len(FEATURES)
REFERENCE_DAYS: Final = 10
"""Ordinary days of one kind before a day, from which its expectation is made."""
PLACEBO_REACH: Final = 45
"""Ordinary days at most this far off are the event's placebos."""
REBOUND_SLOTS: Final = 4
"""Half-hours after an event in which raised load still belongs to it."""


@njit(cache=True)
def _shortfall(net, working, ordinary, out):  # type: ignore[no-untyped-def]
    """Fill (D, 48): mean of the last ordinary days of one kind less the day itself, kW."""
    days = net.shape[0]
    for d in range(days):
        for j in range(48):
            out[d, j] = np.nan
            total = 0.0
            n = 0
            k = d - 1
            while k >= 0 and n < REFERENCE_DAYS and d - k <= PLACEBO_REACH:
                if ordinary[k] and working[k, j] == working[d, j] and not isnan(net[k, j]):
                    total += net[k, j]
                    n += 1
                k -= 1
            if n >= 3:
                out[d, j] = total / n - net[d, j]


@njit(cache=True)
def _window(short, d, first, stop):  # type: ignore[no-untyped-def]
    """Mean shortfall of one day's window, less that of the two hours ending an hour before it."""
    total = 0.0
    n = 0
    for j in range(first, stop):
        if not isnan(short[d, j]):
            total += short[d, j]
            n += 1
    if n * 2 < stop - first or n == 0:
        return np.nan
    before = 0.0
    k = 0
    for j in range(max(0, first - 6), max(0, first - 2)):
        if not isnan(short[d, j]):
            before += short[d, j]
            k += 1
    return total / n - (before / k if k >= 2 else 0.0)


@njit(cache=True)
def _ordinary(mask, out):  # type: ignore[no-untyped-def]
    for d in range(mask.shape[0]):
        out[d] = True
        for j in range(48):
            if mask[d, j]:
                out[d] = False


@njit(cache=True)
def _event(short, working, ordinary, d, first, stop, placebo):  # type: ignore[no-untyped-def]
    """Response (kW), its rank among placebos (0 to 1), their scatter and count of one event."""
    response = _window(short, d, first, stop)
    n = 0
    below = 0.0
    if isnan(response):
        return np.nan, np.nan, np.nan, 0
    for k in range(max(0, d - PLACEBO_REACH), min(short.shape[0], d + PLACEBO_REACH + 1)):
        if not ordinary[k] or working[k, first] != working[d, first]:
            continue
        value = _window(short, k, first, stop)
        if not isnan(value):
            placebo[n] = value
            n += 1
            below += 1.0 if value < response else (0.5 if value == response else 0.0)
    if n < 8:
        return np.nan, np.nan, np.nan, 0
    middle = np.median(placebo[:n])
    for k in range(n):
        placebo[k] = abs(placebo[k] - middle)
    # The event itself is one of the n + 1 days that could have come out on top.
    return response - middle, (below + 0.5) / (n + 1), 1.4826 * np.median(placebo[:n]), n


@njit(cache=True)
def _windows(signalled, days, firsts, stops):  # type: ignore[no-untyped-def]
    """Fill day, first and stop slot of every signalled window, cut at midnight; return count."""
    n = 0
    for d in range(signalled.shape[0]):
        for j in range(48):
            if not signalled[d, j]:
                continue
            if j == 0 or not signalled[d, j - 1]:
                days[n], firsts[n] = d, j
                n += 1
            stops[n - 1] = j + 1
    return n


@njit(cache=True)
def _mean_load(net, d, first, stop):  # type: ignore[no-untyped-def]
    total = 0.0
    for j in range(first, stop):
        if not isnan(net[d, j]):
            total += abs(net[d, j]) / (stop - first)
    return total


@njit(cache=True)
def _features(net, mask, index, working, clock, table):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    short = np.empty((days, 48))
    ordinary = np.empty(days, np.bool_)
    placebo = np.empty(2 * PLACEBO_REACH + 1)
    on = np.empty(days * 24 + 1, np.int32)
    firsts = np.empty(days * 24 + 1, np.int32)
    stops = np.empty(days * 24 + 1, np.int32)
    for m in range(net.shape[0]):
        if index[m] < 0:
            continue
        kind = working[clock[m]]
        _ordinary(mask[index[m]], ordinary)
        _shortfall(net[m], kind, ordinary, short)
        n = 0
        ranks = responses = scaled = load = 0.0
        for i in range(_windows(mask[index[m]], on, firsts, stops)):
            response, rank, scatter, seen = _event(
                short, kind, ordinary, on[i], firsts[i], stops[i], placebo
            )
            if seen == 0:
                continue
            n += 1
            ranks += rank
            scaled += response / (scatter + 0.02)
            responses += response
            load += _mean_load(net[m], on[i], firsts[i], stops[i])
        if n == 0:
            continue
        out = table[m]
        out[0] = (ranks / n - 0.5) * np.sqrt(12.0 * n)
        out[1] = ranks / n
        out[2] = scaled / n
        out[3] = responses / (load + 0.02 * n)
        out[4] = n


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 5) figures of `FEATURES`; all NaN at a meter that no signal covered.

    Parameters
    ----------
    signals
        `characterise.frames.SIGNALS`.

    Notes
    -----
    Each event's shortfall, adjusted by the hours before it, is ranked among the same window of
    ordinary days of the same kind. Under no response ranks are uniform, so that their mean times
    sqrt(12 n) is a permutation z score.
    """
    mask, index = covered(cube, signals)
    table = np.full((cube.n_meters, _N), np.nan, dtype=np.float32)
    if len(mask):
        working = np.stack([clock.working for clock in cube.clocks])
        _features(cube.net_kw, mask, index, working, cube.clock, table)
    return table


@njit(cache=True)
def _mean_shortfall(short, d, first, stop):  # type: ignore[no-untyped-def]
    total = 0.0
    n = 0
    for j in range(first, stop):
        if not isnan(short[d, j]):
            total += short[d, j]
            n += 1
    return total / n if n else np.nan


@njit(cache=True)
def _respond(short, d, first, stop, drawn, given):  # type: ignore[no-untyped-def]
    """Write one window's response, and the load raised in it and up to two hours after it."""
    value = _window(short, d, first, stop)
    if isnan(value):
        return
    shift = _mean_shortfall(short, d, first, stop) - value
    for j in range(first, min(48, stop + REBOUND_SLOTS)):
        part = short[d, j] - shift
        if isnan(part):
            continue
        drawn[d, j] = max(-part, 0.0)
        if j < stop:
            given[d, j] = max(part, 0.0)


@njit(cache=True)
def _attribute(net, mask, index, working, clock, drawn, given):  # type: ignore[no-untyped-def]
    days = net.shape[1]
    short = np.empty((days, 48))
    ordinary = np.empty(days, np.bool_)
    on = np.empty(days * 24 + 1, np.int32)
    firsts = np.empty(days * 24 + 1, np.int32)
    stops = np.empty(days * 24 + 1, np.int32)
    for k in range(net.shape[0]):
        if index[k] < 0:
            continue
        _ordinary(mask[index[k]], ordinary)
        _shortfall(net[k], working[clock[k]], ordinary, short)
        for i in range(_windows(mask[index[k]], on, firsts, stops)):
            _respond(short, on[i], firsts[i], stops[i], drawn[k], given[k])


def attribute(
    cube: MeterCube,
    rows: Rows,
    left_kw: Float | None = None,
    signals: pl.DataFrame | None = None,
) -> Attribution:
    """Response of ``rows``: load under expectation while signalled, over it then and just after.

    Parameters
    ----------
    left_kw
        (K, D, 48) load left when other classes were taken out, kW; the boundary's own by default.
    """
    net = net_of(cube, rows, left_kw)
    drawn = np.zeros_like(net)
    given = np.zeros_like(net)
    mask, index = covered(cube, signals)
    if len(mask):
        working = np.stack([clock.working for clock in cube.clocks])
        _attribute(net, mask, index[rows], working, cube.clock[rows], drawn, given)
    return attributed(FLEXIBLE_DEMAND, rows, drawn, given, net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    if not np.isfinite(said["rank_z"]):
        return []
    return [
        f"in {said['n_events']:.0f} signalled windows load came out lower than in "
        f"{said['mean_rank']:.0%} of the same windows on ordinary days",
        f"mean response is {said['response_share']:+.0%} of the load in them, "
        f"{said['response_over_scatter']:.1f} times the ordinary scatter",
    ]


def detectable_kw(cube: MeterCube) -> Float:
    """(M,) smallest response that would show, kW; see `slots.smallest_visible`, runs of an hour."""
    return smallest_visible(cube.net_kw, 0.2, 2.0)
