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
from characterise.signatures.called_sites import called_sites
from characterise.signatures.event_answers import (
    EDGE_RANK,
    LOAD,
    N_KNOWN,
    RANK,
    RESPONSE,
    SCATTER,
    WIDTH,
    answers,
)
from characterise.signatures.ordinary_days import LEAD
from characterise.signatures.response_shape import lay_responses

FEATURES: Final = (
    "rank_z",
    "mean_rank",
    "response_over_scatter",
    "response_share",
    "edge_z",
    "strong_share",
    "n_events",
    "least_share",
    "least_kw",
    "emptied",
    "given_back",
)
SIGNS: Final = (1, 1, 1, 1, 1, 1, 0, 1, 0, -1, -1)
"""Direction in which physics lets each feature speak for the class; 0 is told, never weighed."""
_N = len(FEATURES)
_STRONG: Final = 0.9
_STANDBY_KW: Final = 0.1
"""Expected load under which a meter at zero says nothing."""
_NOTHING: Final = 0.02
"""Share of the expected load up to which none is left."""
_MOST: Final = 6.0
"""Scatters beyond which one event's answer counts no more."""


@njit(cache=True)
def _beyond(net, start, length, residual, out):  # type: ignore[no-untyped-def]
    """Add half-hours with a load expected, those with none left, kW gone, and kW below zero."""
    for t in range(length):
        if start + t >= len(net) or isnan(residual[LEAD + t]):
            continue
        load = net[start + t] + residual[LEAD + t]
        if load > _STANDBY_KW:
            out[0] += 1
            out[1] += net[start + t] <= _NOTHING * load
        if residual[LEAD + t] > 0:
            out[2] += residual[LEAD + t]
            out[3] += max(-net[start + t], 0.0) - max(-load, 0.0)


@njit(cache=True)
def _features(net, sites, table):  # type: ignore[no-untyped-def]
    rows, calls, index, warmth, sun, station, calendar = sites
    most = net.shape[1] // 2 + 1
    known = np.empty((most, N_KNOWN))
    residuals = np.empty((most, WIDTH), np.float32)
    gone = np.empty(4)
    for m in rows:
        s = station[m]
        starts, lengths, signs = answers(
            net[m], calls[index[m]], warmth[s], sun[s], calendar, known, residuals
        )
        n = edges = 0
        ranks = steps = scaled = responses = load = strong = scatter = 0.0
        gone[:] = 0.0
        for e in range(len(starts)):
            if isnan(known[e, RANK]):
                continue
            n += 1
            ranks += known[e, RANK]
            strong += known[e, RANK] > _STRONG
            ratio = known[e, RESPONSE] / (known[e, SCATTER] + 0.02)
            scaled += min(max(ratio, -_MOST), _MOST)
            responses += known[e, RESPONSE]
            load += known[e, LOAD]
            scatter += known[e, SCATTER] ** 2
            if signs[e] > 0:
                _beyond(net[m], starts[e], lengths[e], residuals[e], gone)
            if not isnan(known[e, EDGE_RANK]):
                steps += known[e, EDGE_RANK]
                edges += 1
        if n == 0:
            continue
        out = table[m]
        out[0] = (ranks / n - 0.5) * np.sqrt(12.0 * n)
        out[1] = ranks / n
        out[2] = scaled / n
        out[3] = responses / (load + 0.02 * n)
        out[4] = (steps / edges - 0.5) * np.sqrt(12.0 * edges) if edges else np.nan
        out[5] = strong / n
        out[6] = n
        out[7] = np.log10((np.sqrt(scatter) + 0.02) / (load + 0.02 * n))
        out[8] = np.log10(np.sqrt(scatter) / n + 0.01)
        out[9] = gone[1] / gone[0] if gone[0] else np.nan
        out[10] = gone[3] / gone[2] if gone[2] else np.nan


def features(cube: MeterCube, signals: pl.DataFrame | None = None) -> Float:
    """(M, 11) figures of `FEATURES`; all NaN at a meter that no signal covered.

    Parameters
    ----------
    signals
        `characterise.frames.SIGNALS`.

    Notes
    -----
    Each event's answer is ranked among the same local time of ordinary days, `event_answers`.
    Under no response ranks are uniform, so that their mean times sqrt(12 n) is a permutation z
    score; likewise the steps into and out of the window, which slow drift cannot feign.
    ``least_share`` and ``least_kw`` say how much of the load, and how much power, a response needs
    to stand one standard error out (log 10): a faint answer speaks against the class only where
    a real one would have shown. ``least_kw`` is not weighed: homes would be known by their size.
    ``emptied`` and ``given_back`` are what a battery does and a load that gives way does not:
    nothing is left, or power comes back.
    """
    table = np.full((cube.n_meters, _N), np.nan, dtype=np.float32)
    net = cube.net_kw.reshape(cube.n_meters, -1)
    for sites in called_sites(cube, np.arange(cube.n_meters, dtype=np.int32), signals):
        _features(net, sites, table)
    return table


@njit(cache=True)
def _attribute(net, sites, drawn, given):  # type: ignore[no-untyped-def]
    rows, calls, index, warmth, sun, station, calendar = sites
    most = net.shape[1] // 2 + 1
    known = np.empty((most, N_KNOWN))
    residuals = np.empty((most, WIDTH), np.float32)
    for k in rows:
        s = station[k]
        starts, lengths, signs = answers(
            net[k], calls[index[k]], warmth[s], sun[s], calendar, known, residuals
        )
        lay_responses(starts, lengths, signs, known, residuals, drawn[k], given[k])


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

    Notes
    -----
    Each event by itself is mostly noise; `response_shape` draws it to the site's mean response.
    """
    net = net_of(cube, rows, left_kw)
    drawn = np.zeros_like(net)
    given = np.zeros_like(net)
    for sites in called_sites(cube, rows, signals):
        shape = (len(rows), -1)
        _attribute(net.reshape(shape), sites, drawn.reshape(shape), given.reshape(shape))
    return attributed(FLEXIBLE_DEMAND, rows, drawn, given, net)


def reasons(values: npt.NDArray[np.float32]) -> list[str]:
    """Sentences on one meter's `FEATURES`, to be checked on the plot."""
    said = dict(zip(FEATURES, values.tolist(), strict=True))
    if not np.isfinite(said["rank_z"]):
        return []
    told = [
        f"in {said['n_events']:.0f} signalled windows load moved as asked further than in "
        f"{said['mean_rank']:.0%} of the same windows on ordinary days",
        f"mean response (+ as asked) is {said['response_share']:+.0%} of the load in them, "
        f"{said['response_over_scatter']:.1f} times the ordinary scatter",
        f"{said['strong_share']:.0%} of the windows stand above nine in ten ordinary days; "
        "one in ten would by chance",
    ]
    if np.isfinite(said["edge_z"]):
        told.append(
            "at the start and end of the calls load steps as asked, "
            f"{said['edge_z']:+.1f} standard deviations from what ordinary days would give"
        )
    return told
