"""A home without its low-carbon assets: who is in, and what they switch on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.character import Character, draw_characters, population
from characterise.simulate.rhythm import EVEN, rhythm
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather

HOUR_OF_SLOT: Final = (np.arange(SLOTS_PER_DAY) + 0.5) / 2
_WHOLE_YEAR: Final = 366
_SPANS_AWAY: Final = {
    "british": (0.5, 1.2, (2, 3, 7, 7, 10, 14)),
    "german": (0.8, 2.6, (1, 2, 2, 3, 3, 5, 7, 10)),
}
"""By style: shape of how much homes differ in it, mean breaks of a year, and days of a break."""
_LULLS: Final = {"british": EVEN, "german": 0.2}
"""By style. Peaks of the German homes fitted come and go faster than their noise as a whole."""
_SIZE_WEIGHT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Habit:
    """Typical hours of one kind of household; hours are of the local wall clock."""

    wake: float
    leave: float
    back: float
    bed: float
    home_by_day: float
    """Chance that somebody stays in on a working day."""
    size: float
    """Use against a middling home."""


HABITS: Final = {
    "couple_at_work": Habit(6.6, 8.0, 17.8, 22.8, 0.12, 0.85),
    "family": Habit(6.8, 8.4, 15.8, 22.6, 0.30, 1.35),
    "home_worker": Habit(7.2, 8.8, 17.2, 23.2, 0.85, 1.05),
    "retired": Habit(7.4, 10.4, 12.6, 22.2, 0.80, 0.80),
    "single_flat": Habit(7.2, 8.4, 18.6, 23.6, 0.20, 0.55),
    "shift_worker": Habit(9.5, 13.0, 22.4, 25.0, 0.35, 0.75),
}


@dataclass(frozen=True, slots=True)
class Household:
    """Base load of a home and the days nobody is there."""

    load_kw: Float
    """(n,) everything but heating, vehicles and generation."""
    away: Bool
    """(local days,) nobody sleeps here."""
    active: Float
    """(local days, 48) share of the half-hour in which people are up and in."""


def household(
    rng: np.random.Generator,
    time: Timeline,
    weather: Weather,
    archetype: str,
    style: str = "british",
) -> Household:
    """Draw a home of one of `HABITS` over the span.

    Parameters
    ----------
    style
        Country whose homes it is one of: `character.STYLES`. Clocks stay those of ``time``.

    Notes
    -----
    A year at least is drawn and the span cut from its start, so that a home of a week is a week
    of a whole home. The season follows the date; ``weather`` beyond it moves nothing here: in a
    one-off look at the homes of both data sets, daily anomalies of temperature and of load
    correlated at about 0.
    """
    home = draw_home_of(rng, archetype, style)
    days = max(time.n_local_days, _WHOLE_YEAR)
    weekday = (int(time.weekday[0]) + np.arange(days)) % 7
    free = weekday >= 5
    free[: time.n_local_days] = ~time.working
    away = _holidays(rng, days, style)
    active = _active(rng, free, HABITS[archetype]) * ~away[:, None]
    first = time.first_day - dt.date(time.first_day.year, 1, 1)
    table = rhythm(
        rng, home, first_day_of_year=first.days, free=free, away=away, active=active,
        lulls=_LULLS[style],
    )  # fmt: skip
    span = slice(0, time.n_local_days)
    return Household(time.on_wall_clock(table[span]), away[span], active[span])


def draw_home_of(rng: np.random.Generator, archetype: str, style: str) -> Character:
    """Draw the character of a home that suits who lives there.

    Notes
    -----
    One home is drawn for each archetype; all are shared out so that curves of the day and sizes
    suit the archetypes best, and ours is kept. With archetypes equally likely, homes over all of
    them are those of the population, whatever the measure of suiting.
    """
    wanted = list(HABITS).index(archetype)
    homes = draw_characters(rng, population(style), len(HABITS))
    shape = np.array([home.work - home.work.mean() for home in homes])
    shape /= np.linalg.norm(shape, axis=1)[:, None]
    size = np.log([home.mean_kw for home in homes])
    suits = _CURVES @ shape.T + _SIZE_WEIGHT * np.outer(_SIZES, size - size.mean())
    shared = _ORDERS[suits[np.arange(len(homes)), _ORDERS].sum(axis=1).argmax()]
    return homes[int(shared[wanted])]


def _holidays(rng: np.random.Generator, days: int, style: str) -> Bool:
    shape, a_year, lengths = _SPANS_AWAY[style]
    away = np.zeros(days, dtype=bool)
    # Some homes are never empty for a night, others often.
    breaks = rng.gamma(shape, a_year / shape) * days / _WHOLE_YEAR
    for _ in range(rng.poisson(breaks)):
        first = int(rng.integers(0, days))
        away[first : first + int(rng.choice(lengths))] = True
    return away


def _active(rng: np.random.Generator, free: Bool, habit: Habit) -> Float:
    days = len(free)

    def at(hour: float, spread: float) -> Float:
        return (hour + spread * rng.standard_normal(days))[:, None]

    late = free[:, None] * 1.1
    wake, bed = at(habit.wake, 0.35) + late, at(habit.bed, 0.45) + 0.4 * late
    leave, back = at(habit.leave, 0.4) + late, at(habit.back, 0.8)
    in_all_day = rng.random(days) < np.where(free, 0.45, habit.home_by_day)
    hour = HOUR_OF_SLOT[None, :]
    up = _between(hour, wake, bed) + _between(hour + 24, wake, bed)
    out = _between(hour, leave, np.maximum(back, leave)) * ~in_all_day[:, None]
    # An empty house is not quite still: timers, pets, whoever came home early.
    return np.clip(up - 0.8 * out, 0.0, 1.0)


def _between(hour: Float, start: Float, end: Float) -> Float:
    """Share of each half-hour between two times of day."""
    first, last = hour - 0.25, hour + 0.25
    inside: Float = np.clip((np.minimum(last, end) - np.maximum(first, start)) * 2, 0.0, 1.0)
    return inside


def begin(time: Timeline, day: np.ndarray[tuple[int], np.dtype[np.int64]], slot: Float) -> Float:
    """Position in half-hours of a wall-clock time; a time the short day skips moves on an hour."""
    whole = np.floor(slot).astype(np.int64)
    place = time.index[day, whole]
    later = time.index[day, np.minimum(whole + 2, SLOTS_PER_DAY - 1)]
    found = np.where(place >= 0, place, later)
    # Off the ends of the span: past the last half-hour, so that nothing is laid down.
    return np.where(found >= 0, found + (slot - whole), time.n).astype(np.float64)


def _usual(habit: Habit) -> Float:
    """(48,) activity of a working day, centred, of unit length."""
    still = np.zeros(200, dtype=bool)
    curve = _active(np.random.default_rng(0), still, habit).mean(axis=0)
    centred = curve - curve.mean()
    usual: Float = centred / np.linalg.norm(centred)
    return usual


_CURVES: Final = np.array([_usual(habit) for habit in HABITS.values()])
_SIZES: Final = np.log([habit.size for habit in HABITS.values()])
_ORDERS: Final = np.array(list(permutations(range(len(HABITS)))))
