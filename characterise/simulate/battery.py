"""A battery behind the meter: charge bounded by power and energy, with its losses."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from characterise.simulate.timeline import Float, Timeline

STYLES: Final = ("self_consumption", "arbitrage", "dispatched")
ROUND_TRIP: Final = 0.88


def battery(
    rng: np.random.Generator,
    time: Timeline,
    net_kw: Float,
    *,
    kw: float,
    kwh: float,
    style: str,
    present: tuple[int, int] | None = None,
    call: Float | None = None,
    round_trip: float = ROUND_TRIP,
) -> tuple[Float, Float, Float]:
    """Charge, discharge and state of charge.

    Parameters
    ----------
    net_kw
        (n,) load less generation of the rest of the site.
    style
        ``self_consumption`` soaks up surplus and serves load; ``arbitrage`` charges overnight and
        empties over the evening peak; ``dispatched`` waits for calls and refills at night.
    call
        (n,) share of the power that a dispatch asks for.
    present
        First and last half-hour (exclusive) it is installed.

    Returns
    -------
    (n,) charge kW, (n,) discharge kW, (n,) kWh held at the end of each half-hour.
    """
    called = np.zeros(time.n) if call is None else call
    first, last = present or (0, time.n)
    installed = np.zeros(time.n)
    installed[first:last] = 1.0
    charge, discharge = _plan(rng, time, style, kw, net_kw)
    reserve = kwh * (0.05 if style != "dispatched" else 0.08)
    return _operate(
        np.asarray(net_kw, dtype=np.float64), charge, discharge, called, installed, kw, kwh,
        reserve, float(np.sqrt(round_trip)), style == "self_consumption",
    )  # fmt: skip


def _plan(
    rng: np.random.Generator, time: Timeline, style: str, kw: float, net_kw: Float
) -> tuple[Float, Float]:
    """(n,) planned charge and (n,) planned discharge; -1 in the latter means follow the load."""
    hour = time.slot / 2
    night = (hour >= 0.5) & (hour < 4.5)
    if style == "self_consumption":
        topped = rng.random() < 0.35  # a cheap winter night is used as well
        winter = np.isin(time.month, (10, 11, 0, 1))[time.day]
        charge = np.where(night & winter & topped, 0.6 * kw, 0.0)
        return charge, np.full(time.n, -1.0)
    if style == "arbitrage":
        peak = (hour >= 16.0) & (hour < 19.0)
        exports = rng.random() < 0.5
        spread = 1 - 0.25 * rng.random(time.n_local_days)[time.day]
        skipped = rng.random(time.n_local_days)[time.day] < 0.06
        charge = np.where(night & ~skipped, kw * spread, 0.0)
        follow = np.where(hour >= 6.0, -1.0, 0.0)
        return charge, np.where(peak & exports & ~skipped, kw * 0.95, follow)
    return np.where(night, 0.5 * kw, 0.0), np.zeros(time.n)


@njit(cache=True)
def _operate(
    net: Float, charge: Float, discharge: Float, call: Float, installed: Float, kw: float,
    kwh: float, reserve: float, one_way: float, soak: bool,
) -> tuple[Float, Float, Float]:  # fmt: skip
    n = len(net)
    put, taken, held = np.zeros(n), np.zeros(n), np.zeros(n)
    soc = 0.5 * kwh
    for i in range(n):
        if installed[i] == 0.0:
            held[i] = 0.0
            continue
        want_in, want_out = charge[i], discharge[i]
        if soak and net[i] < -0.05:
            want_in = max(want_in, -net[i])
        if want_out < 0.0:
            want_out = max(0.0, net[i]) if net[i] > 0.1 else 0.0
        if want_in > 0.0:
            want_out = 0.0
        if call[i] > 0.0:
            want_in, want_out = 0.0, call[i] * kw
        put[i] = min(want_in, kw, max(0.0, (kwh - soc) * 2.0 / one_way))
        taken[i] = min(want_out, kw, max(0.0, (soc - reserve) * 2.0 * one_way))
        soc += 0.5 * (put[i] * one_way - taken[i] / one_way)
        held[i] = soc
    return put, taken, held
