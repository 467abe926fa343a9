"""Gaming of known kind laid over sub-metered sites, for measuring the gaming screens.

The provider's own load moves: boundary and asset meter alike, before the deliveries are laid.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.delivery.settings import VerifySettings
from characterise.training.dispatches import (
    EARLIEST_DAY,
    LENGTH,
    Dispatched,
    Party,
    Stage,
    dispatch,
    draw_days,
    habitual_slot,
)

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

KINDS = (
    "honest",
    "look_back_raised",
    "window_ramped",
    "always_at_the_cap",
    "low_load_days",
    "rebound_traded",
)
REBOUND = 0.8
"""Share of a fall that comes back in the half-hours after it, where a rebound is laid."""
LOWEST = 0.2
"""Share of days, of the lowest load in the event hours, that a provider picks from."""
_SETTINGS = VerifySettings()


def moved(held: Stage, extra_kw: npt.NDArray[np.float32]) -> Stage:
    """Lay extra net import (M, D, 48) over boundary and asset alike."""
    net = held.cube.net_kw + extra_kw
    cube = replace(held.cube, import_kw=np.maximum(net, 0), export_kw=np.maximum(-net, 0))
    return Stage(cube, held.asset_kw + extra_kw, held.sites)


def played(
    held: Stage, kind: str, size: Array, *, gain: float, n_events: int, seed: int
) -> Dispatched:
    """Lay one year of one provider: honest, or with gaming of one of `KINDS`.

    Parameters
    ----------
    size
        (M,) declared fall, kW.
    gain
        Raise of the load over the declared fall, for the kinds that raise it.
    """
    first = habitual_slot(held.cube, seed)
    days = draw_days(held.cube, seed, n_events) & (size > 0)[:, None]
    if kind == "low_load_days":
        days = _lowest(held, first, n_events, seed) & (size > 0)[:, None]
    kw = np.nan_to_num(size)
    extra = np.zeros(held.cube.import_kw.shape, dtype=np.float32)
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    for row in range(held.cube.n_meters):
        event = slice(first[row], first[row] + LENGTH)
        if kind == "look_back_raised":
            extra[row, _looked_back(held, days[row], row, int(first[row])), event] = gain * kw[row]
        elif kind == "window_ramped":
            window = slice(first[row] - _SETTINGS.adjust_half_hours, first[row])
            extra[row, days[row], window] = gain * kw[row]
        elif kind == "always_at_the_cap":
            missing = rng.uniform(0, 1, np.count_nonzero(days[row]))
            extra[row, days[row], event] = (missing * kw[row])[:, None]
    if kind == "rebound_traded":
        return traded_twice(held, kw, days, days, first, real=False)
    whole = np.ones(len(kw))
    return dispatch(moved(held, extra), [Party("AAAA", kw, days, whole)], first)


def both_directions(held: Stage, size: Array, *, n_events: int, seed: int) -> Dispatched:
    """Lay an honest provider that sells falls and, on days drawn apart, real rises after them."""
    first = habitual_slot(held.cube, seed)
    sold = (size > 0)[:, None]
    falls = draw_days(held.cube, seed, n_events) & sold
    rises = draw_days(held.cube, seed + 7, n_events) & sold
    return traded_twice(held, np.nan_to_num(size), falls, rises, first, real=True)


def traded_twice(
    held: Stage, kw: Array, falls: Mask, rises: Mask, first: Rows, *, real: bool
) -> Dispatched:
    """Lay falls with their rebound, and rises declared just after the event hours.

    Parameters
    ----------
    real
        Whether the rises are delivered; else the rebound alone stands for them.
    """
    extra = np.zeros(held.cube.import_kw.shape, dtype=np.float32)
    for row in range(held.cube.n_meters):
        after = slice(first[row] + LENGTH, first[row] + 2 * LENGTH)
        extra[row, falls[row], after] = REBOUND * kw[row]
    base = moved(held, extra)
    whole = np.ones(len(kw))
    once = dispatch(base, [Party("AAAA", kw, falls, whole)], first)
    fallen = np.zeros(extra.shape, dtype=np.float32)
    for row in range(held.cube.n_meters):
        event = slice(first[row], first[row] + LENGTH)
        fallen[row, falls[row], event] = -kw[row]
    then = Stage(once.cube, base.asset_kw + fallen, held.sites)
    again = dispatch(then, [Party("AAAA", -kw, rises, whole * real)], first + LENGTH)
    renamed = again.declared.with_columns(pl.col("event_id") + "U")
    declared = pl.concat([once.declared, renamed])
    reads = again.asset_reads if real else once.asset_reads
    return Dispatched(again.cube, declared, reads)


def _looked_back(held: Stage, events: Mask, row: int, first: int) -> Rows:
    working = held.cube.clocks[held.cube.clock[row]].working[:, first]
    like = np.flatnonzero(working & ~events)
    place = np.searchsorted(like, np.flatnonzero(events))
    back = [like[max(p - _SETTINGS.look_back_days, 0) : p] for p in place.tolist()]
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *back]))


def _lowest(held: Stage, first: Rows, n_events: int, seed: int) -> Mask:
    """(M, D) days picked from those of lowest load in the event hours, season by season."""
    able = draw_days(held.cube, seed, held.cube.n_days)
    out = np.zeros_like(able)
    for row in range(held.cube.n_meters):
        event = slice(first[row], first[row] + LENGTH)
        drawn = held.cube.net_kw[row, :, event].mean(axis=1)
        some = np.flatnonzero(able[row])
        near = np.abs(some[:, None] - some) <= _SETTINGS.season_days
        lower = ((drawn[some][None, :] < drawn[some][:, None]) & near).sum(axis=1)
        low = some[(lower <= LOWEST * near.sum(axis=1)) & (some >= EARLIEST_DAY)]
        picked = np.random.default_rng([seed, row]).permutation(low)[:n_events]
        out[row, picked] = True
    return out
