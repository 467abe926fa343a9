"""Simulated assets laid over real boundaries: every background with an asset and without it.

A family of real sites has one label more often than not, so a learner can pass by knowing the
family. Here the same home or building stands on both sides of every class, and only the asset
tells them apart. Overlays train; real labels judge.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES, FLEXIBLE_DEMAND
from characterise.frames import SIGNALS
from characterise.meter_cube import MeterCube
from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.business_mix import business_assets
from characterise.simulate.metering import turned
from characterise.simulate.mix import draw_home, full_mix
from characterise.simulate.site import AssetSpec, Base, Flow, SiteSpec, SiteTrace, operate_all
from characterise.simulate.timeline import Float, Timeline, timeline
from characterise.simulate.weather import Weather
from characterise.training.corpus import LABEL, Batch
from characterise.training.overlay_calls import draw_calls
from characterise.training.overlay_weather import weather_at

VARIANTS: Final = 3
"""How often each real boundary is drawn upon."""
LEAST_DAYS: Final = 60
CHANCES: Final = full_mix(
    {"ev": 0.45, "heat_pump": 0.3, "battery": 0.4, "pv": 0.4, "dr": 0.5, "change": 0.1}
)
_ASSET: Final = dict(zip(ASSET_CLASSES, ("ev", "heat_pump", "battery", "pv", "dr"), strict=True))
_TRADES: Final = ("office", "shop", "school", "factory")
"""Whose assets a real business is given."""


def overlaid(batches: Iterable[Batch], seed: int, variants: int = VARIANTS) -> Iterator[Batch]:
    """Batches of open real boundaries with simulated assets laid over them.

    Parameters
    ----------
    batches
        `characterise.training.corpus.real_batches`.

    Notes
    -----
    A class that a site is known to have is never laid over it. What is not drawn and not known
    counts as absent: of London homes of 2013 and university buildings few have it.
    """
    for batch in batches:
        days = np.isfinite(batch.cube.import_kw).sum(axis=(1, 2)) / SLOTS_PER_DAY
        able = (batch.sites["licence_class"] == "open").to_numpy() & (days >= LEAST_DAYS)
        rows = np.flatnonzero(able)
        if rows.size:
            yield from (_variant(batch, rows, seed, number) for number in range(variants))


def _variant(batch: Batch, rows: npt.NDArray[np.intp], seed: int, number: int) -> Batch:
    cube = batch.cube
    time = timeline(cube.first_day, cube.n_days)
    skies: dict[tuple[int, float, float], Weather] = {}
    made = []
    for row in rows.tolist():
        site = batch.sites.row(row, named=True)
        key = (int(cube.station[row]), *_place(site))
        if key not in skies:
            skies[key] = weather_at(cube, key, time, seed)
        made.append(_lay(cube, row, site, time, skies[key], [seed, number]))
    names = [f"{cube.mpan[row]}+{number + 1}" for row in rows]
    return Batch(
        cube=_cube_of(cube, rows, names, made),
        sites=_labels(batch.sites[rows], names, made),
        signals=pl.concat([pl.DataFrame(schema=SIGNALS), *_signals(names, made, time)]),
        submeters=_submeters(names, made, time),
    )


class _Made:
    """One real boundary with assets laid over it."""

    def __init__(self, trace: SiteTrace, known: npt.NDArray[np.bool_], calls: Float | None) -> None:
        self.trace, self.known, self.calls = trace, known, calls

    def registers(self) -> tuple[Float, Float]:
        imported, exported = (np.where(self.known, 2 * kwh, np.nan) for kwh in turned(self.trace))
        if not self.trace.spec.export_register:
            exported = np.where(self.known, 0.0, np.nan)
        return imported, exported


def _place(site: dict[str, object]) -> tuple[float, float]:
    """Latitude and longitude, London's where they are not known."""
    found = [site.get(name) for name in ("latitude", "longitude")]
    return (51.5, -0.1) if None in found else (float(found[0]), float(found[1]))  # type: ignore[arg-type]


def _lay(
    cube: MeterCube,
    row: int,
    site: dict[str, object],
    time: Timeline,
    weather: Weather,
    seed: list[int],
) -> _Made:
    net = cube.net_kw[row].reshape(-1).astype(np.float64)
    known = np.isfinite(net)
    rng = np.random.default_rng([*seed, zlib.crc32(cube.mpan[row].encode())])
    domestic = site["premises"] == "domestic"
    drawn = _draw(rng, net[known], time, domestic=domestic)
    new = tuple(one for one in drawn.assets if site.get(f"has_{one.asset}") is not True)
    kept = tuple(_of_use(one, new) for one in new)
    exports = bool((cube.export_kw[row][np.isfinite(cube.export_kw[row])] > 0).any())
    register = exports or (drawn.export_register and any(one.gives for one in kept))
    spec = replace(drawn, assets=kept, export_register=register)
    load = _filled(net)
    away = np.zeros(time.n_local_days, dtype=bool)
    share = rng.uniform(0.25, 0.7)
    base = Base(load, np.maximum(share * load, 0.0), away)
    calls = None if domestic else draw_calls(rng, time, known, 40)
    answered = {"dr": calls, "battery": draw_calls(rng, time, known, 150)}
    asked = {
        place: told
        for place, one in enumerate(kept)
        if (told := answered.get(one.asset)) is not None
    }
    flows = operate_all(spec, base, time, weather, int(rng.integers(2**31)), asked)
    if site.get("source_minutes") == 60:
        flows = tuple(_hourly(flow) for flow in flows)
    told = answered["battery"]
    if calls is not None and told is not None and _waits(kept):
        # Who waits for calls is known by them.
        calls = np.maximum(calls, told)
    return _Made(SiteTrace(spec, load, base.plant_kw, flows), known, calls)


def _of_use(one: AssetSpec, assets: tuple[AssetSpec, ...]) -> AssetSpec:
    """As it would be installed: no battery waits for a surplus that there is not."""
    surplus = any(other.asset == "pv" for other in assets)
    idle = one.asset == "battery" and one.style == "self_consumption" and not surplus
    return replace(one, style="arbitrage") if idle else one


def _draw(rng: np.random.Generator, net: Float, time: Timeline, *, domestic: bool) -> SiteSpec:
    """What a home, or a business of this load, might have."""
    if domestic:
        return draw_home(rng, int(rng.integers(2**31)), time.n, CHANCES)
    scale = max(float(np.percentile(net, 95)), 5.0)
    trade = str(rng.choice(_TRADES))
    assets = tuple(business_assets(rng, time.n, CHANCES, trade, scale))
    return SiteSpec(
        number=int(rng.integers(2**31)),
        gsp_group="_C",
        premises="non_domestic",
        archetype=trade,
        assets=assets,
        peak_kw=scale,
        export_register=rng.random() < 0.7,
    )


def _filled(net: Float) -> Float:
    """(n,) with each unknown half-hour at the median of its slot."""
    table = net.reshape(-1, SLOTS_PER_DAY)
    usual = [np.median(one[np.isfinite(one)]) if np.isfinite(one).any() else 0.0 for one in table.T]
    return np.where(np.isfinite(net), net, np.tile(usual, len(table)))


def _hourly(flow: Flow) -> Flow:
    """A source that was hourly shows both halves of an hour alike."""

    def even(values: Float) -> Float:
        return np.repeat(values.reshape(-1, 2).mean(axis=1), 2)

    return replace(flow, import_kw=even(flow.import_kw), export_kw=even(flow.export_kw))


def _cube_of(
    cube: MeterCube, rows: npt.NDArray[np.intp], names: list[str], made: list[_Made]
) -> MeterCube:
    shape = (len(rows), cube.n_days, SLOTS_PER_DAY)
    pairs = [one.registers() for one in made]
    register = np.array([one.trace.spec.export_register for one in made])
    return replace(
        cube,
        mpan=tuple(names),
        import_kw=np.stack([pair[0] for pair in pairs]).reshape(shape).astype(np.float32),
        export_kw=np.stack([pair[1] for pair in pairs]).reshape(shape).astype(np.float32),
        quality=cube.quality[rows],
        station=cube.station[rows],
        clock=cube.clock[rows],
        has_export=np.where(register, 1, cube.has_export[rows]).astype(np.int8),
        meters=cube.meters[rows].with_columns(pl.Series("mpan", names)),
    )


def _waits(assets: tuple[AssetSpec, ...]) -> bool:
    """Whether a battery waits for calls."""
    return any(one.asset == "battery" and one.style == "dispatched" for one in assets)


def _labels(sites: pl.DataFrame, names: list[str], made: list[_Made]) -> pl.DataFrame:
    columns = [pl.Series("mpan", names)]
    for name in ASSET_CLASSES:
        laid = [any(one.asset == _ASSET[name] for one in part.trace.spec.assets) for part in made]
        before = sites[LABEL[name]].fill_null(False)
        has = before | pl.Series(laid)
        if name == FLEXIBLE_DEMAND:
            # Where a battery answers the calls, nobody can say that the load would not.
            waits = pl.Series([_waits(part.trace.spec.assets) for part in made])
            has = pl.select(pl.when(has | ~waits).then(has)).to_series()
        columns.append(has.alias(LABEL[name]))
    return sites.with_columns(columns)


def _signals(names: list[str], made: list[_Made], time: Timeline) -> Iterator[pl.DataFrame]:
    starts = time.starts()
    for name, one in zip(names, made, strict=True):
        if one.calls is None:
            continue
        edge = np.flatnonzero(np.diff(np.concatenate([[0], one.calls > 0, [0]]).astype(np.int8)))
        first, last = starts[edge[::2]], starts[edge[1::2] - 1] + np.timedelta64(30, "m")
        yield pl.DataFrame(
            {
                "signal_id": [f"{name}-{place}" for place in range(len(first))],
                "kind": "laid",
                "area": None,
                "mpan": name,
                "start_utc": pl.Series(first).dt.replace_time_zone("UTC"),
                "end_utc": pl.Series(last).dt.replace_time_zone("UTC"),
            },
            schema=SIGNALS,
        )


def _submeters(names: list[str], made: list[_Made], time: Timeline) -> pl.DataFrame:
    when = pl.Series("ts_utc", time.starts()).dt.replace_time_zone("UTC")
    parts = []
    for name, one in zip(names, made, strict=True):
        for asset in sorted({flow.spec.asset for flow in one.trace.flows}):
            mine = [flow for flow in one.trace.flows if flow.spec.asset == asset]
            drawn = sum((flow.import_kw for flow in mine), np.zeros(1)) / 2
            given = sum((flow.export_kw for flow in mine), np.zeros(1)) / 2
            frame = pl.DataFrame({"ts_utc": when, "import_kwh": drawn, "export_kwh": given}).filter(
                pl.Series(one.known)
            )
            parts.append(
                frame.select(pl.lit(name).alias("mpan"), pl.lit(asset).alias("asset"), pl.all())
            )
    return pl.concat(parts) if parts else pl.DataFrame()
