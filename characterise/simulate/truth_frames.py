"""Frames of half-hours and labels of a simulated world."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from characterise.frames import ASSET_READS, QUALITIES, READS
from characterise.meter_cube import MISSING
from characterise.simulate.metering import Metered
from characterise.simulate.site import ASSETS, AssetSpec
from characterise.simulate.timeline import Timeline
from characterise.simulate.world import Site, World

Columns = dict[str, Any]
"""Column types by name: polars takes classes and instances mixed."""


def reads_frame(world: World) -> pl.DataFrame:
    """Boundary reads of every site, sorted by meter and time, with quality."""
    parts = [
        _metered(world.time, site.boundary).with_columns(mpan=pl.lit(site.import_mpan))
        for site in sorted(world.sites, key=lambda one: one.import_mpan)
    ]
    columns: Columns = {**READS, "quality": pl.String}
    return _stack(parts, pl.Schema(columns))


def asset_reads_frame(world: World) -> pl.DataFrame:
    """Asset meters' own reads, keyed by import AMSID."""
    parts = [
        _metered(world.time, meter.metered)
        .drop("quality")
        .with_columns(amsid=pl.lit(meter.import_amsid), mpan=pl.lit(site.import_mpan))
        for site in world.sites
        for meter in site.asset_meters
    ]
    return _stack(parts, ASSET_READS).sort("amsid", "ts_utc")


def submeters_frame(world: World) -> pl.DataFrame:
    """True flows by asset label; assets of one label at a site are summed."""
    columns: Columns = {"mpan": pl.String, "asset": pl.String, **_after_mpan(READS)}
    schema = pl.Schema(columns)
    parts = []
    for site in world.sites:
        for asset in ASSETS:
            flows = [flow for flow in site.trace.flows if flow.spec.asset == asset]
            if flows:
                part = pl.DataFrame(
                    {
                        "ts_utc": starts(world.time),
                        "import_kwh": sum(flow.import_kw for flow in flows) / 2,
                        "export_kwh": sum(flow.export_kw for flow in flows) / 2,
                    }
                )
                named = {"mpan": pl.lit(site.import_mpan), "asset": pl.lit(asset)}
                parts.append(part.with_columns(**named))
    return _stack(parts, schema)


def sites_frame(world: World, seed: int) -> pl.DataFrame:
    """Labels, one row a site."""
    return pl.DataFrame(
        [_labels(site, world.time, seed) for site in world.sites], schema=_SITES, orient="row"
    )


_SITES: Columns = {
    "mpan": pl.String,
    "premises": pl.String,
    "archetype": pl.String,
    "group_id": pl.String,
    "gsp_group": pl.String,
    **{f"has_{asset}": pl.Boolean for asset in ASSETS},
    **{f"{asset}_kw": pl.Float64 for asset in ASSETS},
    "battery_kwh": pl.Float64,
    **{f"{asset}_installed": pl.Date for asset in ASSETS},
    **{f"{asset}_removed": pl.Date for asset in ASSETS},
    **{f"{asset}_resized": pl.Date for asset in ASSETS},
    "confounders": pl.List(pl.String),
}


def _labels(site: Site, time: Timeline, seed: int) -> dict[str, object]:
    spec = site.spec
    row: dict[str, object] = {
        "mpan": site.import_mpan,
        "premises": spec.premises,
        "archetype": spec.archetype,
        "group_id": f"sim-{seed}-{spec.number}",
        "gsp_group": spec.gsp_group,
        "confounders": list(spec.confounders),
        "battery_kwh": _total([one for one in spec.assets if one.asset == "battery"], "kwh"),
    }
    for asset in ASSETS:
        held = [one for one in spec.assets if one.asset == asset]
        row[f"has_{asset}"] = bool(held)
        row[f"{asset}_kw"] = _total(held, "kw")
        row |= _dates(asset, held, time)
    return row


def _total(held: list[AssetSpec], size: str) -> float:
    """Size of all that stand at the end of the span, else of the last that stood."""
    standing = [one for one in held if one.last is None] or held[-1:]
    return float(sum(getattr(one, size) for one in standing))


def _dates(asset: str, held: list[AssetSpec], time: Timeline) -> dict[str, dt.date | None]:
    """First arrival, end of the last stay, and the last change of size while it stood."""
    arrived = min((one.first for one in held), default=0)
    gone = [one.last for one in held if one.last is not None]
    left = max(gone) if held and len(gone) == len(held) else None
    inner = {one.first for one in held} | set(gone)
    resized = max((at for at in inner if arrived < at and (left is None or at < left)), default=0)
    return {
        f"{asset}_installed": time.date(arrived) if arrived else None,
        f"{asset}_removed": time.date(left) if left is not None else None,
        f"{asset}_resized": time.date(resized) if resized else None,
    }


def starts(time: Timeline) -> pl.Series:
    """UTC starts of the span as a polars column."""
    return pl.Series("ts_utc", time.starts()).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _metered(time: Timeline, metered: Metered) -> pl.DataFrame:
    read = metered.quality != MISSING
    frame = pl.DataFrame(
        {
            "ts_utc": starts(time),
            "import_kwh": metered.import_kwh.astype(np.float32),
            "export_kwh": metered.export_kwh.astype(np.float32),
            "quality": np.array(QUALITIES)[metered.quality],
        }
    )
    return frame.filter(pl.Series(read))


def _after_mpan(schema: pl.Schema) -> Columns:
    return {name: kind for name, kind in schema.items() if name != "mpan"}


def _stack(parts: Iterable[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    held = list(parts)
    if not held:
        return pl.DataFrame(schema=schema)
    typed = [part.select(pl.col(name).cast(kind) for name, kind in schema.items()) for part in held]
    return pl.concat(typed)
