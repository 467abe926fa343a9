"""One party's events laid over the like days of its site: what the gaming screens compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.delivery.asset_meters import AssetMeters
from characterise.delivery.claims import OUTSIDE, Claims
from characterise.delivery.ground import METER_STEP_KW, Ground
from characterise.settlement import SLOTS_PER_DAY

Double = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_READ: Final = 0.75
"""Least share of a window's half-hours that were read."""
_NEIGHBOURS: Final = 10
"""Like days that a day's season needs, and the weight that the whole year keeps in its spread."""
BOUNDARY: Final = -1
"""In place of an asset meter: the boundary stands for the party."""


@dataclass(frozen=True, slots=True)
class Spans:
    """First and last half-hour, declared power and energy of C claims."""

    first: Int
    """(C,) flat half-hour of the cube's span, `OUTSIDE` where the claim cannot be laid."""
    last: Int
    kw: Double
    """(C,) mean declared fall of net import."""
    kwh: Double
    """(C,) declared fall of net import."""


@dataclass(frozen=True, slots=True)
class PartyDays:
    """K events of one party in one direction, on n days of one kind (working or not), S hours.

    Loads are turned to the direction declared: a higher one makes a delivery look larger.
    """

    site: int
    """Index into the ground."""
    direction: int
    """1 turn-down, -1 turn-up."""
    metered: bool
    """Whether the loads are those of the asset meter, else those of the boundary."""
    load_kw: Double
    """(N,) net import times direction."""
    residual_kw: Double
    """(N,) net import less the expected, times direction."""
    claim: Int
    """(K,) claims, in order of time."""
    day: Int
    """(n,) like days of the cube whose event hours were read and foreseen, ascending."""
    position: Int
    """(K,) index into ``day``, ascending."""
    hour: Int
    """(K,) index of the hour at which each event starts."""
    hour_on: Int
    """(n,) hour of the event nearest to each like day: a placebo calendar keeps the hours of the
    season, summer time among them."""
    opening: Int
    """(S, n) flat half-hour of each hour on each like day."""
    length: int
    """Half-hours of a usual event."""


def spans_of(claims: Claims) -> Spans:
    """Where each claim begins and ends, whatever was read of it."""
    claim = claims.claim_of_half_hour()
    inside = (claims.row[claim] != OUTSIDE) & (claims.cell != OUTSIDE)
    owner, cell = claim[inside], claims.cell[inside]
    first = np.full(claims.n_claims, np.iinfo(np.int64).max)
    last = np.full(claims.n_claims, OUTSIDE)
    np.minimum.at(first, owner, cell)
    np.maximum.at(last, owner, cell)
    total = np.bincount(claim, weights=claims.declared_kw, minlength=claims.n_claims)
    lengths = np.maximum(np.diff(claims.start), 1)
    laid = last != OUTSIDE
    return Spans(
        np.where(laid, first, OUTSIDE), last, total / lengths, 0.5 * total.astype(np.float64)
    )


def party_days(
    claims: Claims,
    spans: Spans,
    ground: Ground,
    assets: AssetMeters | None,
    mine: Int,
    meter: int,
) -> PartyDays | None:
    """Lay claims of one party and direction over the like days of their site.

    Parameters
    ----------
    mine
        Claims of the party, all with half-hours inside the span and of one sign.
    meter
        Index of the party's asset meter, `BOUNDARY` where the boundary stands for it.

    Returns
    -------
    PartyDays or None
        None where there is no event. Events on the rarer kind of day are left out.
    """
    if not len(mine):
        return None
    mine = mine[np.argsort(spans.first[mine], kind="stable")]
    site = int(ground.place(claims.row[mine[:1]])[0])
    working = ground.working[ground.clock[site]]
    kind = bool(2 * np.count_nonzero(working[spans.first[mine]]) >= len(mine))
    mine = mine[working[spans.first[mine]] == kind]
    offset = ground.offset[ground.clock[site]]
    day = spans.first[mine] // SLOTS_PER_DAY
    hours, hour = np.unique(
        spans.first[mine] - day * SLOTS_PER_DAY + offset[day], return_inverse=True
    )
    starts = np.arange(len(offset)) * SLOTS_PER_DAY - offset + hours[:, None]
    direction = 1 if spans.kwh[mine].sum() >= 0 else -1
    load, residual = _loads(ground, assets, site, meter)
    length = int(np.median(spans.last[mine] - spans.first[mine] + 1))
    read = np.isfinite(window_mean(residual, starts, 0, length)).any(axis=0)
    begins = np.clip(starts[0], 0, len(working) - 1)
    like = np.flatnonzero(read & (working[begins] == kind))
    held = np.isin(day, like)
    if not held.any():
        return None
    at, hour = np.searchsorted(like, day[held]), hour.reshape(-1)[held].astype(np.int64)
    return PartyDays(
        site=site,
        direction=direction,
        metered=meter != BOUNDARY,
        load_kw=direction * load,
        residual_kw=direction * residual,
        claim=mine[held],
        day=like,
        position=at,
        hour=hour,
        hour_on=_hour_on(at, hour, len(like)),
        opening=starts[:, like],
        length=length,
    )


def _hour_on(position: Int, hour: Int, n_days: int) -> Int:
    day = np.arange(n_days)
    later = np.minimum(np.searchsorted(position, day), len(position) - 1)
    before = np.maximum(later - 1, 0)
    closer = np.abs(day - position[before]) < np.abs(position[later] - day)
    return np.asarray(hour[np.where(closer, before, later)])


def _loads(
    ground: Ground, assets: AssetMeters | None, site: int, meter: int
) -> tuple[Double, Double]:
    """(N,) net import and what it is beyond the expected, of the boundary or an asset meter."""
    if meter == BOUNDARY or assets is None:
        boundary = ground.boundary_kw[site].astype(np.float64)
        return boundary, -ground.residual_kw[site].astype(np.float64)
    load = assets.net_kw[meter].astype(np.float64)
    return load, load - assets.expected_kw[meter]


def window_mean(kw: Double, opening: Int, begin: int, end: int) -> Double:
    """Mean of the half-hours ``begin`` to ``end`` (not included) from each opening, kW.

    NaN where the window leaves the span or less than three quarters of it are known.
    """
    known = np.isfinite(kw)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, kw, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    low, high = opening + begin, opening + end
    inside = (low >= 0) & (high <= len(kw)) & (end > begin)
    low, high = np.where(inside, low, 0), np.where(inside, high, 0)
    seen = count[high] - count[low]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (total[high] - total[low]) / seen
    return np.where(inside & (seen >= _READ * (end - begin)), mean, np.nan)


def season_of_days(values: Double, day: Int, season_days: int) -> tuple[Double, Double]:
    """(S, n) mean and standard deviation of the like days around each day.

    Parameters
    ----------
    values
        (S, n) NaN where unknown.
    day
        (n,) days, ascending.
    season_days
        How far neighbours reach to either side.
    """
    low = np.searchsorted(day, day - season_days)
    high = np.searchsorted(day, day + season_days, side="right")
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    blank = np.zeros((len(values), 1))
    sums, squares, counts = (
        np.concatenate([blank, np.cumsum(part, axis=1)], axis=1)
        for part in (filled, filled**2, known.astype(np.float64))
    )
    n = counts[:, high] - counts[:, low]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (sums[:, high] - sums[:, low]) / n
        variance = np.maximum((squares[:, high] - squares[:, low]) / n - mean**2, 0.0)
        whole = (np.where(known, (filled - mean) ** 2, 0.0)).sum(axis=1) / known.sum(axis=1)
        shrunk = (n * variance + _NEIGHBOURS * whole[:, None]) / (n + _NEIGHBOURS)
    spread = np.sqrt(np.maximum(shrunk, METER_STEP_KW**2))
    few = n < _NEIGHBOURS
    return np.where(few, np.nan, mean), np.where(few, np.nan, spread)


def declared_or_after(claims: Claims, ground: Ground, recovery: int) -> Mask:
    """(R, N) half-hours that a claim covers or that follow within ``recovery`` of one."""
    n_sites, n_cells = ground.residual_kw.shape
    out = np.zeros((n_sites, n_cells), dtype=np.bool_)
    owner = claims.row[claims.claim_of_half_hour()]
    inside = (owner != OUTSIDE) & (claims.cell != OUTSIDE)
    row, cell = ground.place(owner[inside]), claims.cell[inside]
    for step in range(recovery + 1):
        kept = cell + step < n_cells
        out[row[kept], cell[kept] + step] = True
    return out
