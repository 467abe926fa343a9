"""What one real home is like, in the numbers that `simulate.character` describes a home by.

Notes
-----
A home's half-hours are turned into normal scores. Their mean by hour, kind of day and season
gives its curves; the autocorrelation of what remains, split over the kernels of
`simulate.rhythm` by non-negative least squares, gives the shares of its noise; the pace of its
appliances is the one under which simulated steps are as wide as its own. Days on which nobody
seems to be in are left out, for the simulator lays those on by itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import nnls
from scipy.special import ndtri

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate import rhythm
from characterise.simulate.character import FLOOR, LEVELS, SHARE_FLOOR, character
from characterise.simulate.timeline import Bool, Float, Int

_PERIODS: Final = (2.3, 2.6, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0)
_PACES: Final = (0.06, 0.12, 0.24, 0.48)
_USUAL_PACE: Final = 0.1
_ROUNDS: Final = 4
_LAGS: Final = np.array(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 48, 49, 50, 56, 96, 104, 152, 248, 336, 338, 344,
     672, 680, 1016, 1352, 2024]
)  # fmt: skip


def describe(table: Float, free: Bool) -> dict[str, Float]:
    """Blocks of one home, in the units of `simulate.character`, from its (days, 48) kW."""
    present = np.where(quiet(table)[:, None], np.nan, table)
    mean = float(np.nanmean(present))
    known = np.isfinite(present)
    score = np.full_like(present, np.nan)
    # Readings are rounded: ties are broken evenly.
    grain = present[known] + 1e-6 * np.random.default_rng(0).random(known.sum())
    score[known] = ndtri((np.argsort(np.argsort(grain)) + 0.5) / known.sum())
    days = np.arange(len(table))
    blocks = {
        "level": np.log([mean]), **_curves(score, free, days), "spread": np.zeros(SLOTS_PER_DAY),
        "haste": np.zeros(SLOTS_PER_DAY),
        "duration": np.log(np.nanquantile(present, LEVELS) / mean + FLOOR),
        "shares": np.zeros(len(rhythm.SOURCES)), "runs": np.log([0.1]), "cycle": np.log([4.0]),
    }  # fmt: skip
    left = score - rhythm.usual_level(character(blocks), 0, free)
    spread = np.nanstd(left, axis=0)
    shares, period = _shares((left / spread).reshape(-1))
    blocks["spread"], blocks["cycle"] = np.log(spread), np.log([period])
    blocks["shares"] = np.log(shares + SHARE_FLOOR)
    blocks["haste"] = _haste(left, spread)
    pace = _pace(blocks, present, free)
    blocks["runs"] = np.log([pace])
    steady = pace if np.isfinite(pace) else _USUAL_PACE
    blocks["work"] = _corrected({**blocks, "runs": np.log([steady])}, present, free)
    return blocks


def quiet(table: Float) -> Bool:
    """(days,) nobody seems to be in: half the usual energy and half the usual peak."""
    empty = np.isfinite(table).mean(axis=1) < 0.9
    filled = np.where(empty[:, None], 0.0, table)
    energy, top = np.nanmean(filled, axis=1), np.nanmax(filled, axis=1)
    low = (energy < 0.5 * np.median(energy[~empty])) & (top < 0.5 * np.median(top[~empty]))
    found: Bool = low & ~empty
    return found


def _curves(score: Float, free: Bool, days: Int) -> dict[str, Float]:
    angle = 2 * np.pi * (days - 20.0) / 365.25
    known = np.column_stack([np.ones(len(days)), free - 2 / 7, np.cos(angle), np.sin(angle)])
    found = np.empty((4, SLOTS_PER_DAY))
    for slot in range(SLOTS_PER_DAY):
        here = np.isfinite(score[:, slot])
        found[:, slot] = np.linalg.lstsq(known[here], score[here, slot], rcond=None)[0]
    return dict(zip(("work", "free", "season", "turn"), found, strict=True))


def _haste(left: Float, spread: Float) -> Float:
    """(48,) logarithm of the variance of steps against that of levels, none on the whole."""
    step = np.full(left.size, np.nan)
    step[1:] = np.diff(left.reshape(-1))
    change = np.nanmean(step.reshape(left.shape) ** 2, axis=0)
    both = (change + np.roll(change, -1)) / 2
    ratio = both / spread**2
    found: Float = np.log(ratio / ratio.mean())
    return found


def _shares(left: Float) -> tuple[Float, float]:
    """Variance of each source, and the period of the cycle."""
    n = len(left)
    seen = np.array([np.nanmean(left[: n - lag] * left[lag:]) for lag in _LAGS])
    weight = np.ones(len(_LAGS))
    weight[:5] = 2.0
    still = _kernels()
    best: tuple[float, Float, float] = (np.inf, np.zeros(1), 0.0)
    for period in _PERIODS:
        swing = rhythm.CYCLE_DAMPING**_LAGS * np.cos(2 * np.pi * _LAGS / period)
        kernels = np.column_stack([still, swing])
        shares, miss = nnls(kernels * weight[:, None], seen * weight)
        if miss < best[0]:
            best = (float(miss), shares / shares.sum(), period)
    return best[1], best[2]


def _kernels() -> Float:
    """(lags, sources but the cycle) autocorrelation of each source of `rhythm.SOURCES`."""
    run = rhythm.runs(np.random.default_rng(1), 600_000, 0.2)
    ran = np.array([float(np.mean(run[: len(run) - lag] * run[lag:])) for lag in _LAGS])
    ran[_LAGS > 30] = 0.0
    days, slots = _LAGS // SLOTS_PER_DAY, _LAGS % SLOTS_PER_DAY
    part = slots / SLOTS_PER_DAY
    near = rhythm.HOUR_MEMORY ** np.minimum(slots, SLOTS_PER_DAY - slots)

    def daily(memory: float) -> Float:
        return (1 - part) * memory**days + part * memory ** (days + 1)

    def weekly(memory: float) -> Float:
        def of(gap: Float) -> Float:
            return np.where(gap % 7 == 0, memory ** (gap // 7), 0.0)

        return (1 - part) * of(days) + part * of(days + 1)

    hour_next = np.where(2 * slots > SLOTS_PER_DAY, days + 1, days)
    return np.column_stack([
        rhythm.BLIP_MEMORY**_LAGS, ran, rhythm.MOOD_MEMORY**_LAGS,
        np.where(days == 0, 1 - part, 0.0),
        daily(rhythm.SPELL_MEMORY), daily(rhythm.DRIFT_MEMORY),
        near * rhythm.ROUTINE_MEMORY**hour_next,
        near * np.where(hour_next % 7 == 0, rhythm.WEEK_MEMORY ** (hour_next // 7), 0.0),
        weekly(rhythm.WEEKDAY_MEMORY),
    ])  # fmt: skip


def _pace(blocks: dict[str, Float], table: Float, free: Bool) -> float:
    """Starts in a half-hour under which steps are as wide as the home's own; NaN if any would."""
    own = _step_width(table)
    seen = []
    for pace in _PACES:
        trial = {**blocks, "runs": np.log([pace])}
        seen.append(np.mean([_step_width(_drawn(trial, free, seed)) for seed in (1, 2)]))
    if max(seen) < 1.1 * min(seen):
        return float("nan")
    rising = np.maximum.accumulate(seen)
    return float(np.exp(np.interp(own, rising, np.log(_PACES))))


def _corrected(blocks: dict[str, Float], table: Float, free: Bool) -> Float:
    """(48,) curve of the day under which the mean of each hour is the home's own in kW as well."""
    own = np.log(np.nanmean(table, axis=0) / np.nanmean(table))
    curve = blocks["work"].copy()
    for _ in range(_ROUNDS):
        made = np.mean([_drawn({**blocks, "work": curve}, free, seed) for seed in (1, 2)], axis=0)
        curve += own - np.log(made.mean(axis=0) / made.mean())
    return curve


def _drawn(blocks: dict[str, Float], free: Bool, seed: int) -> Float:
    """(days, 48) kW of a simulated home of these blocks that nobody leaves."""
    return rhythm.rhythm(
        np.random.default_rng(seed), character(blocks), first_day_of_year=0, free=free,
        away=np.zeros(len(free), dtype=bool), active=np.zeros((len(free), SLOTS_PER_DAY)),
    )  # fmt: skip


def _step_width(table: Float) -> float:
    step = np.diff(table.reshape(-1))
    low, high = np.nanquantile(step, (0.25, 0.75))
    return float((high - low) / np.nanmean(table))
