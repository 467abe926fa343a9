"""An air-source heat pump in a building that loses heat: hot water, defrost and backup included.

Notes
-----
One thermal mass; demand follows the set-point; COP is a fixed share of Carnot between outdoor air
and a weather-compensated flow. The compressor fills a store in blocks. Numbers are typical of GB
installations, fitted to none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from characterise.simulate.household import begin
from characterise.simulate.runs import mean_power
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather


@dataclass(frozen=True, slots=True)
class Building:
    """What the heat pump heats."""

    loss_kw_per_c: float
    mass_kwh_per_c: float
    gains_kw: float
    set_point_c: float
    set_back_c: float
    night: tuple[float, float]
    """Set-back from and to, local hours."""


def heat_pump(
    rng: np.random.Generator,
    time: Timeline,
    weather: Weather,
    *,
    kw: float,
    domestic: bool,
    away: Bool,
    hold: Float | None = None,
) -> Float:
    """Mean electrical power of a heat pump of ``kw`` electrical rating, (n,) kW."""
    held = np.zeros(time.n) if hold is None else hold
    building = _building(rng, kw)
    target = _set_point(time, building, away, occupied=None if domestic else time.working)
    flow = np.clip(34 + 0.62 * (15 - weather.temp_c), 30, 52)
    lift = np.maximum(flow - weather.temp_c + 6, 12)
    cop = np.clip(rng.uniform(0.40, 0.48) * (flow + 273.15) / lift, 1.6, 5.6)
    damp = np.exp(-(((weather.temp_c - 1.5) / 3.2) ** 2))
    defrost = damp * rng.uniform(0.04, 0.12) * rng.gamma(2.0, 0.5, time.n)
    rod_kw = 0.6 * kw if rng.random() < 0.4 else 0.0
    # Most machines cycle on a buffer or on the room's slack; some modulate all day.
    hours = rng.uniform(0.4, 1.6) if rng.random() < 0.7 else rng.uniform(0.02, 0.15)
    least = rng.uniform(0.22, 0.35) if rng.random() < 0.6 else rng.uniform(0.6, 0.9)
    heating = _heat(
        weather.temp_c, weather.ghi_wm2, target, cop, 1 - held, building.loss_kw_per_c,
        building.mass_kwh_per_c, building.gains_kw, kw, rod_kw, least, hours * least * kw * 3.0,
    )  # fmt: skip
    standby = 0.015 + 0.004 * kw
    water = _hot_water(rng, time, kw, away) * (1 - held) if domestic else np.zeros(time.n)
    # The compressor makes hot water or heats rooms, never both at full power.
    return standby + np.minimum(heating * (1 + defrost) + water, kw * 1.08 + rod_kw)


def _building(rng: np.random.Generator, kw: float) -> Building:
    # Sized for about -3 C outside with COP near 2.4.
    loss = kw * 2.4 / 23 * rng.uniform(0.62, 0.95)
    set_point = rng.uniform(19.0, 21.5)
    continuous = rng.random() < 0.45
    return Building(
        loss_kw_per_c=loss,
        mass_kwh_per_c=loss * rng.uniform(25, 60),
        gains_kw=loss * rng.uniform(2.0, 3.5),
        set_point_c=set_point,
        set_back_c=set_point - (rng.uniform(0.2, 0.8) if continuous else rng.uniform(1.5, 3.0)),
        night=(rng.uniform(21.5, 23.5), rng.uniform(4.5, 6.5)),
    )


def _set_point(time: Timeline, building: Building, away: Bool, occupied: Bool | None) -> Float:
    opens, closes = building.night[1], building.night[0]
    hour = time.slot / 2 + 0.25
    day = (hour >= opens) & (hour < closes)
    if occupied is not None:
        day = (hour >= opens) & (hour < 17.5) & occupied[time.day]
    target = np.where(day, building.set_point_c, building.set_back_c)
    return np.where(away[time.day], 15.0, target)


@njit(cache=True)
def _heat(
    outside: Float, sun: Float, target: Float, cop: Float, free: Float, loss: float, mass: float,
    gains: float, kw: float, rod_kw: float, least: float, store_kwh: float,
) -> Float:  # fmt: skip
    """Electrical power; with a store the compressor runs in blocks and heat is drawn from it."""
    out = np.zeros(len(outside))
    room, held, on = target[0], store_kwh, False
    for i in range(len(outside)):
        gain = gains + loss * 0.006 * sun[i]
        steady = loss * (room - outside[i]) - gain
        wanted = max(0.0, steady + mass * (target[i] - room) / 3.0)
        if outside[i] > 16.5 and room > target[i] - 1.0:
            wanted = 0.0
        level = min(max(1.3 * wanted / cop[i], least * kw), kw)
        held -= 0.5 * wanted
        on = on or held <= 0.0
        share = 0.0
        if on:
            share = min(1.0, max(0.0, (store_kwh - held) / (0.5 * level * cop[i])))
            on = share == 1.0
        power = level * share * free[i]
        rod = 0.0
        if rod_kw > 0.0 and outside[i] < -1.0:
            rod = min(rod_kw, max(0.0, wanted - power * cop[i])) * free[i]
        held += 0.5 * power * cop[i]
        # An empty store gives no more than the machine makes.
        given = wanted + 2.0 * min(0.0, held)
        held = max(held, 0.0)
        room += 0.5 * (max(given, 0.0) + rod + gain - loss * (room - outside[i])) / mass
        out[i] = power + rod
    return out


def _hot_water(rng: np.random.Generator, time: Timeline, kw: float, away: Bool) -> Float:
    hour = float(rng.choice([2.5, 4.0, 12.5, 13.5, 5.0])) + rng.uniform(-0.2, 0.2)
    day = np.flatnonzero(~away)
    power = min(kw, rng.uniform(1.3, 2.2))
    start = begin(time, day, 2 * (hour + 0.05 * rng.standard_normal(len(day))))
    length = 2 * np.clip(rng.normal(0.9, 0.25, len(day)), 0.2, 2.0)
    load = mean_power(time.n, start, length, np.full(len(day), power))
    if rng.random() < 0.7:
        # Weekly hot cycle against legionella, by immersion heater.
        hot = day[time.weekday[day] == rng.integers(7)]
        begins = begin(time, hot, np.full(len(hot), 2 * hour + 2))
        load += mean_power(time.n, begins, np.full(len(hot), 1.5), np.full(len(hot), 2.8))
    return load
