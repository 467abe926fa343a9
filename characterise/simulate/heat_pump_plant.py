"""What stands in the plant room: machine, building and cylinder as the operation reads them."""

from __future__ import annotations

from typing import NamedTuple


class Machine(NamedTuple):
    """A heat pump and its controller; powers are electrical kW, ``owed`` is heat in kWh."""

    kw: float
    """Compressor at full speed."""
    least: float
    """Lowest speed, as a share of ``kw``; 1 is a machine that only goes on and off."""
    lead: float
    """Speed when running against the speed that just covers the demand."""
    band_kwh: float
    """Heat owed that starts the compressor; as much too much stops it."""
    rest_h: float
    """Shortest pause between two runs, hours."""
    rod_kw: float
    rod_owed_kwh: float
    """Heat owed that lets the rod help, in the cold below ``rod_below_c``."""
    rod_below_c: float
    standby_kw: float
    pump_kw: float
    """Circulation."""
    pump_rests: float
    """Share of its power that circulation saves while the compressor stands, 0-1."""
    carnot: float
    """Share of the ideal coefficient of performance."""
    flow_c: float
    """Flow at 15 C outside; it rises by ``curve`` a degree of cold (weather compensation)."""
    curve: float
    defrost: float
    """Extra power at the worst of the frost, as a share; 0 for a ground source."""
    limit_c: float
    """Damped outdoor temperature above which nothing is heated."""
    damping_h: float
    boiler_below_c: float
    """A hybrid hands over to its gas boiler in colder weather; -99 without."""
    cools_above_c: float
    """Damped outdoor temperature above which rooms are cooled; 99 without."""


class Building(NamedTuple):
    """What is heated."""

    loss: float
    """kW a degree."""
    mass: float
    """kWh a degree."""
    wall_h: float
    """Time that the cold takes through the walls, hours."""
    gains_c: float
    """Warmth from people and appliances, as degrees of ``loss``."""
    sun_c: float
    """Degrees of ``loss`` that a W/m2 of sun is worth."""
    set_c: float
    set_back_c: float
    """Degrees by which the set-point falls at night; 0 heats continuously."""
    night_from: float
    night_to: float
    """Local hours."""
    answer_h: float
    """Time in which the controller would close a gap of room temperature, hours."""
    late_h: float
    """Hours by which the morning starts later on days off."""
    mood_c: float
    """Day-to-day wander of the set-point."""
    drift_c: float
    """Its wander over weeks."""


class Cylinder(NamedTuple):
    """Hot water; energies are heat."""

    daily_kwh: float
    """Drawn on a mean day."""
    start_kwh: float
    """Missing heat that starts a charge."""
    loss_kwh: float
    """Lost on a day."""
    share: float
    """Compressor speed while charging."""
    water_c: float
    clock: float
    """Local hour from which one charge a day may run; negative: at any time."""
    solar: float
    """Share of the draw that panels on the roof take over in full sun."""
    solar_pump_kw: float
    hot_every_d: float
    """Days between two hot cycles against legionella; 0 never."""
    hot_kwh: float
    """Heat of one hot cycle, by rod or immersion heater."""
    hot_kw: float
    """Power of that heater."""


class Plant(NamedTuple):
    """Everything drawn of one heat pump."""

    machine: Machine
    building: Building
    cylinder: Cylinder
    faults: float
    """Expected failures of the compressor a year; the rod then heats alone."""
    hunting: float
    """Restlessness of the speed, as a share."""
    summer_off: bool
    """Whether people switch the whole plant off in summer."""
    ground: bool
    """Heat from the ground instead of the air."""
