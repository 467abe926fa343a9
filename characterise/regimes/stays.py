"""When an asset came, went, or became another size for good, and since when it is as it is.

A fast pass over all series gates the few that may hold a change; only those see ruptures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.regimes.arrivals import Break

Float = npt.NDArray[np.float32]
Flag = npt.NDArray[np.bool_]

INSTALLED: Final = "installed"
REMOVED: Final = "removed"
RESIZED: Final = "resized"
MIN_REGIME_DAYS: Final = 28
"""A regime shorter than this is a habit, not a change."""
ABSENT_SHARE: Final = 0.08
"""A level under this share of the highest level counts as not being there."""
RESIZED_RATIO: Final = 1.6
"""Sizes further apart than this are two sizes."""
ENERGY_RATIO: Final = 1.3
"""Least ratio of the energies, for classes that run in proportion to their size."""
SEASON_DAYS: Final = 60
"""Telling days on either side of a resize of such a class; fewer are a cold or a bright month."""
_NEAR_DAYS: Final = 7
_SHOWN_DAYS: Final = 21
_GATE: Final = 30.0
_PENALTY: Final = 8.0

Segment = tuple[int, int, float]
"""First value, value after the last, mean."""


@dataclass(frozen=True, slots=True)
class Regimes:
    """First and last day of operation and the regime that holds now, of K series."""

    first_seen: npt.NDArray[np.int32]
    """(K,) day index of the first operation of the regime that stayed; -1 never."""
    last_seen: npt.NDArray[np.int32]
    """(K,) day index of the last operation; -1 never."""
    start: npt.NDArray[np.int32]
    """(K,) first day index of the current regime, the latest in which the asset ran."""
    changes: tuple[tuple[str, ...], ...]
    """(K,) `INSTALLED`, `REMOVED`, `RESIZED` as they were found."""


def regimes(
    energy: Float,
    size: Float,
    operating: Flag,
    breaks: Sequence[Sequence[Break]] | None = None,
    *,
    proportional: bool = False,
) -> Regimes:
    """Find arrivals and removals in how much it ran, changes of size in how hard.

    Parameters
    ----------
    energy
        (K, D) energy of each day, freed of season where the class has one (`without_season`);
        NaN on days that say nothing.
    size
        (K, D) highest power of each day on which it ran, freed of season, NaN on others.
    operating
        (K, D) days with at least one operating half-hour.
    breaks
        Of each series, in order of time: what the boundary itself shows of it (`site_breaks`).
    proportional
        Whether a larger one also runs more energy, so that one without the other is no resize.

    Notes
    -----
    How much an asset runs is its owner's habit, so a lower level is a removal only where hardly
    anything is left. The gate is the largest gain of squared error by one split, over the variance
    left. Behind it stands ruptures' KernelCPD with the linear kernel on daily values (methods.md
    5); its penalty scales with the variance from week to week, which weekly habits inflate. Where
    an attribution that ran hardly anywhere speaks so plainly, it is believed; else the breaks are.
    """
    first = np.where(operating.any(axis=1), operating.argmax(axis=1), -1).astype(np.int32)
    last = operating.shape[1] - 1 - operating[:, ::-1].argmax(axis=1)
    last = np.where(first >= 0, last, -1).astype(np.int32)
    start = np.maximum(first, 0).astype(np.int32)
    changes: list[tuple[str, ...]] = [()] * len(energy)
    ran = first >= 0
    for row in np.flatnonzero((_largest_gain(energy) > _GATE) & ran):
        days = np.flatnonzero(np.isfinite(energy[row]))
        names, begun, ended = _comings(_segments(energy[row][days]))
        if breaks is not None:
            # Fitted to the whole span, an attribution tells an end better than a beginning.
            names = tuple(name for name in names if name == REMOVED and not proportional)
        if names:
            inside = operating[row].copy()
            inside[: days[begun] if INSTALLED in names else 0] = False
            inside[days[ended - 1] + 1 if REMOVED in names else len(inside) :] = False
            if inside.any():
                changes[row] = names
                seen = np.flatnonzero(inside)
                first[row], last[row] = seen[0], seen[-1]
                start[row] = seen[0]
    for at, own in enumerate(breaks or ()):
        whole = [one for one in own if one.whole]
        names, begun, ended = _stay(whole, operating.shape[1]) if whole and ran[at] else ((), 0, 0)
        if names:
            changes[at] = names
            first[at], last[at] = _dates(operating[at], names, begun, ended)
            start[at] = max(begun, int(first[at]))
    for row in np.flatnonzero((_largest_gain(size) > _GATE) & ran):
        days = np.flatnonzero(np.isfinite(size[row]))
        days = days[days >= start[row]]
        since = _since_resized(_segments(size[row][days])) if days.size else 0
        if (
            since
            and _shown(breaks, int(row), int(days[since]), grew=_grew(size[row], days, since))
            and (not proportional or min(since, days.size - since) >= SEASON_DAYS)
            and (not proportional or _moved(energy[row], start[row], days[since]))
        ):
            start[row] = max(start[row], days[since])
            changes[row] = (*changes[row], RESIZED)
    return Regimes(first, last, start, tuple(changes))


def _stay(own: Sequence[Break], n_days: int) -> tuple[tuple[str, ...], int, int]:
    """Names of the changes, and the first day and the end of the latest stay."""
    names: list[str] = []
    begun, ended, there = 0, n_days, not own[0].comes
    for one in own:
        if one.comes and not there:
            names.append(INSTALLED)
            begun, ended = one.day, n_days
        elif not one.comes:
            ended = one.day
        there = one.comes
    if not there and n_days - ended >= MIN_REGIME_DAYS and ended - begun >= MIN_REGIME_DAYS:
        names.append(REMOVED)
    # It went and came back: what counts is that it came.
    return tuple(dict.fromkeys(names)), begun, ended


def _dates(operating: Flag, names: tuple[str, ...], begun: int, ended: int) -> tuple[int, int]:
    """First and last day seen: days on which it ran near the breaks, else the breaks."""
    ran = np.flatnonzero(operating)
    first, last = int(ran[0]), int(ran[-1])
    if INSTALLED in names:
        near = ran[(ran >= begun) & (ran < begun + _NEAR_DAYS)]
        first = int(near[0]) if near.size else begun
    if REMOVED in names:
        near = ran[(ran < ended) & (ran >= ended - _NEAR_DAYS)]
        last = int(near[-1]) if near.size else ended - 1
    return first, max(last, first)


def _grew(size: Float, days: npt.NDArray[np.intp], since: int) -> bool:
    """Whether the size on the days from ``since`` on is over that before."""
    return bool(np.median(size[days[since:]]) > np.median(size[days[:since]]))


def _shown(breaks: Sequence[Sequence[Break]] | None, row: int, day: int, *, grew: bool) -> bool:
    """Whether the boundary has such a break near; a size alone may be a cold spell's."""
    return breaks is None or any(
        one.comes == grew and abs(one.day - day) <= _SHOWN_DAYS for one in breaks[row]
    )


def _moved(energy: Float, first: int, at: int) -> bool:
    """Whether energies before and after a day inside a stay are as far apart as sizes would be."""
    sides = (energy[first:at], energy[at:])
    if any(np.isfinite(side).sum() < MIN_REGIME_DAYS for side in sides):
        return False
    before, after = (float(np.nanmean(side)) for side in sides)
    return max(before, after) >= ENERGY_RATIO * max(min(before, after), 1e-9)


def without_season(daily: Float, season: Float | None, least: float) -> Float:
    """Free daily energies or peaks of the season's hand.

    Parameters
    ----------
    daily
        (K, D) attributed energy or highest power, NaN on unusable days.
    season
        (K, D) what the class follows: heating degrees, or the sun's height; None for classes with
        no season of their own.
    least
        Days with under this share of the season's 90th percentile say nothing.
    """
    if season is None:
        return daily
    high = np.percentile(np.nan_to_num(season), 90, axis=1, keepdims=True)
    tells = (season > least * high) & (season > 0)
    return np.where(tells, daily / np.where(tells, season, 1), np.nan).astype(np.float32)


def _segments(values: Float) -> list[Segment]:
    """Split one gated series of daily values."""
    if values.size < 2 * MIN_REGIME_DAYS:
        return [(0, values.size, float(values.mean()))]
    series = np.minimum(values, np.percentile(values, 98)).astype(np.float64)
    weeks = series[: series.size // 7 * 7].reshape(-1, 7).mean(axis=1)
    # The median squared step of weekly means, as the variance of one day.
    noise = 7 * np.median(np.diff(weeks) ** 2) / (2 * 0.455)
    penalty = _PENALTY * (noise + 1e-6 * series.var() + 1e-12) * np.log(series.size)
    import ruptures  # noqa: PLC0415 - 1.7 s of import that only gated sites need

    model = ruptures.KernelCPD(kernel="linear", min_size=MIN_REGIME_DAYS)
    ends = model.fit(series.reshape(-1, 1)).predict(pen=penalty)
    starts = [0, *ends[:-1]]
    return [(a, b, float(series[a:b].mean())) for a, b in zip(starts, ends, strict=True)]


def _comings(found: list[Segment]) -> tuple[tuple[str, ...], int, int]:
    """Whether the latest stay began or ended inside the span, and its first value and its end."""
    least = ABSENT_SHARE * max(mean for _, _, mean in found)
    begun, ended, there = 0, 0, False
    for first, end, mean in found:
        now = mean > least
        begun = first if now and not there else begun
        ended = end if now else ended
        there = now
    names = (*((INSTALLED,) if begun > 0 else ()), *((REMOVED,) if not there else ()))
    return names, begun, max(ended, begun + 1)


def _since_resized(found: list[Segment]) -> int:
    """First value of the current size; 0 where the size never changed."""
    since, held = 0, found[0]
    for first, end, mean in found[1:]:
        ratio = max(held[2], mean) / max(min(held[2], mean), 1e-9)
        if ratio >= RESIZED_RATIO:
            since, held = first, (first, end, mean)
            continue
        days = end - held[0]
        joint = (held[2] * (first - held[0]) + mean * (end - first)) / days
        held = (held[0], end, joint)
    return since


@njit(cache=True)
def _largest_gain(level):  # type: ignore[no-untyped-def]
    """(K,) largest gain of squared error by a single split, over the variance it leaves."""
    n_rows, n_days = level.shape
    out = np.zeros(n_rows)
    total = np.zeros(n_days + 1)
    for r in range(n_rows):
        n = 0
        square = 0.0
        for d in range(n_days):
            x = level[r, d]
            if not np.isnan(x):
                total[n + 1] = total[n] + x
                square += float(x) * x
                n += 1
        if n < 2 * MIN_REGIME_DAYS:
            continue
        best = 0.0
        mean = total[n] / n
        for k in range(MIN_REGIME_DAYS, n - MIN_REGIME_DAYS + 1):
            left = total[k] / k - mean
            right = (total[n] - total[k]) / (n - k) - mean
            best = max(best, k * left * left + (n - k) * right * right)
        out[r] = best / (max(square - n * mean * mean - best, 0.0) / n + 1e-9)
    return out
