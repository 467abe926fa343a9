"""A car that also gives: it sells what it can spare in the evening peak and is full by morning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from characterise.simulate.ev_sessions import Sessions
from characterise.simulate.tariffs import EVENING_PEAK, inside
from characterise.simulate.timeline import Float, Timeline

ONE_WAY: Final = 0.93
"""Share of the energy that is left after going into the car, or out of it."""


@dataclass(frozen=True, slots=True)
class CarFlows:
    """Charge and discharge kW and energy in the car while it is plugged in (else 0), (n,) each."""

    import_kw: Float
    export_kw: Float
    held_kwh: Float


def vehicle_to_grid(
    rng: np.random.Generator,
    time: Timeline,
    sessions: Sessions,
    *,
    kw: float,
    cheap: Float,
    room_kw: Float | None = None,
) -> CarFlows:
    """Charge in cheap hours, give in the evening peak down to a reserve for the road.

    Parameters
    ----------
    sessions
        Plug-ins; ``need_kwh`` is what the car drove since the last.
    cheap
        (n,) share of the power that may be drawn.
    room_kw
        (n,) most that may be given; no bound when None.
    """
    car_kwh = float(rng.choice([40, 52, 62, 77]))
    reserve, target = rng.uniform(0.3, 0.5), rng.uniform(0.8, 0.95)
    willing = (rng.random(time.n_local_days) < 0.92).astype(np.float64)[time.day]
    peak = inside(time, EVENING_PEAK, late_h=rng.uniform(0, 0.2)) * willing
    drawn, given, held = _operate(
        sessions.start, sessions.end, sessions.need_kwh, cheap, peak,
        np.full(time.n, np.inf) if room_kw is None else np.maximum(room_kw, 0.0),
        kw * rng.uniform(0.93, 0.99), car_kwh, reserve * car_kwh, target * car_kwh,
    )  # fmt: skip
    return CarFlows(drawn, given, held)


@njit(cache=True)
def _operate(
    start: Float, end: Float, used: Float, cheap: Float, peak: Float, room: Float, kw: float,
    car_kwh: float, reserve: float, target: float,
) -> tuple[Float, Float, Float]:  # fmt: skip
    n = len(cheap)
    drawn, given, held = np.zeros(n), np.zeros(n), np.zeros(n)
    soc = target
    for session in range(len(start)):
        soc -= used[session]
        if soc < 0.1 * car_kwh:
            soc = 0.3 * car_kwh  # charged on the road
        until = end[session]
        if session + 1 < len(start):
            until = min(until, start[session + 1])
        for slot in range(int(start[session]), min(n, int(np.ceil(until)))):
            # Plugged in for part of its first and last half-hour.
            here = min(1.0, slot + 1 - start[session], until - slot)
            if here <= 0.0 or drawn[slot] + given[slot] > 0.0:
                continue
            if peak[slot] > 0.0 and soc > reserve:
                spare = (soc - reserve) * ONE_WAY
                out = min(0.5 * kw * here * peak[slot], spare, 0.5 * room[slot])
                given[slot] = 2.0 * out
                soc -= out / ONE_WAY
            else:
                # Under the reserve it charges at once, else in the cheap hours.
                allowed = 1.0 if soc < reserve and peak[slot] == 0.0 else cheap[slot]
                goal = target if cheap[slot] > 0.0 else reserve
                into = min(0.5 * kw * here * allowed, max(0.0, goal - soc) / ONE_WAY)
                drawn[slot] = 2.0 * into
                soc += into * ONE_WAY
            held[slot] = soc
    return drawn, given, held
