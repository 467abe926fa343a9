"""A heat pump in a building that loses heat: hot water, defrost and backup included.

Notes
-----
`heat_pump_draw` says what stands there, `heat_pump_operation` how it runs in steps of five minutes,
`heat_pump_water` how hot water is drawn. The population is fitted to half of the 17 German homes of
WPuQ (Schlemminger et al. 2022, CC BY 4.0); `heat_pump_draw` says how and what is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.heat_pump_draw import draw_plant
from characterise.simulate.heat_pump_operation import damp, operate
from characterise.simulate.heat_pump_plant import Plant
from characterise.simulate.heat_pump_water import charging_hours, hot_water_drawn
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather

_DAY_H = 24.0


def heat_pump(
    rng: np.random.Generator,
    time: Timeline,
    weather: Weather,
    *,
    kw: float,
    domestic: bool,
    away: Bool,
    hold: Float | None = None,
    make: str = "",
    locked: Sequence[tuple[float, float]] = (),
) -> Float:
    """Mean electrical power of a heat pump.

    Parameters
    ----------
    kw
        Electrical rating of the compressor; a backup rod comes on top.
    away
        (local days,) nobody sleeps here: rooms are set back, no hot water is drawn.
    hold
        (n,) share of the power that a dispatch takes, 0-1.
    make
        One of `heat_pump_draw.MAKES`; drawn as in Great Britain when empty.
    locked
        Local hours, from and to, in which the grid company blocks the plant every day, as German
        tariffs may. The homes of WPuQ show none.

    Returns
    -------
    (n,) kW.
    """
    plant = draw_plant(rng, kw, domestic=domestic, make=make)
    occupied = None if domestic else time.working
    return run_plant(
        rng, time, weather, plant, away=away, hold=hold, occupied=occupied, locked=locked
    )


def run_plant(
    rng: np.random.Generator,
    time: Timeline,
    weather: Weather,
    plant: Plant,
    *,
    away: Bool,
    hold: Float | None = None,
    occupied: Bool | None = None,
    locked: Sequence[tuple[float, float]] = (),
) -> Float:
    """Mean electrical power of one plant, (n,) kW; the draws do not depend on ``hold``.

    Parameters
    ----------
    occupied
        (local days,) days on which the building is used, where nobody lives in it.
    """
    machine, building, cylinder = plant.machine, plant.building, plant.cylinder
    outside = weather.temp_c
    target = _set_point(rng, time, plant, away, occupied)
    drawn = hot_water_drawn(rng, time, cylinder, away, weather.ghi_wm2)
    # The ground is warmest in autumn and moves by less than half of what the air does.
    source = 6.0 + 0.45 * damp(outside, _DAY_H * 40) if plant.ground else outside
    felt = 0.25 * outside + 0.75 * damp(outside, building.wall_h)
    wobble = 0.8 * smooth_noise(rng, time.n, 0.6) + 0.6 * smooth_noise(rng, time.n, 0.97)
    works = _works(rng, time, plant, locked)
    standby = machine.standby_kw * (1 + 0.03 * smooth_noise(rng, time.n, 0.8))
    if plant.summer_off:
        off = damp(outside, _DAY_H * 5) > machine.limit_c
        works[off] = -1.0
        standby[off] *= 0.15
        drawn[off] = 0.0
    first_hot = rng.uniform(0, _DAY_H * max(cylinder.hot_every_d, 1.0))
    return operate(
        outside, felt, source, damp(outside, machine.damping_h), weather.ghi_wm2, target, drawn,
        np.ones(time.n) if hold is None else 1.0 - hold, works, np.exp(plant.hunting * wobble),
        standby, charging_hours(time, cylinder.clock), machine, building, cylinder, first_hot,
    )  # fmt: skip


def _set_point(
    rng: np.random.Generator, time: Timeline, plant: Plant, away: Bool, occupied: Bool | None
) -> Float:
    """(n,) C."""
    building = plant.building
    hour = time.slot / 2 + 0.25
    opens = building.night_to + building.late_h * ~time.working[time.day]
    if building.night_from < _DAY_H:
        day = (hour >= opens) & (hour < building.night_from)
    else:
        day = (hour >= opens) | (hour < building.night_from - _DAY_H)
    if occupied is not None:
        day = (hour >= building.night_to) & (hour < 17.5) & occupied[time.day]
    mood = building.mood_c * smooth_noise(rng, time.n_local_days, 0.7)
    mood += building.drift_c * smooth_noise(rng, time.n_local_days, 0.97)
    target = building.set_c - building.set_back_c * ~day + mood[time.day]
    return np.where(away[time.day], np.minimum(target, building.set_c - 3.0), target)


def _works(
    rng: np.random.Generator, time: Timeline, plant: Plant, locked: Sequence[tuple[float, float]]
) -> Float:
    """(n,) 1 where the compressor may run, 0 where it is broken, -1 where all is locked."""
    works = np.ones(time.n)
    for _ in range(rng.poisson(plant.faults * time.n_days / 365)):
        first = int(rng.integers(0, time.n))
        works[first : first + int(SLOTS_PER_DAY * rng.lognormal(-0.7, 1.0)) + 1] = 0.0
    for opens, closes in locked:
        works[(time.slot / 2 >= opens) & (time.slot / 2 < closes)] = -1.0
    return works
