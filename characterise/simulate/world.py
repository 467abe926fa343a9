"""All sites of a population as they truly are, with their meters and their dispatches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from characterise.simulate.areas import AREAS
from characterise.simulate.dispatch import (
    Enrolment,
    Event,
    Signal,
    calls_of,
    declared_kwh,
    draw_events,
)
from characterise.simulate.identifiers import ASSET_METER_PREFIX, fictional
from characterise.simulate.metering import Metered, asset_meter, boundary
from characterise.simulate.site import SiteSpec, SiteTrace, simulate_site
from characterise.simulate.timeline import Float, Timeline, timeline
from characterise.simulate.weather import Weather, weather_of


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event with its declared and its true kWh, by half-hour of the window."""

    event: Event
    declared: Float
    true: Float


@dataclass(frozen=True, slots=True)
class AssetMeter:
    """An asset meter behind a boundary, by position of the asset in ``SiteSpec.assets``."""

    place: int
    import_amsid: str
    export_amsid: str | None
    metered: Metered


@dataclass(frozen=True, slots=True)
class Site:
    """One site complete: truth, boundary meter, asset meters, deliveries."""

    trace: SiteTrace
    import_mpan: str
    export_mpan: str | None
    boundary: Metered
    asset_meters: tuple[AssetMeter, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def spec(self) -> SiteSpec:
        """What was drawn."""
        return self.trace.spec


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an asset meter: a wrong ratio, a late clock."""

    gain: float = 1.0
    lag: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """The span, the weather of each area used, and the sites."""

    time: Timeline
    stations: dict[str, Weather]
    signals: list[Signal]
    sites: list[Site] = field(default_factory=list)


def stations_for(groups: Sequence[str], time: Timeline, seed: int) -> dict[str, Weather]:
    """Weather of every GSP Group named."""
    return {group: weather_of(AREAS[group], time, seed) for group in sorted(set(groups))}


def build_site(
    world: World,
    spec: SiteSpec,
    enrolments: Sequence[Enrolment],
    seed: int,
    faults: Mapping[int, Fault] | None = None,
) -> Site:
    """Simulate one site under its dispatches and read all its meters."""
    area, weather = AREAS[spec.gsp_group], world.stations[spec.gsp_group]
    time = timeline(world.time.first_day, world.time.n_days, area.subdivision)
    rng = np.random.default_rng([seed, spec.number, 99])
    events = draw_events(rng, spec, enrolments, world.signals)
    actual_calls, full_calls = calls_of(spec, time, world.signals, events)
    trace = simulate_site(spec, time, weather, seed, actual_calls)
    deliveries: tuple[Delivery, ...] = ()
    if events:
        without = simulate_site(spec, time, weather, seed)
        full = simulate_site(spec, time, weather, seed, full_calls)
        deliveries = _deliveries(rng, events, without, full, trace)
    return Site(
        trace=trace,
        import_mpan=fictional(area.distributor, 10 * spec.number),
        export_mpan=fictional(area.distributor, 10 * spec.number + 1)
        if spec.export_register
        else None,
        boundary=boundary(rng, trace),
        asset_meters=_asset_meters(rng, trace, enrolments, faults or {}),
        deliveries=deliveries,
    )


def _deliveries(
    rng: np.random.Generator,
    events: Sequence[Event],
    without: SiteTrace,
    full: SiteTrace,
    trace: SiteTrace,
) -> tuple[Delivery, ...]:
    out = []
    for event in events:
        place = event.enrolment.place
        told, true = declared_kwh(
            rng, event, without.flows[place], full.flows[place], trace.flows[place]
        )
        # An asset that had nothing to give is not declared.
        if told.sum() > 0.05:
            out.append(Delivery(event, told, true))
    return tuple(out)


def _asset_meters(
    rng: np.random.Generator,
    trace: SiteTrace,
    enrolments: Sequence[Enrolment],
    faults: Mapping[int, Fault],
) -> tuple[AssetMeter, ...]:
    out = []
    for one in enrolments:
        if one.whole_site:
            continue
        fault = faults.get(one.place, Fault())
        number = 100 * trace.spec.number + 2 * one.place
        flow = trace.flows[one.place]
        gives = flow.spec.asset != "pv" and flow.spec.gives
        out.append(
            AssetMeter(
                place=one.place,
                import_amsid=fictional(ASSET_METER_PREFIX, number),
                export_amsid=fictional(ASSET_METER_PREFIX, number + 1) if gives else None,
                metered=asset_meter(rng, flow, trace.plant_kw, gain=fault.gain, lag=fault.lag),
            )
        )
    return tuple(out)
