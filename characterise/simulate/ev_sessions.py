"""When one household's car is plugged in, and how much it needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from characterise.simulate.household import begin
from characterise.simulate.timeline import Bool, Float, Timeline


@dataclass(frozen=True, slots=True)
class Sessions:
    """Plug-ins in order of time, (sessions,) each."""

    start: Float
    """In half-hours from the start of the span."""
    end: Float
    need_kwh: Float
    """At the charger, losses included."""


def home_sessions(rng: np.random.Generator, time: Timeline, away: Bool) -> Sessions:
    """Plug-ins of one car that comes home most evenings and is plugged in some of them."""
    days = time.n_local_days
    battery = float(rng.choice([40, 52, 58, 64, 77]))
    plug, need = _plug_ins(
        driven_kwh(rng, time, away), rng.random(days), rng.random(days), battery,
        rng.uniform(2.5, 6.0) / 7,
    )  # fmt: skip
    day = np.flatnonzero(plug & ~away)
    start = begin(time, day, _arrival(rng, time, day, rng.uniform(16.6, 19.2)))
    stay = 2 * np.clip(13.2 + 1.2 * rng.standard_normal(len(day)), 4.0, 20.0)
    return Sessions(start, start + stay, need[day] / 0.9)


def nightly_sessions(rng: np.random.Generator, time: Timeline, away: Bool) -> Sessions:
    """Plug-ins of a car that is joined up nearly every evening; ``need_kwh`` is what it drove."""
    days = time.n_local_days
    driven = driven_kwh(rng, time, away)
    joined = (rng.random(days) < rng.uniform(0.75, 0.95)) & ~away
    day = np.flatnonzero(joined)
    # What was driven since the last plug-in.
    through = np.cumsum(driven)[day]
    since = np.diff(np.concatenate([[0.0], through]))
    start = begin(time, day, _arrival(rng, time, day, rng.uniform(15.6, 18.2)))
    stay = 2 * np.clip(14.5 + 1.3 * rng.standard_normal(len(day)), 6.0, 20.0)
    return Sessions(start, start + stay, since)


def driven_kwh(rng: np.random.Generator, time: Timeline, away: Bool) -> Float:
    """(local days,) energy that one car uses; a cold car uses more."""
    days = time.n_local_days
    per_km = rng.uniform(0.16, 0.22)
    typical_km = rng.uniform(22, 60)
    km = typical_km * rng.lognormal(-0.15, 0.6, days) * np.where(time.working, 1.0, 0.75)
    km = np.where(rng.random(days) < 0.12, 0.0, km) * ~away
    return np.asarray(km * per_km * (1 + 0.18 * np.cos(2 * np.pi * (time.month + 0.5) / 12)))


def _arrival(
    rng: np.random.Generator,
    time: Timeline,
    day: np.ndarray[tuple[int], np.dtype[np.int64]],
    usual: float,
) -> Float:
    """Wall-clock slot of coming home; earlier on free days."""
    hour = usual + np.where(time.working[day], 0.0, -1.5)
    return np.asarray(2 * np.clip(hour + 1.3 * rng.standard_normal(len(day)), 9.0, 23.9))


@njit(cache=True)
def _plug_ins(
    used: Float, chance: Float, elsewhere: Float, battery: float, share: float
) -> tuple[Bool, Float]:
    """Drivers plug in the sooner the emptier the battery."""
    plug = np.zeros(len(used), dtype=np.bool_)
    need = np.zeros(len(used))
    owed = 0.3 * battery
    for day in range(len(used)):
        owed += used[day]
        if owed > 0.9 * battery or (owed > 0.4 * battery and elsewhere[day] < 0.06):
            owed = 0.25 * battery  # charged on the road
        urge = share * (0.35 + 1.6 * owed / battery)
        if owed > 2.0 and chance[day] < urge:
            plug[day] = True
            # Most charge to a limit; now and then the car leaves early.
            need[day] = owed if elsewhere[day] > 0.15 else owed * (0.4 + 3 * elsewhere[day])
            owed -= need[day]
    return plug, need
