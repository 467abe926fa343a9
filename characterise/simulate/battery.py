"""A battery behind the meter: charge bounded by power and energy, with its losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from characterise.simulate.battery_plans import Plan, draw_plan
from characterise.simulate.timeline import Float, Timeline

STYLES: Final = ("self_consumption", "arbitrage", "dispatched", "trading")
_YEAR: Final = 17_532
"""Half-hours of a year."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What a battery loses: on the way in and out, standing idle, and over the years."""

    round_trip: float = 0.88
    """Energy out over energy in, inverter included."""
    idle_kw: float = 0.0
    """Taken from the cells by electronics while it stands."""
    fade_a_year: float = 0.0
    """Share of the capacity that a year takes."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Charge and discharge kW, and kWh held at the end of each half-hour, (n,) each."""

    charge_kw: Float
    discharge_kw: Float
    held_kwh: Float


def draw_losses(rng: np.random.Generator, kw: float) -> Losses:
    """Losses of one machine; large ones stand with less loss for each kW."""
    return Losses(
        round_trip=float(rng.uniform(0.80, 0.93)),
        idle_kw=float(kw * rng.uniform(0.002, 0.010) * (1.0 if kw < 20 else 0.3)),
        fade_a_year=float(rng.uniform(0.01, 0.03)),
    )


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
    losses: Losses | None = None,
    export_limit_kw: float | None = None,
) -> Operation:
    """Operate a battery by its rule.

    Parameters
    ----------
    net_kw
        (n,) load less generation of the rest of the site.
    kw
        Power of the inverter, in and out; ``kwh`` is the capacity when new.
    style
        ``self_consumption`` soaks up surplus and serves load; ``arbitrage`` charges in the cheap
        hours of a tariff and empties over the evening peak; ``dispatched`` waits for calls and
        refills at night; ``trading`` follows day-ahead prices, some with a frequency service.
    present
        First and last half-hour (exclusive) it is installed.
    call
        (n,) share of the power that a dispatch asks for.
    losses
        Drawn when None.
    export_limit_kw
        Most that the site may export; the battery gives no more than keeps to it.
    """
    drawn = draw_losses(rng, kw)
    lost = drawn if losses is None else losses
    first, last = present or (0, time.n)
    installed = np.zeros(time.n)
    installed[first:last] = 1.0
    plan: Plan = draw_plan(rng, time, style, kw, kwh)
    capacity = kwh * (1 - lost.fade_a_year * np.maximum(np.arange(time.n) - first, 0) / _YEAR)
    limit = np.inf if export_limit_kw is None else export_limit_kw
    put, taken, held = _operate(
        np.asarray(net_kw, dtype=np.float64), plan.charge_kw, plan.discharge_kw,
        np.zeros(time.n) if call is None else call, installed, capacity, kw,
        plan.reserve * kwh, float(np.sqrt(lost.round_trip)), 0.5 * lost.idle_kw, plan.soaks, limit,
    )  # fmt: skip
    return Operation(put, taken, held)


@njit(cache=True)
def _operate(
    net: Float, charge: Float, discharge: Float, call: Float, installed: Float, capacity: Float,
    kw: float, reserve: float, one_way: float, idle_kwh: float, soak: bool, limit: float,
) -> tuple[Float, Float, Float]:  # fmt: skip
    n = len(net)
    put, taken, held = np.zeros(n), np.zeros(n), np.zeros(n)
    soc = 0.5 * capacity[0]
    for i in range(n):
        if installed[i] == 0.0:
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
        want_out = min(want_out, max(0.0, limit + net[i]))
        put[i] = min(want_in, kw, max(0.0, (capacity[i] - soc) * 2.0 / one_way))
        taken[i] = min(want_out, kw, max(0.0, (soc - reserve) * 2.0 * one_way))
        soc += 0.5 * (put[i] * one_way - taken[i] / one_way)
        soc = min(max(0.0, soc - idle_kwh), capacity[i])
        held[i] = soc
    return put, taken, held
