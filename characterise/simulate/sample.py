"""The sample folder: simulated meters as the files that analysts hold, with their truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from characterise.meter_cube import ESTIMATED, MISSING
from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate import layouts, register_files
from characterise.simulate.archive import write_zip
from characterise.simulate.channel import Channel, channels_of
from characterise.simulate.dispatch import draw_signals, enrol
from characterise.simulate.faulty_file import faulty_file
from characterise.simulate.mix import draw_business, draw_home, full_mix
from characterise.simulate.population import Population, frames_of
from characterise.simulate.sample_readme import readme
from characterise.simulate.stories import BUSINESSES, HOMES, Story
from characterise.simulate.timeline import Timeline, timeline
from characterise.simulate.world import Site, World, build_site, stations_for

FIRST_DAY: Final = dt.date(2025, 10, 1)
N_DAYS: Final = 396
"""October 2025 to October 2026: three clock changes."""
AREAS: Final = ("_A", "_C", "_E", "_H", "_J", "_M", "_P")
MIX: Final = {"enrolled": 0.2, "gaps": 0.12, "estimates": 0.1}
_SHORT: Final = 18 * SLOTS_PER_DAY

Layout = Callable[[Sequence[Channel], Timeline], bytes]
LAYOUTS: Final[tuple[tuple[str, Layout, int | None], ...]] = (
    ("workbook/riverside_portal.xlsx", layouts.workbook, 2),
    ("dip/if021_active_power.json", layouts.if021, 2),
    ("long/northern_meters.csv", layouts.long_highlands, 3),
    ("long/harbour_energy_utc.csv", layouts.long_utc, 6),
    ("wide/albion_hh_flags.csv", layouts.wide_with_flags, 30),
    ("wide/crown_supply_utc_end.csv", layouts.wide_by_end, 30),
    ("wide/meridian_settlement.csv", layouts.wide_by_period, None),
)
"""File in the archive, its writer, and how many sites it takes at most."""


def write_sample(folder: Path, *, homes: int, businesses: int, seed: int) -> None:
    """Write a whole sample folder; the same arguments give the same bytes.

    Parameters
    ----------
    homes, businesses
        Sites to simulate. The sites of `characterise.simulate.stories` come first and are always
        there, so fewer than those gives those.
    """
    stories, world = build_world(homes=homes, businesses=businesses, seed=seed)
    held = frames_of(world, seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "truth").mkdir(exist_ok=True)
    members = _boundary_files(stories, world)
    write_zip(folder / "extracts.zip", members)
    asset_members = _asset_files(world)
    write_zip(folder / "asset_extracts.zip", asset_members)
    _write_registers(folder, stories, world, held, seed)
    _write_truth(folder / "truth", stories, world, held)
    text = readme(members, asset_members, homes=homes, businesses=businesses, seed=seed)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


def build_world(*, homes: int, businesses: int, seed: int) -> tuple[list[Story], World]:
    """Cast the stories and enough drawn sites, and simulate them all."""
    time = timeline(FIRST_DAY, N_DAYS)
    stories = cast_sites(homes=homes, businesses=businesses, seed=seed, n=time.n)
    signals = draw_signals(np.random.default_rng([seed, 97]), time, AREAS)
    world = World(time, stations_for(AREAS, time, seed), signals)
    for story in stories:
        site = build_site(world, story.spec, story.enrolments, seed, story.faults)
        world.sites.append(_as_held(site, story))
    return stories, world


def cast_sites(*, homes: int, businesses: int, seed: int, n: int) -> list[Story]:
    """Stories first, then drawn sites; ``n`` is the span in half-hours."""
    mix = full_mix(MIX)
    cast = [*HOMES, *BUSINESSES]
    drawn = [draw_home] * max(0, homes - len(HOMES))
    drawn += [draw_business] * max(0, businesses - len(BUSINESSES))
    for draw in drawn:
        number = len(cast)
        rng = np.random.default_rng([seed, number, 98])
        spec = draw(rng, number, n, mix, str(rng.choice(AREAS)))
        cast.append(Story("", spec, tuple(enrol(rng, spec, mix["enrolled"]))))
    return [
        replace(story, spec=replace(story.spec, number=place)) for place, story in enumerate(cast)
    ]


def _as_held(site: Site, story: Story) -> Site:
    """Boundary data as the story has it: short, estimated on event days, or as metered."""
    quality = site.boundary.quality.copy()
    if story.boundary == "short":
        quality[:-_SHORT] = MISSING
    imported = site.boundary.import_kwh
    if story.boundary == "estimated":
        days = {one.event.signal.first // SLOTS_PER_DAY for one in site.deliveries}
        by_day = imported.reshape(-1, SLOTS_PER_DAY).copy()
        by_day[sorted(days)] = np.round(by_day.mean(axis=0), 3)
        quality.reshape(-1, SLOTS_PER_DAY)[sorted(days)] = ESTIMATED
        imported = by_day.reshape(-1)
    return replace(site, boundary=replace(site.boundary, import_kwh=imported, quality=quality))


def _boundary_files(stories: Sequence[Story], world: World) -> dict[str, bytes]:
    waiting = [
        site for site, story in zip(world.sites, stories, strict=True) if story.boundary != "none"
    ]
    files: dict[str, bytes] = {}
    # Spread the stories over the layouts instead of filling the first with them.
    waiting = [site for start in range(5) for site in waiting[start::5]]
    for name, write, most in LAYOUTS:
        fit = [site for site in waiting if "northern" not in name or site.export_mpan is None]
        taken = fit[:most] if most is None else fit[: min(most, max(1, len(waiting) // 4))]
        waiting = [site for site in waiting if site not in taken]
        channels = [
            channel
            for site in taken
            for channel in channels_of(site.import_mpan, site.export_mpan, site.boundary)
        ]
        if channels:
            files[name] = write(channels, world.time)
    files["faulty/portal_export_with_faults.csv"] = faulty_file()
    return files


def _asset_files(world: World) -> dict[str, bytes]:
    channels = [
        channel
        for site in world.sites
        for meter in site.asset_meters
        for channel in channels_of(meter.import_amsid, meter.export_amsid, meter.metered)
    ]
    return {
        "asset_meters_wide.csv": layouts.wide_by_end(channels[4:], world.time),
        "asset_meters_long.csv": layouts.long_utc(channels[:4], world.time),
    }


def _write_registers(
    folder: Path, stories: Sequence[Story], world: World, held: Population, seed: int
) -> None:
    entries = register_files.registered(world, stories, seed)
    files = {
        "organisations": register_files.organisations(),
        "assets": register_files.assets(entries),
        "asset-meters": register_files.asset_meters(entries),
        "agreements": register_files.agreements(world, stories, seed),
        "pairings": held.pairings.with_columns(valid_from=pl.lit(dt.date(2025, 9, 1))),
        "signals": held.signals,
        "events": held.events.drop("honest", "true_fraction", "conduct"),
        "declared": held.declared,
        "meters": held.meters,
    }
    for name, frame in files.items():
        frame.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    hourly = held.weather.group_by_dynamic("ts_utc", every="1h", group_by="station")
    weather = hourly.agg(pl.col("temp_c").mean().round(1), pl.col("ghi_wm2").mean().round(0))
    weather.select(held.weather.columns).write_parquet(
        folder / "weather.parquet", compression="zstd", statistics=False
    )


def _write_truth(folder: Path, stories: Sequence[Story], world: World, held: Population) -> None:
    held.sites.write_parquet(folder / "sites.parquet", compression="zstd", statistics=False)
    daily = held.submeters.group_by(
        "mpan", "asset", pl.col("ts_utc").dt.date().alias("date_utc"), maintain_order=True
    ).agg(pl.col("import_kwh", "export_kwh").sum().round(2))
    daily.write_parquet(folder / "daily_assets.parquet", compression="zstd", statistics=False)
    columns = ["event_id", "honest", "true_fraction", "conduct"]
    held.events.select(columns).write_csv(folder / "events.csv")
    told = [
        {"mpan": site.import_mpan, "story": story.title, "boundary": story.boundary}
        for site, story in zip(world.sites, stories, strict=True)
        if story.title
    ]
    pl.DataFrame(told).write_csv(folder / "stories.csv")
