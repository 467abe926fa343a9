"""Five-minute operation of a heat pump: rooms, cylinder, compressor and rod.

Notes
-----
Rooms are one mass. The controller counts the heat it owes (degree-minutes, or an empty store): the
compressor starts when enough is owed and stops when as much was given too much, so a machine above
its lowest speed runs through and one below it cycles. Hot water goes first. Defrosting costs power
for which no heat comes, most near 1 C.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.simulate.heat_pump_plant import Building, Cylinder, Machine
from characterise.simulate.timeline import Float

STEPS = 6
"""Steps of a half-hour."""
_STEP_H = 0.5 / STEPS
_LONGEST_CHARGE_H = 3.0
_COLDEST_ROOM_C = 5.0
_FROST_C, _FROST_WIDTH_C = 1.0, 2.8

# Places in the state of a plant.
_ROOM_C, _OWED, _MISSING, _HOT_DUE_H, _HOT_LEFT, _PAUSED_H, _RAN_H, _CHARGED_H = range(8)
_RUNS, _CHARGING, _HEATS, _ROD_ON = 8, 9, 10, 11
_SIZE = 12


class _Now(NamedTuple):
    """What holds throughout a half-hour."""

    hour: float
    outside: float
    felt: float
    target: float
    gain: float
    """kW from people, appliances and sun."""
    drawn: float
    """kWh of hot water."""
    cop: float
    cop_water: float
    free: float
    can: bool
    """Whether the compressor may run."""
    boiler: bool
    cools: bool
    speed: float
    may_charge: bool


@njit(cache=True)
def operate(
    outside: Float, felt: Float, source: Float, damped: Float, sun: Float, target: Float,
    drawn: Float, free: Float, works: Float, speed: Float, standby: Float,
    may_charge: npt.NDArray[np.bool_], machine: Machine, building: Building, cylinder: Cylinder,
    first_hot_h: float,
) -> Float:  # fmt: skip
    """Mean electrical power of each half-hour.

    Parameters
    ----------
    outside, felt, source, damped
        (n,) C: outdoors; outdoors as walls let the rooms feel it; at the evaporator; and the
        running mean that decides whether it is the heating season.
    sun
        (n,) W/m2.
    target
        (n,) room set-point, C.
    drawn
        (n,) hot water drawn, kWh of heat.
    free
        (n,) share of the power that no dispatch takes, 0-1.
    works
        (n,) 1 where the compressor may run, 0 where it is broken, -1 where the plant is locked.
    speed
        (n,) multiplies the compressor's speed.
    standby
        (n,) kW, there always.
    may_charge
        (n,) whether the clock lets hot water be made.
    first_hot_h
        Hour of the first hot cycle.

    Returns
    -------
    (n,) kW.
    """
    out = np.empty(len(outside))
    state = np.zeros(_SIZE)
    state[_ROOM_C], state[_OWED] = target[0], 0.5 * machine.band_kwh
    state[_MISSING], state[_HOT_DUE_H] = 0.3 * cylinder.start_kwh, first_hot_h
    state[_PAUSED_H], state[_HEATS] = 9.0, damped[0] < machine.limit_c
    for i in range(len(outside)):
        if abs(damped[i] - machine.limit_c) > 0.6:
            state[_HEATS] = damped[i] < machine.limit_c
        cold = outside[i]
        flow = min(max(machine.flow_c + machine.curve * (15.0 - cold), 24.0), 58.0)
        frost = machine.defrost * np.exp(-(((cold - _FROST_C) / _FROST_WIDTH_C) ** 2))
        boiler = cold < machine.boiler_below_c
        now = _Now(
            0.5 * i, cold, felt[i], target[i],
            building.loss * (building.gains_c + building.sun_c * sun[i]), drawn[i],
            _cop(machine.carnot, flow, source[i]) / (1.0 + frost),
            _cop(machine.carnot, cylinder.water_c, source[i]) / (1.0 + frost),
            free[i] if works[i] >= 0.0 else 0.0, works[i] > 0.5 and not boiler, boiler,
            damped[i] > machine.cools_above_c and state[_HEATS] == 0.0, speed[i], may_charge[i],
        )  # fmt: skip
        energy = 0.0
        for _ in range(STEPS):
            power = _step(state, now, machine, building, cylinder)
            if works[i] >= 0.0 and (power > 0.0 or state[_HEATS] > 0.0):
                power += machine.pump_kw * (1.0 if power > 0.0 else 1.0 - machine.pump_rests)
            energy += power
        panels = cylinder.solar_pump_kw * min(sun[i] / 120.0, 1.0) if sun[i] > 25.0 else 0.0
        out[i] = standby[i] + panels + energy / STEPS
    return out


@njit(cache=True)
def _step(
    state: Float, now: _Now, machine: Machine, building: Building, cylinder: Cylinder
) -> float:
    """Go five minutes on: electrical power of compressor and rod, kW."""
    wanted = 0.0
    if state[_HEATS] > 0.0:
        gap = building.mass * (now.target - state[_ROOM_C]) / building.answer_h
        wanted = max(0.0, building.loss * (state[_ROOM_C] - now.felt) - now.gain + gap)
    state[_OWED] += wanted * _STEP_H
    state[_MISSING] += now.drawn / STEPS + cylinder.loss_kwh / 24.0 * _STEP_H
    _decide(state, now, machine, cylinder)
    power, to_rooms, to_water = _compressor(state, now, machine, cylinder, wanted)
    rod, rod_rooms, rod_water = _rod(state, now, machine, power)
    hot = _hot_cycle(state, now, machine, cylinder, rod)
    state[_MISSING] = max(state[_MISSING] - (to_water + rod_water) * _STEP_H, -0.2)
    state[_OWED] -= (to_rooms + rod_rooms) * _STEP_H
    # Heat owed beyond a bound is given up: it never reached the rooms, which are colder for it.
    bound = machine.band_kwh + 1.6 * machine.rod_owed_kwh
    lacking = max(state[_OWED] - bound, 0.0)
    state[_OWED] = max(min(state[_OWED], bound), -3.0 * machine.band_kwh)
    if state[_HEATS] == 0.0:
        state[_OWED] = min(state[_OWED], 0.0)
    warming = wanted - lacking / _STEP_H + now.gain - building.loss * (state[_ROOM_C] - now.felt)
    room = state[_ROOM_C] + _STEP_H * warming / building.mass
    state[_ROOM_C] = min(max(room, _COLDEST_ROOM_C), now.target + 6.0)
    return power + rod + hot


@njit(cache=True)
def _decide(state: Float, now: _Now, machine: Machine, cylinder: Cylinder) -> None:
    """Start and stop the charge of the cylinder and the run of the compressor."""
    state[_PAUSED_H] += _STEP_H
    state[_RAN_H] += _STEP_H
    if state[_CHARGING] > 0.0:
        state[_CHARGED_H] += _STEP_H
        over = state[_MISSING] <= 0.0 or state[_CHARGED_H] >= _LONGEST_CHARGE_H
        state[_CHARGING] = 0.0 if over else 1.0
    elif now.may_charge and state[_MISSING] > cylinder.start_kwh:
        state[_CHARGING], state[_CHARGED_H] = 1.0, 0.0
    if state[_RUNS] > 0.0:
        if state[_OWED] < -machine.band_kwh or state[_HEATS] == 0.0:
            state[_RUNS], state[_PAUSED_H] = 0.0, 0.0
    elif state[_HEATS] * state[_OWED] > machine.band_kwh and state[_PAUSED_H] > machine.rest_h:
        state[_RUNS], state[_RAN_H] = 1.0, 0.0


@njit(cache=True)
def _compressor(
    state: Float, now: _Now, machine: Machine, cylinder: Cylinder, wanted: float
) -> tuple[float, float, float]:
    """Power of the compressor, heat to the rooms, heat to the water, kW; the boiler's heat too."""
    if now.boiler:
        heat = wanted + max(state[_OWED], 0.0)
        return 0.0, heat, 3.0 * state[_CHARGING]
    if not now.can:
        return 0.0, 0.0, 0.0
    if state[_CHARGING] > 0.0:
        # The fuller the cylinder, the higher the pressure and the power.
        empty = min(max(state[_MISSING] / cylinder.start_kwh, 0.0), 1.0)
        power = cylinder.share * machine.kw * (1.0 - 0.2 * empty) * now.free
        return power, 0.0, power * now.cop_water
    if state[_RUNS] > 0.0:
        level = (machine.lead * wanted + 0.25 * max(state[_OWED], 0.0)) / now.cop * now.speed
        level = min(max(level, machine.least * machine.kw), machine.kw)
        power = level * min(0.8 + 0.6 * state[_RAN_H], 1.0) * now.free
        return power, power * now.cop, 0.0
    if now.cools:
        return machine.least * machine.kw * min(now.speed, 1.0) * now.free, 0.0, 0.0
    return 0.0, 0.0, 0.0


@njit(cache=True)
def _rod(state: Float, now: _Now, machine: Machine, power: float) -> tuple[float, float, float]:
    """Power of the rod, and its heat to the rooms and to the water, kW.

    It helps in hard cold, or stands in for a compressor that does not run.
    """
    if machine.rod_kw <= 0.0 or now.boiler:
        state[_ROD_ON] = 0.0
        return 0.0, 0.0, 0.0
    water = min(machine.rod_kw, 2.0) * now.free if state[_CHARGING] > 0.0 and not now.can else 0.0
    helps = machine.rod_owed_kwh if now.can else 2.0 * machine.band_kwh
    due = state[_OWED] > helps or (state[_ROD_ON] > 0.0 and state[_OWED] > 0.5 * helps)
    cold = now.outside < machine.rod_below_c or not now.can
    state[_ROD_ON] = 1.0 if due and cold and state[_HEATS] > 0.0 else 0.0
    if state[_ROD_ON] == 0.0:
        return water, 0.0, water
    rooms = min(machine.rod_kw - water, max(state[_OWED] - 0.5 * helps, 0.0) / _STEP_H)
    rooms = max(rooms, 0.0) * now.free
    return water + rooms, rooms, water


@njit(cache=True)
def _hot_cycle(state: Float, now: _Now, machine: Machine, cylinder: Cylinder, rod: float) -> float:
    """Power of the heater in the cycle against legionella, kW, beside ``rod`` for other uses."""
    if cylinder.hot_every_d <= 0.0:
        return 0.0
    if state[_HOT_LEFT] <= 0.0 and now.hour >= state[_HOT_DUE_H]:
        state[_HOT_LEFT] = cylinder.hot_kwh
        state[_HOT_DUE_H] += 24.0 * cylinder.hot_every_d
    if state[_HOT_LEFT] <= 0.0:
        return 0.0
    most = max(machine.rod_kw, cylinder.hot_kw) - rod
    heater: float = max(min(min(cylinder.hot_kw, state[_HOT_LEFT] / _STEP_H) * now.free, most), 0.0)
    state[_HOT_LEFT] -= heater * _STEP_H
    if state[_HOT_LEFT] < 1e-3:
        state[_HOT_LEFT] = 0.0
    state[_MISSING] = min(state[_MISSING], 0.3 * cylinder.start_kwh)
    return heater


@njit(cache=True)
def _cop(carnot: float, flow_c: float, source_c: float) -> float:
    lift = max(flow_c - source_c + 5.0, 14.0)
    return min(max(carnot * (flow_c + 273.15) / lift, 1.5), 6.5)


@njit(cache=True)
def damp(values: Float, hours: float) -> Float:
    """(n,) exponential running mean over ``hours``."""
    out = np.empty_like(values)
    mean = values[: min(len(values), 96)].mean()
    share = 0.5 / max(hours, 0.5)
    for i in range(len(values)):
        mean += share * (values[i] - mean)
        out[i] = mean
    return out
