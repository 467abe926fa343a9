"""Charging of electric vehicles: sessions with an arrival, a need and a rule for when to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.ev_fleet import FLEETS, fleet
from characterise.simulate.ev_sessions import Sessions, home_sessions, nightly_sessions
from characterise.simulate.tariffs import Window, day_ahead_price, draw_off_peak, inside
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.vehicle_to_grid import vehicle_to_grid

STYLES: Final = ("immediate", "off_peak", "solar", "scheduled", "v2g", *FLEETS)
_LEAST_SOLAR_KW: Final = 1.4
"""Six amperes at 230 V: under this a charger cannot start."""


@dataclass(frozen=True, slots=True)
class Charging:
    """Power drawn and given, (n,) kW; the energy in the car while it is plugged in, where told."""

    import_kw: Float
    export_kw: Float
    held_kwh: Float | None = None


def charging(
    rng: np.random.Generator,
    time: Timeline,
    *,
    kw: float,
    style: str,
    away: Bool,
    surplus_kw: Float | None = None,
    hold: Float | None = None,
    room_kw: Float | None = None,
) -> Charging:
    """Mean charging power by half-hour.

    Parameters
    ----------
    kw
        Power of one charger; of the styles of `characterise.simulate.ev_fleet`, what all chargers
        together may draw at once.
    style
        ``immediate`` on arrival; ``off_peak`` in a tariff's window; ``solar`` by the surplus;
        ``scheduled`` in half-hours that the supplier picks; ``v2g`` also gives in the evening peak;
        ``fleet``, ``night_fleet``, ``workplace`` and ``hub`` are many cars.
    away
        (local days,) no vehicle comes back on these days.
    surplus_kw
        (n,) generation left over, which the style ``solar`` follows.
    hold
        (n,) share of the power that a dispatch takes away.
    room_kw
        (n,) most that may be given, by the site's load and export limit.
    """
    held = np.zeros(time.n) if hold is None else hold
    if style in FLEETS:
        return Charging(fleet(rng, time, kw=kw, style=style, held=held), np.zeros(time.n))
    if style == "v2g":
        cheap = inside(time, draw_off_peak(rng)) * (1 - held)
        both = vehicle_to_grid(
            rng, time, nightly_sessions(rng, time, away), kw=kw, cheap=cheap, room_kw=room_kw
        )
        return Charging(both.import_kw, both.export_kw, both.held_kwh)
    sessions = home_sessions(rng, time, away)
    # Voltage and the car's own charger set the power: a little under the plate, alike every night.
    count = len(sessions.start)
    drawn = kw * rng.uniform(0.92, 0.99) * (1 + 0.006 * rng.standard_normal(count))
    ceiling = _allowed(rng, time, style, kw, surplus_kw) * (1 - held)
    return Charging(_charge(sessions, drawn, ceiling), np.zeros(time.n))


def _allowed(
    rng: np.random.Generator, time: Timeline, style: str, kw: float, surplus: Float | None
) -> Float:
    """(n,) highest power the rule lets the charger draw."""
    if style == "solar":
        left = np.zeros(time.n) if surplus is None else surplus
        by_sun = np.where(left >= _LEAST_SOLAR_KW, np.minimum(left, kw), 0.0)
        # Whatever the sun did not give is taken after two in the morning.
        return np.maximum(by_sun, inside(time, Window(2.0, 5.0)) * kw)
    if style == "off_peak":
        boosted = rng.random(time.n_local_days) < 0.04
        # Chargers start some minutes late on purpose, each its own, lest all start at once.
        window = inside(time, draw_off_peak(rng), late_h=rng.uniform(0.0, 0.25))
        return np.maximum(window, boosted[time.day]) * kw
    if style == "scheduled":
        price = day_ahead_price(rng, time) + 0.15 * rng.standard_normal(time.n)
        rank = price.reshape(-1, SLOTS_PER_DAY).argsort(axis=1, kind="stable").argsort(axis=1)
        return np.where(rank.reshape(-1) < rng.integers(13, 20), kw, 0.0)
    if style == "immediate":
        return np.full(time.n, kw)
    raise ValueError(f"no charger goes by {style!r}; use one of {', '.join(STYLES)}")


def _charge(sessions: Sessions, drawn: Float, ceiling: Float) -> Float:
    return _serve(sessions.start, sessions.end, sessions.need_kwh, drawn, ceiling)


@njit(cache=True)
def _serve(start: Float, end: Float, need: Float, kw: Float, ceiling: Float) -> Float:
    """Serve sessions one after the other, never above the ceiling; energies are exact."""
    n = len(ceiling)
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
