"""The rhythm of a home's load: a latent level on local half-hours, read off as kW.

Notes
-----
The latent level is the home's curve of the day, moved by the kind of day and by the season, plus
noise of unit variance that is shared out over ten sources (`SOURCES`), from single half-hours to
months. Runs of appliances are laid down one by one: each starts at once, runs at one power and
tails off, which is why a real load rises faster than it falls. The level is then read through the
home's load duration curve, so that the power of its half-hours is that of a real home. Names and
sizes come from `characterise.simulate.character`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.character import FLOOR, LEVELS, Character
from characterise.simulate.runs import mean_power, smooth_noise
from characterise.simulate.timeline import Bool, Float

SOURCES: Final = (
    "blip",  # within one half-hour: a kettle
    "run",  # an appliance for about an hour
    "mood",  # hours: cooking, a television, a full house
    "day",  # one day
    "spell",  # days
    "drift",  # weeks to months
    "routine",  # the same hours for some days
    "week",  # the same hours of the same weekday
    "weekday",  # a weekday as a whole: the laundry day
    "cycle",  # a thermostat's period
)
"""What the noise is made of; `Character.shares` is in this order."""

EVEN: Final = 0.5
"""As much of the noise is lulls as surges."""
QUICK: Final = ("blip", "run", "cycle")
"""Sources that come and go within an hour or two."""
RUN_SLOTS: Final = 1.8
"""Mean length of a run in half-hours."""
_RUN_SHAPE: Final = 6.0
TAIL: Final = 0.2
"""What is left of a run's power one half-hour later."""
BLIP_MEMORY: Final = 0.1
_BLIPS_PER_RUN: Final = 2.0
_MASKING: Final = 0.6
MOOD_MEMORY: Final = 0.85
_MOOD_SHAPE: Final = 0.2
SPELL_MEMORY: Final = 0.6
DRIFT_MEMORY: Final = 0.96
HOUR_MEMORY: Final = 0.75
ROUTINE_MEMORY: Final = 0.85
WEEK_MEMORY: Final = 0.9
WEEKDAY_MEMORY: Final = 0.97
CYCLE_DAMPING: Final = 0.97
_PRESENCE: Final = 0.35
"""Part of the mood that is people being up and in, against what is usual for the hour."""
_AWAY_LEVEL: Final = 0.15
"""An empty home stays at this quantile of its own curve of the day."""
_YEAR: Final = 365.25
_COLDEST: Final = 20.0
"""Day of the year on which the season peaks."""


def rhythm(
    rng: np.random.Generator,
    home: Character,
    *,
    first_day_of_year: int,
    free: Bool,
    away: Bool,
    active: Float,
    lulls: float = EVEN,
) -> Float:
    """Load of a home on its wall clock.

    Parameters
    ----------
    first_day_of_year
        0 is the first of January.
    free
        (days,) weekends and holidays. At least a year, so that the load duration curve is met.
    away
        (days,) nobody sleeps here.
    active
        (days, 48) share of the half-hour in which people are up and in.
    lulls
        Part of the variance of what comes and goes that is lulls, 0-1; the rest is surges.

    Returns
    -------
    (days, 48) kW.
    """
    usual = usual_level(home, first_day_of_year, free)
    noise = _noise(rng, home, usual, _presence(active, free), lulls)
    level = usual + home.spread * noise
    cuts = np.quantile(level[~away] if not away.all() else level, LEVELS)
    if away.any():
        low = np.quantile(usual[away], _AWAY_LEVEL, axis=1)[:, None]
        level[away] = low + 0.4 * home.spread.min() * noise[away]
    load: Float = np.exp(np.interp(level, cuts, home.duration)) - FLOOR
    return home.mean_kw * np.maximum(load, 0.0)


def usual_level(home: Character, first_day_of_year: int, free: Bool) -> Float:
    """(days, 48) latent level expected of each half-hour, by season and kind of day."""
    angle = 2 * np.pi * (first_day_of_year + np.arange(len(free)) - _COLDEST) / _YEAR
    return (
        home.work
        + np.outer(free - 2 / 7, home.free)
        + np.outer(np.cos(angle), home.season)
        + np.outer(np.sin(angle), home.turn)
    )


def _noise(
    rng: np.random.Generator, home: Character, usual: Float, presence: Float, lulls: float
) -> Float:
    """(days, 48) noise of unit variance."""
    days = len(usual)
    n = days * SLOTS_PER_DAY
    size = dict(zip(SOURCES, np.sqrt(home.shares), strict=True))
    small = size["blip"] * _blips(rng, n, _BLIPS_PER_RUN * home.runs_per_slot, lulls) + size[
        "cycle"
    ] * cycle(rng, n, home.cycle_slots)
    large = size["run"] * runs(rng, n, home.runs_per_slot, lulls)
    mood = _both_ways(_mood(rng, n), _mood(rng, n), lulls)
    held = np.sqrt(1 - _PRESENCE) * mood.reshape(days, -1) + np.sqrt(_PRESENCE) * presence
    hours = size["mood"] * held
    hours += size["routine"] * _hourly(rng, days, 1, ROUTINE_MEMORY)
    hours += size["week"] * _hourly(rng, days, 7, WEEK_MEMORY)
    whole = size["day"] * rng.standard_normal(days)
    whole += size["spell"] * smooth_noise(rng, days, SPELL_MEMORY)
    whole += size["drift"] * smooth_noise(rng, days, DRIFT_MEMORY)
    whole += size["weekday"] * _remember(rng.standard_normal(days), 7, WEEKDAY_MEMORY)
    # A sleeping home changes slowly: the quick sources have more of the variance by day.
    part = float(np.clip(sum(size[name] ** 2 for name in QUICK), 0.02, 0.98))
    here = np.clip(part * home.haste, 0.01, 0.99)
    slow = np.sqrt((1 - here) / (1 - part)) * (hours + whole[:, None])
    scale = np.sqrt(here / part)
    noise: Float = slow + scale * large.reshape(days, -1)
    # The more is on already, the less one small thing more moves the level.
    masked = np.exp(-_MASKING * noise - (_MASKING * noise.std()) ** 2)
    noise += scale * masked * small.reshape(days, -1)
    return noise


def _presence(active: Float, free: Bool) -> Float:
    """Activity against the usual of the hour and kind of day, of unit variance."""
    found = np.zeros_like(active)
    for kind in (free, ~free):
        if kind.any():
            found[kind] = active[kind] - active[kind].mean(axis=0)
    scale = float(found.std())
    return found / scale if scale > 1e-9 else found


def runs(rng: np.random.Generator, n: int, per_slot: float, lulls: float = EVEN) -> Float:
    """(n,) noise of unit variance of appliances, with ``per_slot`` starts in a half-hour.

    Notes
    -----
    An appliance starts at once and tails off; a lull sets in by and by and ends at once. Together
    they leave the level as often above the usual as below, when even, yet rises are steeper than
    falls.
    """
    return _both_ways(_laid(rng, n, per_slot), _laid(rng, n, per_slot), lulls)


def _blips(rng: np.random.Generator, n: int, shape: float, lulls: float) -> Float:
    """(n,) noise of unit variance that hardly outlasts a half-hour, rarely large."""
    return _both_ways(
        _remember(_skewed(rng, n, shape), 1, BLIP_MEMORY),
        _remember(_skewed(rng, n, shape), 1, BLIP_MEMORY),
        lulls,
    )


def _both_ways(rising: Float, falling: Float, lulls: float) -> Float:
    up, down = np.sqrt(2 * (1 - lulls)), np.sqrt(2 * lulls)
    found: Float = (up * rising - down * falling[::-1]) / np.sqrt(2)
    return found


def _laid(rng: np.random.Generator, n: int, per_slot: float) -> Float:
    count = rng.poisson(per_slot * n)
    start = rng.uniform(0, n, count)
    length = RUN_SLOTS * rng.standard_gamma(_RUN_SHAPE, count) / _RUN_SHAPE
    laid: Float = _tail(mean_power(n, start, length, rng.standard_exponential(count)), TAIL)
    laid = laid - laid.mean()
    scale = float(laid.std())
    return laid / scale if scale > 1e-9 else laid


def cycle(rng: np.random.Generator, n: int, slots: float) -> Float:
    """(n,) noise of unit variance that swings with a period of ``slots`` half-hours."""
    swing = _swing(rng.standard_normal(n), slots, CYCLE_DAMPING)
    scaled: Float = swing / swing.std()
    return scaled


def _mood(rng: np.random.Generator, n: int) -> Float:
    return _remember(_skewed(rng, n, _MOOD_SHAPE), 1, MOOD_MEMORY)


def _hourly(rng: np.random.Generator, days: int, lag: int, memory: float) -> Float:
    fresh = smooth_noise(rng, days * SLOTS_PER_DAY, HOUR_MEMORY)
    return _remember(fresh, lag * SLOTS_PER_DAY, memory).reshape(days, -1)


def _skewed(rng: np.random.Generator, n: int, shape: float) -> Float:
    """(n,) gamma noise of no mean and unit variance, the more skewed the smaller its shape."""
    drawn: Float = (rng.standard_gamma(shape, n) - shape) / np.sqrt(shape)
    return drawn


@njit(cache=True)
def _remember(fresh: Float, lag: int, memory: float) -> Float:
    """Each value keeps ``memory`` of the one ``lag`` places before it; variance stays one."""
    gain = np.sqrt(1.0 - memory * memory)
    out = fresh.copy()
    for i in range(lag, len(fresh)):
        out[i] = memory * out[i - lag] + gain * fresh[i]
    return out


@njit(cache=True)
def _tail(laid: Float, memory: float) -> Float:
    out = laid.copy()
    for i in range(1, len(laid)):
        out[i] = laid[i] + memory * out[i - 1]
    return out


@njit(cache=True)
def _swing(fresh: Float, slots: float, damping: float) -> Float:
    first, second = 2.0 * damping * np.cos(2.0 * np.pi / slots), -damping * damping
    out = fresh.copy()
    for i in range(2, len(fresh)):
        out[i] = first * out[i - 1] + second * out[i - 2] + fresh[i]
    return out
