"""Drawing a heat pump from the population.

Notes
-----
Each trait is a normal score pressed between two bounds by the logistic function; the bounds are
typed in. Means and spreads of the scores are those of plants found by search (differential
evolution) so that their year under the measured weather resembles a measured one in the statistics
of `characterise.training.likeness`, in use by outdoor temperature and in the shape of cold days.
Measured were eight of the 17 homes of WPuQ (Schlemminger et al. 2022, CC BY 4.0; group_id with an
even SHA-256): ground sources with a 6 kW rod in German houses. Several traits trade against each
other, so a mean is no measurement of that trait. Traits are drawn independently of each other.
Typed in without data: everything by which an air source, a hybrid or a cooling machine differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from characterise.simulate.heat_pump_plant import Building, Cylinder, Machine, Plant
from characterise.simulate.timeline import Float


@dataclass(frozen=True, slots=True)
class Trait:
    """Bounds of one trait, and its normal score in the population."""

    low: float
    high: float
    even: bool = False
    """Whether the scale between the bounds is even; otherwise logarithmic."""
    mean: float = 0.0
    spread: float = 1.3


TRAITS: Final = {
    "loss_a_kw": Trait(0.03, 0.5, False, -0.69, 0.60),
    "mass_h": Trait(15, 200, False, -0.10, 1.36),
    "wall_h": Trait(1.5, 60.0, False, -1.44, 1.17),
    "gains_c": Trait(0.5, 11.0, True, -0.80, 1.03),
    "sun_c": Trait(0.001, 0.025, False, 0.88, 1.34),
    "set_c": Trait(19.0, 22.5, True, 0.68, 1.26),
    "set_back_c": Trait(-2.0, 5.0, True, -0.09, 1.43),
    "night_from": Trait(20.0, 25.5, True, -1.00, 0.94),
    "night_to": Trait(3.0, 9.0, True, 0.96, 1.12),
    "answer_h": Trait(2.0, 40.0, False, 0.25, 1.94),
    "late_h": Trait(-2.0, 4.0, True, -0.21, 1.63),
    "mood_c": Trait(0.03, 1.2, False, 0.79, 1.72),
    "drift_c": Trait(0.1, 3.0, False, -0.56, 1.05),
    "least": Trait(0.08, 0.9, False, -0.17, 1.55),
    "lead": Trait(0.9, 2.5, False, 1.03, 1.24),
    "band_h": Trait(0.05, 3.0, False, 0.01, 0.52),
    "rest_h": Trait(0.05, 0.8, False, -0.04, 2.25),
    "rod_kw": Trait(-4.0, 9.5, True, 0.60, 1.12),
    "rod_owed_h": Trait(0.7, 20.0, False, 0.11, 1.60),
    "rod_below_c": Trait(-12.0, 8.0, True, -0.20, 1.69),
    "standby_kw": Trait(0.004, 0.2, False, 0.13, 1.39),
    "pump_kw": Trait(0.005, 0.12, False, 0.04, 2.31),
    "pump_rests": Trait(-0.5, 1.5, True, 0.21, 1.67),
    "carnot": Trait(0.3, 0.5, True, 1.57, 1.36),
    "flow_c": Trait(25.0, 36.0, True, 0.97, 1.53),
    "curve": Trait(0.1, 0.8, False, -0.48, 1.31),
    "limit_c": Trait(9.0, 19.0, True, -0.47, 1.43),
    "damping_h": Trait(6.0, 72.0, False, 0.48, 1.52),
    "daily_kwh": Trait(0.5, 12.0, False, -1.42, 0.82),
    "start_kwh": Trait(0.7, 8.0, False, -0.14, 0.78),
    "tank_loss_kwh": Trait(0.3, 3.0, False, 0.18, 1.33),
    "water_share": Trait(0.55, 1.0, True, -0.49, 1.30),
    "water_c": Trait(45.0, 58.0, True, -0.16, 1.80),
    "clock": Trait(-23.0, 25.0, True, -1.03, 1.68),
    "solar": Trait(-1.0, 1.4, True, -0.57, 1.36),
    "solar_pump_kw": Trait(0.01, 0.08, False, 0.02, 0.78),
    "summer_off": Trait(-3.0, 1.0, True, 0.89, 1.86),
    "hot_every_d": Trait(3.0, 25.0, False, -0.03, 1.03),
    "hot_kwh": Trait(1.0, 8.0, False, -0.52, 1.02),
    "faults": Trait(0.05, 8.0, False, -0.42, 1.60),
    "hunting": Trait(0.02, 0.7, False, 0.62, 1.51),
}


def scores(rng: np.random.Generator) -> Float:
    """(len(TRAITS),) normal scores."""
    mean = np.array([trait.mean for trait in TRAITS.values()])
    spread = np.array([trait.spread for trait in TRAITS.values()])
    return mean + spread * rng.standard_normal(len(mean))


def plant_of(score: Float, kw: float, *, domestic: bool) -> Plant:
    """Plant with these scores and a compressor of ``kw``."""
    t = {}
    for (name, trait), one in zip(TRAITS.items(), score, strict=True):
        part = 1 / (1 + np.exp(-one))
        if trait.even:
            t[name] = trait.low + (trait.high - trait.low) * part
        else:
            t[name] = trait.low * (trait.high / trait.low) ** part
    loss = t["loss_a_kw"] * kw
    large = max(1.0, kw / 4)
    rod_kw = large * t["rod_kw"] if t["rod_kw"] > 1.5 else 0.0
    machine = Machine(
        kw=kw,
        least=t["least"],
        lead=t["lead"],
        band_kwh=t["band_h"] * kw,
        rest_h=t["rest_h"],
        rod_kw=rod_kw,
        rod_owed_kwh=t["rod_owed_h"] * kw,
        rod_below_c=t["rod_below_c"],
        standby_kw=large * t["standby_kw"],
        pump_kw=large * t["pump_kw"],
        pump_rests=min(max(t["pump_rests"], 0.0), 1.0),
        carnot=t["carnot"],
        flow_c=t["flow_c"],
        curve=t["curve"],
        defrost=0.0,
        limit_c=t["limit_c"],
        damping_h=t["damping_h"],
        boiler_below_c=-99.0,
        cools_above_c=99.0,
    )
    building = Building(
        loss=loss,
        mass=loss * t["mass_h"],
        wall_h=t["wall_h"],
        gains_c=t["gains_c"],
        sun_c=t["sun_c"],
        set_c=t["set_c"],
        set_back_c=max(t["set_back_c"], 0.0),
        night_from=t["night_from"],
        night_to=t["night_to"],
        answer_h=t["answer_h"],
        late_h=max(t["late_h"], 0.0),
        mood_c=t["mood_c"],
        drift_c=t["drift_c"],
    )
    cylinder = Cylinder(
        daily_kwh=t["daily_kwh"] * domestic,
        start_kwh=t["start_kwh"],
        loss_kwh=t["tank_loss_kwh"] * domestic,
        share=t["water_share"],
        water_c=t["water_c"],
        clock=t["clock"] if t["clock"] > 0 else -1.0,
        solar=max(t["solar"], 0.0),
        solar_pump_kw=t["solar_pump_kw"] if t["solar"] > 0 else 0.0,
        hot_every_d=t["hot_every_d"] if domestic and t["hot_every_d"] < 18 else 0.0,
        hot_kwh=t["hot_kwh"],
        hot_kw=max(rod_kw, 2.8),
    )
    return Plant(machine, building, cylinder, t["faults"], t["hunting"], t["summer_off"] > 0, True)


MAKES: Final = ("air", "ground", "hybrid", "reversible")
_SHARES: Final = (0.8, 0.14, 0.04, 0.02)


def draw_plant(rng: np.random.Generator, kw: float, *, domestic: bool, make: str = "") -> Plant:
    """Draw a plant with a compressor of ``kw``; `ValueError` names a make that does not exist.

    Parameters
    ----------
    make
        ``air`` or ``ground`` by the source; ``hybrid`` is an air source that leaves hard cold to a
        gas boiler; ``reversible`` one that cools in hot weather. Empty draws one.
    """
    if make and make not in MAKES:
        raise ValueError(f"no heat pump is made as {make!r}; use one of {', '.join(MAKES)}")
    score = scores(rng)
    drawn = str(rng.choice(MAKES, p=_SHARES))
    frost, small, below, above = rng.uniform(0.08, 0.3), rng.random(), rng.normal(2, 2), 21.0
    plant = plant_of(score, kw, domestic=domestic)
    make = make or drawn
    if make == "ground":
        return plant
    # Air sources are larger for the same house, and their rods smaller or absent.
    rod = 0.0 if small < 0.6 else min(plant.machine.rod_kw, 3.0 * max(1.0, kw / 4))
    machine = plant.machine._replace(defrost=frost, rod_kw=rod)
    if make == "hybrid":
        machine = machine._replace(boiler_below_c=float(below), rod_kw=0.0)
    if make == "reversible":
        machine = machine._replace(cools_above_c=above)
    cylinder = plant.cylinder._replace(hot_kw=max(rod, 2.8))
    return plant._replace(machine=machine, cylinder=cylinder, ground=False)
