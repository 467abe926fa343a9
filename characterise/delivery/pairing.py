"""An asset meter against the boundary it is said to be behind, all year.

Steps of the boundary are regressed on steps of the asset at several lags. An asset that is part
of the boundary has slope 1 at lag 0, whatever else the site does; other slopes and lags name what
is wrong with the pairing before any delivery is looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from characterise.delivery.asset_meters import AssetMeters
from characterise.frames import PAIRING
from characterise.meter_cube import MeterCube

LAGS: Final = np.array([0, -1, 1, -2, 2, -3, 3, -4, 4, -48, 48])
"""Half-hours by which the asset's clock may be late: labels, summer time, a day's slip."""
MIN_STEPS: Final = 14 * 48
MIN_MOVES: Final = 20
"""Steps of at least a tenth of the asset's largest."""
_SEEN: Final = 5.0
"""Slope over its standard error from which a lag counts as seen: eleven lags are tried."""
_TELLING: Final = 0.15
"""Standard error of the slope under which an unseen slope of 1 is news."""


def pair(assets: AssetMeters, cube: MeterCube) -> pl.DataFrame:
    """`characterise.frames.PAIRING`: one row an asset meter whose boundary the cube holds or not.

    ``score`` is the correlation of steps at the best lag; ``slope`` the boundary's step for 1 kW
    of the asset meter's; a positive lag says that the asset meter is late. Findings: ``paired``;
    ``weak`` (seen, with an odd slope); ``sign_swapped``; ``doubled`` or ``halved`` (the asset
    meter reads twice or half of what the boundary shows); ``shifted``; ``unrelated``;
    ``not_enough`` (too few common steps, or a site too busy to tell).
    """
    places = {name: index for index, name in enumerate(cube.mpan)}
    row = np.array([places.get(name, -1) for name in assets.mpan], dtype=np.int64)
    boundary = cube.net_kw.reshape(cube.n_meters, -1)
    fits = _fit(assets.net_kw, boundary, row, LAGS)
    described = [_describe(*fit) for fit in fits]
    return pl.DataFrame(
        [
            (mpan, amsid, *rest)
            for mpan, amsid, rest in zip(assets.mpan, assets.amsid, described, strict=True)
        ],
        schema=PAIRING,
        orient="row",
    ).sort("mpan", "amsid")


def _describe(
    fit: npt.NDArray[np.float64], count: npt.NDArray[np.int64]
) -> tuple[float | None, float | None, int | None, str]:
    """Score, slope, lag and finding of one meter's fits by lag: slope, error, correlation."""
    steps, moves = count
    slope, error, score = fit
    if steps < MIN_STEPS or moves < MIN_MOVES or not np.isfinite(error[0]):
        return None, None, None, "not_enough"
    strength = np.abs(slope) / np.maximum(error, 1e-9)
    best = int(np.argmax(strength))
    # Other loads keep hours too: another lag counts only where it gives the whole asset, clearly.
    if strength[best] < 1.25 * strength[0] or not _is_one(abs(slope[best]), error[best]):
        best = 0
    lag = int(LAGS[best])
    if strength[best] < _SEEN:
        told = error[0] <= _TELLING
        finding = "unrelated" if told else "not_enough"
        return float(score[0]), float(slope[0]), 0 if told else None, finding
    return float(score[best]), float(slope[best]), lag, _name(slope[best], error[best], lag)


def _name(slope: float, error: float, lag: int) -> str:
    """Name a slope that was seen; only what is close to a factor of two is called so.

    Slopes between have innocent causes: a battery that follows the load halves its own steps at
    the boundary, a machine that others follow doubles them.
    """
    if slope < 0:
        return "sign_swapped"
    if lag != 0:
        return "shifted"
    if _is_one(slope, error):
        return "paired"
    if abs(slope - 0.5) <= 0.05:
        return "doubled"
    return "halved" if abs(slope - 2) <= 0.1 else "weak"


def _is_one(slope: float, error: float) -> bool:
    return abs(slope - 1) <= max(0.25, 2 * error)


def _fit(
    asset: npt.NDArray[np.float32],
    boundary: npt.NDArray[np.float32],
    row: npt.NDArray[np.int64],
    lags: npt.NDArray[np.int64],
) -> list[tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]]:
    fits, counts = _fit_all(asset, boundary, row, lags)
    return list(zip(fits, counts, strict=True))


@njit(cache=True)
def _fit_all(asset, boundary, row, lags):  # type: ignore[no-untyped-def]
    n_assets, n = asset.shape
    fits = np.full((n_assets, 3, len(lags)), np.nan)
    counts = np.zeros((n_assets, 2), dtype=np.int64)
    for k in range(n_assets):
        if row[k] < 0:
            continue
        a, b = asset[k], boundary[row[k]]
        largest = 0.0
        for i in range(1, n):
            step = abs(a[i] - a[i - 1])
            largest = max(largest, step)
        for j in range(len(lags)):
            lag = lags[j]
            aa, ab, bb = 0.0, 0.0, 0.0
            used, moves = 0, 0
            for i in range(max(1, 1 - lag), min(n, n - lag)):
                da = a[i + lag] - a[i + lag - 1]
                db = b[i] - b[i - 1]
                if np.isfinite(da) and np.isfinite(db):
                    aa += da * da
                    ab += da * db
                    bb += db * db
                    used += 1
                    moves += abs(da) >= 0.1 * largest and largest > 0.0
            if j == 0:
                counts[k, 0], counts[k, 1] = used, moves
            if aa > 0 and used > 2:
                slope = ab / aa
                fits[k, 0, j] = slope
                fits[k, 1, j] = np.sqrt(max(bb - slope * ab, 0.0) / (used - 2) / aa)
                fits[k, 2, j] = ab / np.sqrt(aa * bb) if bb > 0 else 0.0
    return fits, counts
