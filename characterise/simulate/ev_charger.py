"""Charging of electric vehicles: sessions with an arrival, a need and a rule for when to draw."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.household import begin
from characterise.simulate.timeline import Bool, Float, Int, Timeline

STYLES: Final = ("immediate", "off_peak", "solar", "fleet")
_LEAST_SOLAR_KW: Final = 1.4
"""Six amperes at 230 V: under this a charger cannot start."""


def charging(
    rng: np.random.Generator,
    time: Timeline,
    *,
    kw: float,
    style: str,
    away: Bool,
    surplus_kw: Float | None = None,
    hold: Float | None = None,
) -> Float:
    """Mean charging power.

    Parameters
    ----------
    kw
        Power of one charger; of all chargers together for the style ``fleet``.
    away
        (local days,) no vehicle comes back on these days.
    surplus_kw
        (n,) generation left over, which the style ``solar`` follows.
    hold
        (n,) share of the power that a dispatch takes away.

    Returns
    -------
    (n,) kW.
    """
    held = np.zeros(time.n) if hold is None else hold
    if style == "fleet":
        return _fleet(rng, time, kw=kw, away=away, held=held)
    day, start, end, need = _sessions(rng, time, away, weekly=rng.uniform(2.5, 6.0))
    # Voltage and the car's own charger set the power: a little under the plate, alike every night.
    drawn = kw * rng.uniform(0.92, 0.99) * (1 + 0.006 * rng.standard_normal(len(day)))
    ceiling = _allowed(rng, time, style, kw, surplus_kw) * (1 - held)
    return _charge(start, end, need, drawn, ceiling, time.n)


def _sessions(
    rng: np.random.Generator, time: Timeline, away: Bool, *, weekly: float
) -> tuple[Int, Float, Float, Float]:
    """Plug-ins of one vehicle: local day, start and end in half-hours, energy in kWh."""
    days = time.n_local_days
    per_km = rng.uniform(0.16, 0.22)
    typical_km = rng.uniform(22, 60)
    km = typical_km * rng.lognormal(-0.15, 0.6, days) * np.where(time.working, 1.0, 0.75)
    km = np.where(rng.random(days) < 0.12, 0.0, km) * ~away
    battery = float(rng.choice([40, 52, 58, 64, 77]))
    # A cold car uses more, and drivers plug in the sooner the emptier the battery.
    seasonal = 1 + 0.18 * np.cos(2 * np.pi * (time.month + 0.5) / 12)
    plug, need = _plug_ins(
        km * per_km * seasonal, rng.random(days), rng.random(days), battery, weekly / 7
    )
    day = np.flatnonzero(plug & ~away)
    hour = rng.uniform(16.6, 19.2) + np.where(time.working[day], 0.0, -1.5)
    arrive = 2 * np.clip(hour + 1.3 * rng.standard_normal(len(day)), 9.0, 23.9)
    start = begin(time, day, arrive)
    stay = 2 * np.clip(13.2 + 1.2 * rng.standard_normal(len(day)), 4.0, 20.0)
    return day, start, start + stay, need[day] / 0.9


@njit(cache=True)
def _plug_ins(
    used: Float, chance: Float, elsewhere: Float, battery: float, share: float
) -> tuple[Bool, Float]:
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


def _allowed(
    rng: np.random.Generator, time: Timeline, style: str, kw: float, surplus: Float | None
) -> Float:
    """(n,) highest power the rule lets the charger draw."""
    if style == "solar":
        left = np.zeros(time.n) if surplus is None else surplus
        by_sun = np.where(left >= _LEAST_SOLAR_KW, np.minimum(left, kw), 0.0)
        # Whatever the sun did not give is taken after two in the morning.
        return np.maximum(by_sun, _window(time, 2.0, 5.0) * kw)
    if style == "off_peak":
        opens, closes = ((0.5, 4.5), (0.5, 5.5), (23.5, 5.5))[int(rng.integers(3))]
        boosted = rng.random(time.n_local_days) < 0.04
        window = _window(time, opens + rng.uniform(0.0, 0.25), closes)
        return np.maximum(window, boosted[time.day]) * kw
    return np.full(time.n, kw)


def _window(time: Timeline, opens: float, closes: float) -> Float:
    """(n,) share of each half-hour inside a daily wall-clock window, which may pass midnight."""
    hour = np.arange(SLOTS_PER_DAY) / 2
    span = (closes - opens) % 24
    inside = np.zeros(SLOTS_PER_DAY)
    for shift in (-24, 0, 24):
        first = np.maximum(hour + shift, opens)
        inside += np.clip(np.minimum(hour + shift + 0.5, opens + span) - first, 0, 0.5) * 2
    return np.clip(inside, 0, 1)[time.slot]


@njit(cache=True)
def _charge(
    start: Float, end: Float, need: Float, kw: Float, ceiling: Float, n: int
) -> Float:  # fmt: skip
    """Serve sessions one after the other, never above the ceiling; energies are exact."""
    out = np.zeros(n)
    for session in range(len(start)):
        left = need[session]
        first = int(start[session])
        last = min(n, int(np.ceil(end[session])))
        if session + 1 < len(start):
            last = min(last, int(start[session + 1]))
        for slot in range(first, last):
            if left <= 0.0:
                break
            share = min(1.0, slot + 1 - start[session])
            room = max(0.0, min(kw[session] * share, ceiling[slot] * share) - out[slot])
            taken = min(room * 0.5, left)
            out[slot] += 2.0 * taken
            left -= taken
    return out


def _fleet(
    rng: np.random.Generator, time: Timeline, *, kw: float, away: Bool, held: Float
) -> Float:
    """Vans that return at the end of the shift and leave before the next."""
    one = 7.2 if kw < 90 else 21.5
    chargers = max(2, round(kw / one))
    total = np.zeros(time.n)
    for _ in range(chargers):
        used = rng.random(time.n_local_days) < np.where(time.working, 0.85, 0.15)
        day = np.flatnonzero(used & ~away)
        arrive = 2 * np.clip(16.8 + 1.1 * rng.standard_normal(len(day)), 12, 23)
        start = begin(time, day, arrive)
        need = rng.uniform(12, 45, len(day))
        drawn = np.full(len(day), one * rng.uniform(0.94, 1.0))
        end = start + 2 * rng.uniform(11, 13.5, len(day))
        total += _charge(start, end, need, drawn, one * (1 - held), time.n)
    return total
