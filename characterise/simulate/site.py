"""One simulated site: what stands there, and the flows that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from characterise.simulate.battery import battery
from characterise.simulate.business import TRADES, business
from characterise.simulate.confounders import confounding
from characterise.simulate.ev_charger import charging
from characterise.simulate.flexible_demand import response
from characterise.simulate.heat_pump import heat_pump
from characterise.simulate.household import household
from characterise.simulate.own_connection import OWN_CONNECTION, auxiliary_load
from characterise.simulate.solar import generation
from characterise.simulate.timeline import Bool, Float, Timeline
from characterise.simulate.weather import Weather

ASSETS: Final = ("ev", "heat_pump", "battery", "pv", "dr")
"""Asset labels, as in the real corpus; ``dr`` is a response against expectation."""


@dataclass(frozen=True, slots=True)
class AssetSpec:
    """One asset: label, size, rule of operation, and the half-hours between which it exists."""

    asset: str
    kw: float
    kwh: float = 0.0
    style: str = ""
    first: int = 0
    last: int | None = None

    @property
    def gives(self) -> bool:
        """Whether it can send power out."""
        return self.asset in ("pv", "battery") or self.style == "v2g"


@dataclass(frozen=True, slots=True)
class SiteSpec:
    """What is drawn of a site before any half-hour is computed."""

    number: int
    gsp_group: str
    premises: str
    archetype: str
    assets: tuple[AssetSpec, ...] = ()
    confounders: tuple[str, ...] = ()
    peak_kw: float = 0.0
    """Load of a business when open, or size of a connection without premises; a home's follows
    from who lives there."""
    export_register: bool = False
    gaps: bool = False
    estimates: bool = False
    three_phase: bool = False
    export_limit_kw: float | None = None
    """Most that may be sent out: assets keep to it, a confounder does not; no bound when None."""

    @property
    def domestic(self) -> bool:
        """Whether people live here."""
        return self.premises == "domestic"


@dataclass(frozen=True, slots=True)
class Flow:
    """Import and export of one asset, (n,) kW each.

    ``held_kwh`` is the energy in a battery, or in a car that also gives while it is plugged in.
    """

    spec: AssetSpec
    import_kw: Float
    export_kw: Float
    held_kwh: Float | None = None

    @property
    def net_kw(self) -> Float:
        """(n,) import less export."""
        return self.import_kw - self.export_kw


@dataclass(frozen=True, slots=True)
class SiteTrace:
    """True flows of a site, before any meter."""

    spec: SiteSpec
    base_kw: Float
    """(n,) all load that is no asset, as it would be without any response."""
    plant_kw: Float
    """(n,) part of the base that a ``dr`` asset controls and its asset meter reads."""
    flows: tuple[Flow, ...]
    """In the order of ``spec.assets``."""

    @property
    def net_kw(self) -> Float:
        """(n,) what crosses the boundary."""
        return self.base_kw + sum((flow.net_kw for flow in self.flows), np.zeros(1))


@dataclass(frozen=True, slots=True)
class Base:
    """What a site's assets are laid upon."""

    load_kw: Float
    """(n,) all load that is no asset; a real boundary may take its place."""
    plant_kw: Float
    """(n,) part of it that can be shed."""
    away: Bool
    """(local days,) nobody sleeps here."""


def simulate_site(
    spec: SiteSpec,
    time: Timeline,
    weather: Weather,
    seed: int,
    calls: Mapping[int, Float] | None = None,
) -> SiteTrace:
    """Flows of one site.

    Parameters
    ----------
    calls
        By position in ``spec.assets``: (n,) share of its flexibility that a dispatch takes, 0-1.
        The draws do not depend on it, so two runs differ by the dispatch alone.
    """
    draw = np.random.default_rng([seed, spec.number, 0])
    base = _base(draw, spec, time, weather)
    return SiteTrace(
        spec, base.load_kw, base.plant_kw, operate_all(spec, base, time, weather, seed, calls)
    )


def operate_all(
    spec: SiteSpec,
    base: Base,
    time: Timeline,
    weather: Weather,
    seed: int,
    calls: Mapping[int, Float] | None = None,
) -> tuple[Flow, ...]:
    """Flows of a site's assets over a load that is given, in the order of ``spec.assets``."""
    asked = calls or {}
    done: dict[int, Flow] = {}
    for asset in ("dr", "heat_pump", "pv", "ev", "battery"):
        for place, one in enumerate(spec.assets):
            if one.asset == asset:
                net = base.load_kw + sum((flow.net_kw for flow in done.values()), np.zeros(1))
                surroundings = _Surroundings(spec, time, weather, base, net)
                rng = np.random.default_rng([seed, spec.number, 1 + place])
                flow = _operate(rng, one, surroundings, asked.get(place))
                done[place] = _while_present(flow, time)
    return tuple(done[place] for place in range(len(spec.assets)))


@dataclass(frozen=True, slots=True)
class _Surroundings:
    spec: SiteSpec
    time: Timeline
    weather: Weather
    base: Base
    net_kw: Float


def _base(rng: np.random.Generator, spec: SiteSpec, time: Timeline, weather: Weather) -> Base:
    if spec.domestic:
        home = household(rng, time, weather, spec.archetype)
        load, plant, away = home.load_kw, np.zeros(time.n), home.away
    else:
        load, plant = _premises(rng, spec, time, weather)
        away = np.zeros(time.n_local_days, dtype=bool)
    for name in spec.confounders:
        load = load + confounding(rng, time, weather, name=name, away=away, peak_kw=spec.peak_kw)
    return Base(load, plant, away)


def _premises(
    rng: np.random.Generator, spec: SiteSpec, time: Timeline, weather: Weather
) -> tuple[Float, Float]:
    if spec.archetype == OWN_CONNECTION:
        return auxiliary_load(rng, time, weather, spec.peak_kw), np.zeros(time.n)
    if spec.archetype not in TRADES:
        known = ", ".join([*TRADES, OWN_CONNECTION])
        raise ValueError(f"no business is called {spec.archetype!r}; use one of {known}")
    place = business(rng, time, weather, spec.archetype, spec.peak_kw)
    return place.load_kw, place.plant_kw


def _operate(
    rng: np.random.Generator, asset: AssetSpec, around: _Surroundings, call: Float | None
) -> Flow:
    time, zero = around.time, np.zeros(around.time.n)
    limit = around.spec.export_limit_kw
    room = None if limit is None else np.maximum(limit + around.net_kw, 0.0)
    if asset.asset == "pv":
        made = generation(rng, time, around.weather, kw=asset.kw, style=asset.style, room_kw=room)
        return Flow(asset, zero, made)
    if asset.asset == "heat_pump":
        drawn = heat_pump(
            rng, time, around.weather, kw=asset.kw, domestic=around.spec.domestic,
            away=around.base.away, hold=call,
        )  # fmt: skip
        return Flow(asset, drawn, zero)
    if asset.asset == "ev":
        car = charging(
            rng, time, kw=asset.kw, style=asset.style, away=around.base.away,
            surplus_kw=np.maximum(-around.net_kw, 0.0), hold=call, room_kw=room,
        )  # fmt: skip
        return Flow(asset, car.import_kw, car.export_kw, car.held_kwh)
    if asset.asset == "dr":
        shed, back = response(
            rng, around.base.plant_kw, kw=asset.kw, calls=zero if call is None else call,
            style=asset.style,
        )  # fmt: skip
        return Flow(asset, back, shed)
    present = (asset.first, time.n if asset.last is None else asset.last)
    run = battery(
        rng, time, around.net_kw, kw=asset.kw, kwh=asset.kwh, style=asset.style,
        present=present, call=call, export_limit_kw=limit,
    )  # fmt: skip
    return Flow(asset, run.charge_kw, run.discharge_kw, run.held_kwh)


def _while_present(flow: Flow, time: Timeline) -> Flow:
    here = np.zeros(time.n)
    here[flow.spec.first : flow.spec.last] = 1.0
    held = None if flow.held_kwh is None else flow.held_kwh * here
    return replace(
        flow,
        import_kw=flow.import_kw * here,
        export_kw=flow.export_kw * here,
        held_kwh=held,
    )
