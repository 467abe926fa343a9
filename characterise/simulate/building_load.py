"""The load of a building from its traits: a drifting base, a calendar, weather, and noise.

Doubly stochastic: `Traits` are drawn once for a building, the processes below once for a run.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.business_calendar import christmas, lockdown, university_term
from characterise.simulate.estate import CAUSES, Traits
from characterise.simulate.rota import rota, weekdays
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline
from characterise.simulate.weather import Weather

_TAIL_ENDS: Final = 2.5
"""Standard deviations beyond which a tail grows no heavier: data of one year say no more."""

_KNEE: Final = 0.8
_GOES_OVER: Final = (18.0, 26.0)
_ROTA_HOURS: Final = (2.0, 6.0)
"""Shortest and longest memory within the day of what recurs by weekday."""


def causes(time: Timeline, daily_c: Float) -> Float:
    """(local days, 5) what moves whole days, in the order of `estate.CAUSES`.

    Degrees under 15 C and above 17 C in tens, then shares of vacation, Christmas and lockdown.
    """
    shut = christmas(time)
    return np.column_stack(
        [
            np.clip(15 - daily_c, 0, None) / 10,
            np.clip(daily_c - 17, 0, None) / 10,
            ~university_term(time) & ~shut,
            shut,
            lockdown(time),
        ]
    ).astype(np.float64)


def building_load(
    rng: np.random.Generator, time: Timeline, weather: Weather, traits: Traits
) -> Float:
    """(n,) load of a university building in units of its yearly mean, always above 0."""
    held = traits.value
    why = causes(time, weather.daily_c)
    why = why - why.mean(axis=0)
    night = why @ np.array([held[f"night_{name}"] for name in CAUSES])
    busy = why @ np.array([held[f"busy_{name}"] for name in CAUSES])
    usual = _usual(traits, time)
    share = np.where(time.working, 1.0, _rest_share(traits))
    return lively(rng, time, traits, usual, night=night, busy=share * busy)


def lively(
    rng: np.random.Generator,
    time: Timeline,
    traits: Traits,
    usual: Float,
    *,
    night: Float | float = 0.0,
    busy: Float | float = 0.0,
) -> Float:
    """(n,) load about its usual course: drift, shifts of level, busy and idle days, flicker.

    Parameters
    ----------
    usual
        (local days, 48) in units of the yearly mean.
    night, busy
        (local days,) what each day has more by night, and more by day than by night.
    """
    held = traits.value
    bump = swing_shape(by_hour(traits.work))
    still, whole_day = _processes(rng, time, held)
    swing = whole_day - still
    base = usual[:, 2:10].mean(axis=1)
    knee = 1.0 if traits.seamless else _KNEE
    level = above_ground(base + night + still + _shifts(rng, time, held), base, knee)
    least = -0.95 * np.maximum(usual.mean(axis=1) - base, 0.05)
    more = np.maximum(busy + swing, least)
    table = usual + _by_slot(level - base, traits) + more[:, None] * bump
    lively_days = activity(by_hour(traits.work), usual.mean(axis=1) - base + more)
    drawn = table + _noise(rng, time, traits, bump, lively_days)
    return time.on_wall_clock(above_ground(drawn, np.minimum(level[:, None], usual)))


def _by_slot(days: Float, traits: Traits) -> Float:
    """(local days, 48) of one value a day, or (local days, 1) where it steps at midnight.

    A seamless load goes over to the next day's value between `_GOES_OVER` o'clock.
    """
    if not traits.seamless:
        return days[:, None]
    first, last = _GOES_OVER
    hour = (np.arange(SLOTS_PER_DAY) + 0.5) / 2
    part = np.clip((hour - first) / (last - first), 0, 1)
    early = np.clip((hour + 24 - first) / (last - first), 0, 1)
    after, before = np.r_[days[1:], days[-1]], np.r_[days[0], days[:-1]]
    blend: Float = days[:, None] + np.outer(after - days, part)
    blend += np.outer(before - days, 1 - early)
    return blend


def above_ground(load: Float, base: Float, knee_at: float = _KNEE) -> Float:
    """Bend what falls under a share of the base, so that it stays above 0.01 of it."""
    knee = knee_at * base
    bent: Float = np.where(load < knee, knee * np.exp(np.clip(load / knee - 1, -4, 0)), load)
    return bent


def by_hour(hours: Float) -> Float:
    """(24,) hourly means as 48 half-hours, sloped inside the hour, of the same mean."""
    slope = (np.roll(hours, -1) - np.roll(hours, 1)) / 8
    return np.column_stack([hours - slope, hours + slope]).reshape(-1)


def swing_shape(work: Float) -> Float:
    """(48,) where in the day a busier day uses more, of mean 1; nothing by night.

    The building's own day where it has one, else a plain working day's.
    """
    hour = (np.arange(SLOTS_PER_DAY) + 0.5) / 2
    plain = 1 / (1 + np.exp(-1.2 * (hour - 8))) / (1 + np.exp(0.9 * (hour - 18.5)))
    own = work - work[2:10].mean()
    weight = np.clip((own.mean() - 0.02) / 0.12, 0, 1)
    shape: Float = (1 - weight) * plain / plain.mean() + weight * own / max(own.mean(), 0.02)
    return shape


def activity(work: Float, swing: Float) -> Float:
    """(local days,) how lively each day is against a usual working day, 0.15 to 2.

    Parameters
    ----------
    work
        (48,) usual working day.
    swing
        (local days,) mean load of each day less its load by night.
    """
    own = work.mean() - work[2:10].mean()
    weight = np.clip((own - 0.02) / 0.12, 0, 1)
    against = np.clip(swing / max(own, 0.02), 0.15, 2)
    lively_days: Float = 1 - weight + weight * against
    return lively_days


def _usual(traits: Traits, time: Timeline) -> Float:
    work, rest = by_hour(traits.work), by_hour(traits.rest)
    still = rest[2:10].mean()
    lean = np.clip(traits.value["saturday_lean"], -1, 1)
    usual = np.where(time.working[:, None], work, still + (rest - still) * (1 - lean))
    saturday = (time.weekday == 5)[:, None]
    table: Float = np.where(saturday, still + (rest - still) * (1 + lean), usual)
    return np.maximum(table, 0.02)


def _rest_share(traits: Traits) -> float:
    work, rest = traits.work, traits.rest
    own, other = work.mean() - work[1:5].mean(), rest.mean() - rest[1:5].mean()
    return float(np.clip(other / own, 0, 1)) if own > 0.02 else 1.0


def _processes(
    rng: np.random.Generator, time: Timeline, held: dict[str, float]
) -> tuple[Float, Float]:
    """(local days,) swings of the night level and of the day's mean.

    Each is part lasting, for days or months, and part brief; the parts of the two go together.
    """
    days = time.n_local_days
    parts = []
    for name in ("night", "day"):
        memory = float(np.exp(-1 / np.clip(held[f"{name}_days"], 0.3, 400)))
        parts.append((smooth_noise(rng, days, memory), rng.standard_normal(days)))
    (lasting, brief), (own_lasting, own_brief) = parts
    recurs = held.get("day_weekly", 0.0)
    if recurs > 0:
        brief = np.sqrt(1 - recurs) * brief + np.sqrt(recurs) * weekdays(rng, time)
        own_brief = np.sqrt(1 - recurs) * own_brief + np.sqrt(recurs) * weekdays(rng, time)
    lasting_too = _tied(lasting, own_lasting, held["slow_together"])
    brief_too = _tied(brief, own_brief, held["brief_together"])
    by_night, by_day = np.clip([held["night_slow"], held["day_slow"]], 0, 1)
    night = np.sqrt(by_night) * lasting + np.sqrt(1 - by_night) * brief
    working, sd = time.working, held["day_sd"]
    lasts = np.where(working, sd, min(sd, held["rest_sd"])) * np.sqrt(by_day)
    passes = np.where(working, sd * np.sqrt(1 - by_day), held["rest_brief"])
    return held["night_sd"] * night, lasts * lasting_too + passes * brief_too


def _tied(one: Float, own: Float, tie: float) -> Float:
    held = np.clip(tie, -0.95, 0.95)
    both: Float = held * one + np.sqrt(1 - held**2) * own
    return both


def _shifts(rng: np.random.Generator, time: Timeline, held: dict[str, float]) -> Float:
    """(local days,) level by equipment moved in or out, which stays."""
    days = time.n_local_days
    count = rng.poisson(max(held["shifts"], 0.0) * days / 365)
    step = np.zeros(days)
    at = rng.integers(0, days, count)
    size = held["shift_size"] * rng.gamma(3.0, 1 / 3.0, count) * rng.choice([-1.0, 1.0], count)
    np.add.at(step, at, size)
    level: Float = np.cumsum(step)
    left: Float = level - level.mean()
    return left


def _noise(
    rng: np.random.Generator, time: Timeline, traits: Traits, bump: Float, lively_days: Float
) -> Float:
    """(local days, 48) within the day: lasting for hours and not, larger by day, heavy-tailed.

    Tails by Tukey's h, one for rises and one for falls; what is level or swing of the day is taken
    out.
    """
    n = time.n_local_days * SLOTS_PER_DAY
    held = traits.value
    slow = np.clip(held["noise_slow"], 0, 1)
    memory = float(np.exp(-0.5 / np.clip(held["noise_hours"], 0.1, 48)))
    lasting = smooth_noise(rng, n, memory)
    normal = np.sqrt(slow) * lasting + np.sqrt(1 - slow) * rng.standard_normal(n)
    recurs = held.get("noise_weekly", 0.0)
    if recurs > 0:
        hours = float(np.clip(held["noise_hours"], *_ROTA_HOURS))
        again = rota(rng, time, 2 * hours).reshape(-1)
        normal = np.sqrt(1 - recurs) * normal + np.sqrt(recurs) * again
    tail = np.where(normal > 0, held["noise_rise"], held["noise_fall"]).clip(0, 0.45)
    wide = normal * np.exp(tail * np.minimum(normal**2, _TAIL_ENDS**2) / 2)
    by_day = np.sqrt(np.clip(bump, 0, None) / max(bump[18:34].mean(), 0.3)).clip(0, 1.3)
    quiet = held["noise_by_night"]
    spread = quiet + np.outer(lively_days * held["noise_by_day"] - quiet, by_day)
    table = np.maximum(spread, 0.5 * quiet) * wide.reshape(-1, SLOTS_PER_DAY)
    still = table[:, 2:10].mean(axis=1, keepdims=True)
    extra = (table.mean(axis=1, keepdims=True) - still) * bump
    left: Float = table - _by_slot(still[:, 0], traits) - extra
    return left
