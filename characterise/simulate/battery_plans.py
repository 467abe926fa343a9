"""When a battery means to charge and to give, before its physics has a say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.runs import smooth_noise
from characterise.simulate.tariffs import (
    EVENING_PEAK,
    Window,
    day_ahead_price,
    draw_off_peak,
    inside,
)
from characterise.simulate.timeline import Float, Timeline


@dataclass(frozen=True, slots=True)
class Plan:
    """Intended power of each half-hour, (n,) kW."""

    charge_kw: Float
    discharge_kw: Float
    """-1 means follow the load."""
    reserve: float
    """Share of the capacity that is never given."""
    soaks: bool = False
    """Whether surplus of the site is taken in whenever there is some."""


def draw_plan(rng: np.random.Generator, time: Timeline, style: str, kw: float, kwh: float) -> Plan:
    """Plan of one of `characterise.simulate.battery.STYLES`; `ValueError` for any other."""
    night = inside(time, Window(0.5, 4.5))
    if style == "self_consumption":
        topped = rng.random() < 0.35  # a cheap winter night is used as well
        winter = np.isin(time.month, (10, 11, 0, 1))[time.day]
        charge = np.where(winter & topped, 0.6 * kw * night, 0.0)
        return Plan(charge, np.full(time.n, -1.0), 0.05, soaks=True)
    if style == "arbitrage":
        return _arbitrage(rng, time, kw, kwh)
    if style == "dispatched":
        return Plan(0.5 * kw * night, np.zeros(time.n), 0.08)
    if style == "trading":
        return _trading(rng, time, kw, kwh)
    raise ValueError(f"no battery is operated by {style!r}")


def _arbitrage(rng: np.random.Generator, time: Timeline, kw: float, kwh: float) -> Plan:
    """Full by morning; serves the load from then or from the evening, half sell in the peak."""
    cheap = inside(time, draw_off_peak(rng))
    peak = inside(time, EVENING_PEAK)
    exports = rng.random() < 0.5
    spread = 1 - 0.25 * rng.random(time.n_local_days)[time.day]
    skipped = rng.random(time.n_local_days)[time.day] < 0.06
    sold_kw = min(
        0.95 * kw, rng.uniform(0.3, 0.9) * kwh / (EVENING_PEAK.closes - EVENING_PEAK.opens)
    )
    # Who sells keeps it for the peak; others serve the whole day or keep it as well.
    waits = exports or rng.random() < 0.3
    begins = 2 * (EVENING_PEAK.opens if waits else 6.0)
    follow = np.where((time.slot >= begins) & (cheap == 0), -1.0, 0.0)
    give = np.where((peak > 0) & exports & ~skipped, sold_kw * peak, follow)
    return Plan(np.where(skipped, 0.0, kw * spread * cheap), give, 0.05)


def _trading(rng: np.random.Generator, time: Timeline, kw: float, kwh: float) -> Plan:
    """Buy the cheapest hours of each UTC day and sell the dearest, once or one and a half times."""
    price = day_ahead_price(rng, time).reshape(-1, SLOTS_PER_DAY)
    cycles = rng.uniform(0.7, 1.5)
    slots = int(np.clip(np.ceil(2 * cycles * kwh / kw), 1, 20))
    rank = price.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    worth = np.ptp(price, axis=1) > np.quantile(np.ptp(price, axis=1), 0.08)
    buys = ((rank < slots) & worth[:, None]).reshape(-1)
    sells = ((rank >= SLOTS_PER_DAY - slots) & worth[:, None]).reshape(-1)
    # A frequency service keeps a part of the power busy, around nothing on average.
    busy = rng.uniform(0.05, 0.25) if rng.random() < 0.5 else 0.0
    service = busy * kw * smooth_noise(rng, time.n, 0.3)
    share = rng.uniform(0.85, 1.0)
    charge = np.where(buys, share * kw, np.where(sells, 0.0, np.maximum(service, 0.0)))
    give = np.where(sells, share * kw, np.where(buys, 0.0, np.maximum(-service, 0.0)))
    return Plan(charge, give, 0.05)
