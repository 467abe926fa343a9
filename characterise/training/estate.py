"""Fits the population of `simulate.estate` to half of the real Cambridge buildings.

Run ``python -m characterise.training.estate`` to write ``characterise/simulate/estate.json``.

Notes
-----
Traits read off a real year are biased: a slow process looks quicker in one year than it is. So the
traits of each building are moved until the buildings simulated from them read the same (indirect
inference: Gourieroux, Monfort and Renault, 1993). What is kept are quantiles of each trait over the
buildings, the correlations of their normal scores, shrunk, and the mean and main shapes of the
day: figures of the whole population, none of one building.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from scipy.special import ndtri

from characterise.simulate.areas import AREAS
from characterise.simulate.building_load import building_load
from characterise.simulate.estate import HOURS, NAMES, RECURRING, SCORES, SPREADS, UNITS, Traits
from characterise.simulate.timeline import Float, Timeline, timeline
from characterise.simulate.weather import Weather, weather_of
from characterise.training.buildings import Described, describe

DATASET: Final = "cambridge_estates_v2_1"
_ROUNDS: Final = 10
_RUNS: Final = 3
_LEVELS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
_FARTHEST: Final = 2.5
"""Most by which a trait may differ from what is read, as a factor."""
_SHRINK: Final = 0.92
_SHRINK_SCALED: Final = 0.97
_LOGARITHMIC: Final = (*SPREADS, "night_days", "day_days")
_LIMITS: Final = {
    "night_days": (0.5, 300.0),
    "day_days": (0.5, 300.0),
    "night_slow": (0.02, 1.0),
    "day_slow": (0.02, 1.0),
    "noise_slow": (0.02, 1.0),
    "noise_hours": (0.15, 24.0),
    "noise_rise": (0.0, 0.45),
    "noise_fall": (0.0, 0.45),
    "saturday_lean": (-1.0, 1.0),
    "slow_together": (-0.95, 0.95),
    "brief_together": (-0.95, 0.95),
    "noise_weekly": (0.0, 0.95),
    "day_weekly": (0.0, 0.95),
}
_FIXED: Final = ("log_open_kw", "saturday_lean", "shifts", "shift_size")


@dataclass(frozen=True, slots=True)
class Building:
    """One real building over its first year: kW by half-hour, and the day's temperatures."""

    name: str
    time: Timeline
    kw: Float
    daily_c: Float


def in_fit(group: str) -> bool:
    """Whether a building is of the half that the population is fitted to."""
    return hashlib.sha256(group.encode()).digest()[0] % 2 == 0


def real_buildings(folder: Path, fitted: bool | None = None) -> list[Building]:
    """Real buildings with their first year; only those of the fitted half, or of the other.

    Parameters
    ----------
    folder
        That holds ``meters``.
    """
    meters = folder / "meters"
    sites = pl.read_parquet(meters / "sites.parquet").filter(pl.col("dataset") == DATASET)
    weather = pl.read_parquet(meters / "weather.parquet")
    daily = weather.group_by("station", pl.col("ts_utc").dt.date()).agg(pl.col("temp_c").mean())
    out = []
    for site in sites.sort("group_id").to_dicts():
        if fitted is not None and in_fit(site["group_id"]) != fitted:
            continue
        own = pl.scan_parquet(meters / "reads.parquet").filter(pl.col("mpan") == site["mpan"])
        station = daily.filter(pl.col("station") == site["weather_station"])
        out.append(_building(site["group_id"], own.collect(), station))
    return out


def _building(name: str, reads: pl.DataFrame, daily: pl.DataFrame) -> Building:
    stamp = reads["ts_utc"].dt.replace_time_zone(None).to_numpy().astype("datetime64[m]")
    first = stamp.min().astype("datetime64[D]")
    place = ((stamp - first) // np.timedelta64(30, "m")).astype(np.int64)
    days = min(366, int(place.max()) // 48 + 1)
    kw = np.full(days * 48, np.nan)
    inside = place < len(kw)
    kw[place[inside]] = 2 * reads["import_kwh"].to_numpy()[inside]
    day: dt.date = first.astype(object)
    time = timeline(day, days)
    known = dict(daily.select("ts_utc", "temp_c").iter_rows())
    temp = [known.get(day + dt.timedelta(days=int(i)), np.nan) for i in range(days + 1)]
    filled = pl.Series(temp, dtype=pl.Float64).fill_nan(None).interpolate()
    return Building(name, time, kw, filled.forward_fill().backward_fill().to_numpy())


def settle(
    building: Building, station: Weather, seed: int, *, recurring: bool = False
) -> tuple[Described, Traits]:
    """Traits from which simulated buildings read like this one, and how this one reads.

    Parameters
    ----------
    recurring
        Whether the traits of `simulate.estate.RECURRING` are among them, and the shape of the
        day, which is else taken as read.
    """
    seen = describe(building.kw, building.time, building.daily_c)
    value = {name: 0.0 if np.isnan(one) else one for name, one in seen.value.items()}
    if not recurring:
        value |= dict.fromkeys(RECURRING, 0.0)
    value |= {"noise_hours": 1.5, "noise_slow": 0.8}
    shape = np.split(seen.shape, 2)
    for turn in range(_ROUNDS):
        traits = Traits(shape[0], shape[1], _limited(value), seamless=recurring)
        reads = []
        for run in range(_RUNS):
            rng = np.random.default_rng([seed, turn, run])
            made = building_load(rng, building.time, station, traits) * seen.mean_kw
            hourly = np.round(made.reshape(-1, 2).mean(axis=1), 1).repeat(2)
            hourly[np.isnan(building.kw)] = np.nan
            reads.append(describe(hourly, building.time, station.daily_c))
        value = _nearer(traits.value, seen.value, [one.value for one in reads])
        if recurring:
            shape = _nearer_shape(shape, seen, reads)
            value["log_open_kw"] = float(np.log(seen.mean_kw * shape[0][10:16].mean()))
        else:
            value |= dict.fromkeys(RECURRING, 0.0)
    return seen, Traits(shape[0], shape[1], _limited(value), seamless=recurring)


def _nearer_shape(
    shape: Sequence[Float], seen: Described, reads: Sequence[Described]
) -> list[Float]:
    miss = seen.shape - np.mean([one.shape for one in reads], axis=0)
    moved = np.maximum(np.concatenate(shape) + 0.7 * miss, 0.02)
    week = (5 * moved[:HOURS].mean() + 2 * moved[HOURS:].mean()) / 7
    return np.split(moved / week, 2)


def _nearer(
    value: dict[str, float], seen: dict[str, float], reads: Sequence[dict[str, float]]
) -> dict[str, float]:
    new = dict(value)
    for name, want in seen.items():
        got = float(np.mean([one[name] for one in reads]))
        if name in _FIXED or np.isnan(want) or np.isnan(got):
            continue
        if name in ("noise_hours", "noise_slow"):
            gain = 1.5 if name == "noise_hours" else 0.6
            new[name] = value[name] * float(np.exp(gain * np.clip(want - got, -0.5, 0.5)))
        elif name in _LOGARITHMIC:
            change = np.clip(np.log(max(want, 1e-4) / max(got, 1e-4)), -0.7, 0.7)
            moved = value[name] * float(np.exp(0.6 * change))
            new[name] = float(np.clip(moved, want / _FARTHEST, want * _FARTHEST))
        else:
            room = (0.5 if name.endswith(("together", "slow", "weekly")) else 0.05) + 0.8 * abs(
                want
            )
            new[name] = float(np.clip(value[name] + 0.8 * (want - got), want - room, want + room))
    return new


def _limited(value: dict[str, float]) -> dict[str, float]:
    return {
        name: float(np.clip(one, *_LIMITS[name])) if name in _LIMITS else one
        for name, one in value.items()
    }


def summary(
    traits: Sequence[Traits], seen: Sequence[Described], *, scaled: bool = False
) -> dict[str, object]:
    """Quantiles, correlations and shapes of a population of buildings; see `estate.Population`."""
    names = (*NAMES, *RECURRING) if scaled else NAMES
    shapes = np.array([np.r_[one.work, one.rest] for one in traits])
    spread = shapes.std(axis=1)
    if scaled:
        shapes = (shapes - 1) / spread[:, None]
    mean = np.median(shapes, axis=0)
    # A flat building's pattern is mostly noise: it says less of the axes.
    weight = np.minimum(spread / np.median(spread), 1.0) if scaled else np.ones(len(shapes))
    if scaled:
        mean = np.average(shapes, axis=0, weights=weight)
    _, _, axes = np.linalg.svd((shapes - mean) * weight[:, None], full_matrices=False)
    scores = (shapes - mean) @ axes[:SCORES].T
    columns, slopes = _columns(traits, names, np.log(spread) if scaled else None)
    for name in ("night_lockdown", "busy_lockdown", "shift_size"):
        columns[name] = np.where([np.isnan(one.value[name]) for one in seen], np.nan, columns[name])
    size = np.linalg.norm(scores, axis=1)
    columns |= {"profile_size": np.log(spread if scaled else size)}
    unit = np.ones_like(size) if scaled else size
    columns |= {f"profile_{place}": scores[:, place] / unit for place in range(SCORES)}
    table = np.column_stack([columns[name] for name in names])
    normal = np.column_stack([_normal_scores(column) for column in table.T])
    correlation = (
        (_SHRINK_SCALED if scaled else _SHRINK)
        * (normal.T @ normal)
        / np.sqrt(np.outer((normal**2).sum(axis=0), (normal**2).sum(axis=0)))
    )
    quantiles = np.nanquantile(table, _LEVELS, axis=0, method="hazen").T
    return {
        "source": "Cambridge University Estates building energy usage archive v2.1",
        "doi": "10.5281/zenodo.10955332",
        "licence": "MIT",
        "made_by": "python -m characterise.training.estate",
        "buildings": len(traits),
        **({"scaled": True} if scaled else {}),
        "levels": list(_LEVELS),
        "quantiles": {
            name: np.round(row, 4).tolist() for name, row in zip(names, quantiles, strict=True)
        },
        "correlations": np.round(correlation[np.tril_indices(len(names), -1)], 3).tolist(),
        "slopes": {name: np.round(slope, 3).tolist() for name, slope in slopes.items()},
        "profile_mean": np.round(mean, 4).tolist(),
        "profile_shapes": np.round(axes[:SCORES], 4).tolist(),
    }


def _columns(
    traits: Sequence[Traits], names: Sequence[str], profile_size: Float | None
) -> tuple[dict[str, Float], dict[str, Float]]:
    """Traits as the population holds them, over the buildings, and the slopes of the spreads."""
    columns = {
        name: np.array([one.value[name] / one.units[UNITS[name]] for one in traits])
        if name in UNITS
        else np.array([one.value[name] for one in traits])
        for name in names
        if not name.startswith("profile")
    }
    night = np.log([one.night_level for one in traits])
    known = np.column_stack([night, columns["log_open_kw"], columns["noise_rise"]])
    if profile_size is not None:
        known = np.column_stack([known, profile_size])
    slopes = {}
    for name in SPREADS:
        seen = np.log(np.maximum(columns[name], 1e-3))
        design = np.column_stack([known, np.ones(len(seen))])
        slopes[name] = np.linalg.lstsq(design, seen, rcond=None)[0][:-1]
        columns[name] = seen - known @ slopes[name]
    return columns, slopes


def _normal_scores(column: Float) -> Float:
    """Normal scores by rank; 0 where unknown."""
    out = np.zeros(len(column))
    known = np.flatnonzero(np.isfinite(column))
    rank = np.argsort(np.argsort(column[known], kind="stable"), kind="stable")
    out[known] = ndtri((rank + 0.5) / len(known))
    return out


def without_copies(held: Sequence[Building]) -> list[Building]:
    """Leave out a building whose readings are those of another before it."""
    out: list[Building] = []
    for one in held:
        if not any(np.array_equal(one.kw, other.kw, equal_nan=True) for other in out):
            out.append(one)
    return out


def main() -> None:
    """Fit and write ``estate.json`` and ``campus.json``, or the one named on the command line."""
    folder = Path(os.environ.get("FMAR_DATA", "../shared/data"))
    held = without_copies(real_buildings(folder, fitted=True))
    stations = [weather_of(AREAS["_A"], one.time, 11) for one in held]
    for name in sys.argv[1:] or ("estate", "campus"):
        scaled = name == "campus"
        pairs = [
            settle(one, station, 100 + number, recurring=scaled)
            for number, (one, station) in enumerate(zip(held, stations, strict=True))
        ]
        held_as = summary([t for _, t in pairs], [s for s, _ in pairs], scaled=scaled)
        target = Path(__file__).parents[1] / "simulate" / f"{name}.json"
        target.write_text(json.dumps(held_as, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
