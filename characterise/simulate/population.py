"""A population of simulated meters as polars frames, in the columns of `characterise.frames`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from characterise.simulate.areas import AREAS
from characterise.simulate.dispatch import draw_signals, enrol
from characterise.simulate.mix import draw_business, draw_home, full_mix
from characterise.simulate.register_frames import (
    asset_meters_frame,
    declared_frame,
    events_frame,
    meters_frame,
    pairings_frame,
    signals_frame,
)
from characterise.simulate.timeline import timeline
from characterise.simulate.truth_frames import (
    asset_reads_frame,
    reads_frame,
    sites_frame,
    submeters_frame,
)
from characterise.simulate.weather import weather_frame
from characterise.simulate.world import World, build_site, stations_for


@dataclass(frozen=True, slots=True)
class Population:
    """Simulated meters with their truth; every frame is polars, times are UTC starts."""

    reads: pl.DataFrame
    """`characterise.frames.READS` and ``quality``; a half-hour that was not read has no row."""
    weather: pl.DataFrame
    meters: pl.DataFrame
    sites: pl.DataFrame
    """Labels, one row a site; nothing that predicts may read them."""
    submeters: pl.DataFrame
    """mpan, asset, ts_utc, import_kwh, export_kwh: the true flows, without meter error."""
    asset_reads: pl.DataFrame
    signals: pl.DataFrame
    events: pl.DataFrame
    declared: pl.DataFrame
    asset_meters: pl.DataFrame
    pairings: pl.DataFrame


def population(
    *,
    homes: int,
    businesses: int,
    first_day: dt.date,
    n_days: int,
    seed: int,
    mix: Mapping[str, float] | None = None,
    areas: Sequence[str] | None = None,
) -> Population:
    """Simulate homes and businesses over UTC days from ``first_day``.

    Parameters
    ----------
    mix
        Chances by name that replace those of `characterise.simulate.mix.DEFAULT_MIX`.
    areas
        GSP Groups to place the sites in; all fourteen when None.

    Notes
    -----
    A site follows from the seed, its number and the span alone: a population of other size, or
    in other areas, has the same homes with the same assets. A number is a home or a business by
    ``homes``.
    """
    chosen = _chosen(areas)
    chances = full_mix(mix)
    time = timeline(first_day, n_days)
    specs, enrolments = [], []
    for number in range(homes + businesses):
        rng = np.random.default_rng([seed, number, 98])
        draw = draw_home if number < homes else draw_business
        place = np.random.default_rng([seed, number, 96]).integers(len(chosen))
        group = chosen[place] if areas is not None else ""
        specs.append(draw(rng, number, time.n, chances, group))
        enrolments.append(enrol(rng, specs[-1], chances["enrolled"]))
    signals = draw_signals(np.random.default_rng([seed, 97]), time, chosen)
    groups = [spec.gsp_group for spec in specs]
    world = World(time, stations_for(groups, time, seed), signals)
    for spec, enrolled in zip(specs, enrolments, strict=True):
        world.sites.append(build_site(world, spec, enrolled, seed))
    return frames_of(world, seed)


def _chosen(areas: Sequence[str] | None) -> list[str]:
    if areas is None:
        return list(AREAS)
    unknown = sorted(set(areas) - set(AREAS))
    if unknown or not areas:
        named = ", ".join(unknown) or "none at all"
        raise ValueError(f"areas names {named}; use GSP Groups, {', '.join(AREAS)}")
    return list(areas)


def frames_of(world: World, seed: int) -> Population:
    """Lay a world out as frames."""
    return Population(
        reads=reads_frame(world),
        weather=weather_frame(world.stations, world.time),
        meters=meters_frame(world),
        sites=sites_frame(world, seed),
        submeters=submeters_frame(world),
        asset_reads=asset_reads_frame(world),
        signals=signals_frame(world),
        events=events_frame(world),
        declared=declared_frame(world),
        asset_meters=asset_meters_frame(world),
        pairings=pairings_frame(world),
    )
