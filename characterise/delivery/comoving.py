"""Metered or attributed loads behind a boundary, and how they moved during a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.delivery.asset_meters import AssetMeters
from characterise.delivery.claims import Claims
from characterise.delivery.ground import Ground
from characterise.delivery.trials import USABLE, Trials
from characterise.signatures.attribution import Attribution

Int = npt.NDArray[np.int64]
Double = npt.NDArray[np.float64]

USUAL_WINDOWS = 30
"""Matched windows, nearest in season, that give the usual load of an asset."""
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class Movement:
    """How one load moved in a trial against its usual self."""

    name: str
    kwh: float
    """Rise of its net import, in the direction that hides a delivery."""


def other_loads(
    claims: Claims,
    trials: Trials,
    ground: Ground,
    occasions: Int,
    *,
    assets: AssetMeters | None,
    attribution: Sequence[Attribution] | None,
) -> dict[int, Movement]:
    """Largest rise, by occasion, of a load that nobody claimed on it.

    An attributed class counts only where the class of every claimed asset is known and another:
    a claimed charger that went on charging does not excuse itself.
    """
    pairs: list[tuple[int, int]] = []
    names: list[str] = []
    series: list[npt.NDArray[np.float32]] = []
    for occasion in occasions.tolist():
        members = np.flatnonzero(claims.occasion == occasion)
        claimed = claims.table[members]
        found = _unclaimed_meters(claimed, assets)
        found += _unclaimed_classes(claimed, int(claims.row[members[0]]), attribution)
        for name, load in found:
            pairs.append((int(trials.joint[occasion]), len(series)))
            names.append(name)
            series.append(load)
    if not pairs:
        return {}
    index = np.array(pairs, dtype=np.int64)
    moved = _moved(trials, ground, np.stack(series), index)
    rises: dict[int, Movement] = {}
    for (trial, _), name, kwh in zip(pairs, names, moved.tolist(), strict=True):
        if np.isfinite(kwh) and (trial not in rises or kwh > rises[trial].kwh):
            rises[trial] = Movement(name, kwh)
    return rises


def own_falls(claims: Claims, trials: Trials, ground: Ground, assets: AssetMeters | None) -> Double:
    """(C,) fall of each claim's own asset meter against its usual self, kWh; NaN unknown."""
    falls = np.full(claims.n_claims, np.nan)
    if assets is None:
        return falls
    places = {name: index for index, name in enumerate(assets.amsid)}
    held = [places.get(name, -1) for name in claims.table["amsid"].to_list()]
    meter = np.array(held, dtype=np.int64)
    which = np.flatnonzero((meter >= 0) & (trials.state == USABLE))
    if len(which):
        pairs = np.stack([trials.own[which], meter[which]], axis=1)
        falls[which] = -_moved(trials, ground, assets.net_kw, pairs)
    return falls


def _unclaimed_meters(
    claimed: pl.DataFrame, assets: AssetMeters | None
) -> list[tuple[str, npt.NDArray[np.float32]]]:
    if assets is None:
        return []
    mpan, taken = claimed["mpan"][0], set(claimed["amsid"].to_list())
    return [
        (f"asset meter {amsid}", assets.net_kw[index])
        for index, (amsid, owner) in enumerate(zip(assets.amsid, assets.mpan, strict=True))
        if owner == mpan and amsid not in taken
    ]


def _unclaimed_classes(
    claimed: pl.DataFrame, row: int, attribution: Sequence[Attribution] | None
) -> list[tuple[str, npt.NDArray[np.float32]]]:
    if not attribution or claimed["asset_class"].null_count():
        return []
    taken = set(claimed["asset_class"].to_list())
    found = []
    for part in attribution:
        held = np.flatnonzero(part.rows == row)
        if len(held) and part.asset_class not in taken:
            net = part.import_kw[held[0]] - part.export_kw[held[0]]
            found.append((f"the {part.asset_class} that the boundary shows", net.reshape(-1)))
    return found


def _moved(trials: Trials, ground: Ground, series: npt.NDArray[np.float32], pairs: Int) -> Double:
    return np.asarray(
        _rises(
            series,
            pairs,
            ground.blocked,
            ground.working,
            ground.offset,
            ground.clock,
            trials.start,
            trials.site,
            trials.cell,
            trials.declared_kw,
            USUAL_WINDOWS,
            _FEWEST,
        )
    )


@njit(cache=True)
def _rises(  # type: ignore[no-untyped-def]
    series, pairs, blocked, working, offset, clock, start, site, cell, declared, most, fewest
):
    out = np.full(len(pairs), np.nan)
    for k in range(len(pairs)):
        t, u = pairs[k]
        cells, d_kw = cell[start[t] : start[t + 1]], declared[start[t] : start[t + 1]]
        if len(cells) == 0:
            continue
        r = site[t]
        day0, n_days = cells[0] // 48, series.shape[1] // 48
        total, n = 0.0, 0
        # Outwards from the event, so that the nearest days come first.
        for step in range(2, 2 * n_days + 2):
            d = day0 + (step // 2 if step % 2 == 0 else -(step // 2))
            if n >= most or d < 0 or d >= n_days or d == day0:
                continue
            move = (d - day0) * 48 + offset[clock[r], day0] - offset[clock[r], d]
            part = _window_sum(series[u], blocked[r], working[clock[r]], cells, d_kw, move)
            if np.isfinite(part):
                total += part
                n += 1
        now = 0.0
        for i in range(len(cells)):
            now += 0.5 * np.sign(d_kw[i]) * series[u, cells[i]]
        if n >= fewest:
            out[k] = now - total / n
    return out


@njit(cache=True)
def _window_sum(load, blocked, working, cells, d_kw, move):  # type: ignore[no-untyped-def]
    first, last = cells[0] + move, cells[-1] + move
    if first < 0 or last >= len(load) or working[first] != working[cells[0]]:
        return np.nan
    total = 0.0
    for i in range(len(cells)):
        k = cells[i] + move
        if blocked[k]:
            return np.nan
        total += 0.5 * np.sign(d_kw[i]) * load[k]
    return total
