"""The population of homes: real half-hours -> `simulate/data/households.json`.

``python -m characterise.training.household_population`` reads the homes of `FMAR_DATA` and writes
the file again, byte for byte.

Notes
-----
Of the homes only moments across all of them are kept: means, principal directions, quantiles,
correlation. Half of the homes are left out, by a hash of their ``group_id``, so that likeness can
be measured on homes that nothing was fitted to. Homes whose winter takes twice their summer are
left out too, since electric heating is laid on separately. There are few German homes, so they
take directions and correlation from both styles and the shape of each spread from the British,
and only median and most of the variance from themselves. For these two, days on which something
was left on are left out as well: one of nine homes took 3.2 kW more for over three weeks, which
would have moved the middle and the spread of all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import ndtri
from scipy.stats import rankdata

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.character import QUANTILES
from characterise.simulate.timeline import Bool, Float, timeline
from characterise.training.corpus import data_folder
from characterise.training.household_fit import describe

DATASETS: Final = {"british": ("lcl", 2013, 0), "german": ("wpuq_household_meter", 2019, 2)}
"""Style: data set, year, half-hours by which its wall clock runs ahead of London's."""
SCORES: Final = {
    "level": 1, "work": 8, "free": 3, "season": 4, "turn": 2,
    "spread": 4, "haste": 2, "duration": 9, "shares": 10, "runs": 1, "cycle": 1,
}  # fmt: skip
"""Directions kept of each block."""
_LEAST_DAYS: Final = 120
_HEATED: Final = 2.0
_LEFT_ON: Final = 4.0
"""Times the median day's energy from which something was left on."""
_OWN: Final = 0.7
"""Weight of the German homes' own variance against the British."""
_SHRINK: Final = 0.1
"""Weight of the identity against the correlation of a few dozen homes."""


def fitted(group: str) -> bool:
    """Whether a home is of the half that the population was fitted to."""
    return hashlib.sha256(group.encode()).digest()[0] % 2 == 1


def homes(folder: Path, style: str) -> tuple[dict[str, Float], Bool]:
    """Load of the real homes of a style on their wall clock.

    Returns
    -------
    By group (days, 48) kW, NaN where nothing was read; and (days,) the free days.
    """
    dataset, year, ahead = DATASETS[style]
    time = timeline(dt.date(year, 1, 1), 365)
    sites = pl.read_parquet(folder / "meters" / "sites.parquet")
    group = dict(sites.filter(pl.col("dataset") == dataset).select("mpan", "group_id").iter_rows())
    reads = pl.scan_parquet(folder / "meters" / "reads.parquet")
    own = reads.filter(pl.col("mpan").is_in(list(group))).collect().sort("mpan", "ts_utc")
    found = {}
    for (name,), rows in own.group_by("mpan", maintain_order=True):
        stamp = rows["ts_utc"].dt.replace_time_zone(None).to_numpy().astype("datetime64[m]")
        since = stamp - np.datetime64(time.first_day, "m")
        place = (since // np.timedelta64(30, "m")).astype(np.int64) + ahead
        inside = (place >= 0) & (place < time.n)
        kw = np.full(time.n, np.nan)
        kw[place[inside]] = 2 * rows["import_kwh"].cast(pl.Float64).to_numpy()[inside]
        table = np.full((time.n_local_days, SLOTS_PER_DAY), np.nan)
        table[time.day, time.slot] = kw
        if np.isfinite(table).sum() >= _LEAST_DAYS * SLOTS_PER_DAY:
            found[group[str(name)]] = table
    return found, ~time.working


def heated(table: Float) -> bool:
    """Whether a home takes twice as much in winter as in summer."""
    month = (np.arange(len(table)) / 30.44).astype(np.int64) % 12
    winter, summer = np.isin(month, (11, 0, 1)), np.isin(month, (5, 6, 7))
    return bool(np.nanmean(table[winter]) > _HEATED * np.nanmean(table[summer]))


def without_left_on(table: Float) -> Float:
    """Load without the days that took several times the energy of a median day."""
    energy = np.nansum(table, axis=1)
    found = table.copy()
    found[energy > _LEFT_ON * np.median(energy[energy > 0])] = np.nan
    return found


def fit(
    described: dict[str, list[dict[str, Float]]], usual: list[dict[str, Float]] | None = None
) -> dict[str, Any]:
    """Population of homes of each style, ready for JSON.

    Parameters
    ----------
    described
        By style, the blocks of each home.
    usual
        Blocks of the German homes without days on which something was left on: for their middle
        and spread, not for directions and correlation. Those of ``described`` by default.
    """
    centre = {style: _centre(rows) for style, rows in described.items()}
    away = [
        {name: row[name] - centre[style][name] for name in SCORES}
        for style, rows in described.items()
        for row in rows
    ]
    basis = {
        name: _directions(np.array([row[name] for row in away]), kept)
        for name, kept in SCORES.items()
    }
    scores = np.array([_scores(row, basis) for row in away])
    style_of = np.repeat(list(described), [len(rows) for rows in described.values()])
    normal = np.vstack([_normal(scores[style_of == style]) for style in described])
    normal /= np.maximum(normal.std(axis=0), 1e-9)
    correlation = (1 - _SHRINK) * normal.T @ normal / len(normal)
    correlation += np.diag(1 - np.diag(correlation))
    british = scores[style_of == "british"]
    own_rows = usual or described["german"]
    middle = {name: np.nanmedian([row[name] for row in own_rows], axis=0) for name in SCORES}
    german = np.array(
        [_scores({name: row[name] - middle[name] for name in SCORES}, basis) for row in own_rows]
    )
    shape = np.quantile(british, QUANTILES, axis=0).T
    own = _OWN * german.var(axis=0, ddof=1) / np.maximum(british.var(axis=0, ddof=1), 1e-9)
    width = np.sqrt(own + 1 - _OWN)
    median = np.quantile(british, 0.5, axis=0)[:, None]
    return {
        "homes": {style: len(rows) for style, rows in described.items()},
        "basis": {name: _plain(rows) for name, rows in basis.items()},
        "correlation": _plain(correlation),
        "styles": {
            "british": {"centre": _plainly(centre["british"]), "quantiles": _plain(shape)},
            "german": {
                "centre": _plainly(middle),
                "quantiles": _plain((shape - median) * width[:, None]),
            },
        },
    }


def _centre(rows: list[dict[str, Float]]) -> dict[str, Float]:
    return {name: np.nanmean([row[name] for row in rows], axis=0) for name in SCORES}


def _directions(values: Float, kept: int) -> Float:
    """(kept, length) unit directions in which homes differ most."""
    if values.shape[1] <= kept:
        return np.eye(values.shape[1])
    found: Float = np.linalg.svd(np.nan_to_num(values), full_matrices=False)[2][:kept]
    return found


def _scores(row: dict[str, Float], basis: dict[str, Float]) -> Float:
    return np.concatenate([basis[name] @ np.nan_to_num(row[name]) for name in SCORES])


def _normal(scores: Float) -> Float:
    """Normal scores down each column."""
    rank = np.apply_along_axis(rankdata, 0, scores)
    found: Float = ndtri((rank - 0.5) / len(scores))
    return found


def _plain(rows: Float) -> list[list[float]]:
    return [[round(float(value), 4) for value in row] for row in rows]


def _plainly(blocks: dict[str, Float]) -> dict[str, list[float]]:
    return {name: _plain(values[None])[0] for name, values in blocks.items()}


def main(arguments: list[str]) -> int:
    """Exit status 0, or 2 with one sentence where the arguments make no sense."""
    if len(arguments) > 1:
        sys.stderr.write("usage: python -m characterise.training.household_population [FILE]\n")
        return 2
    described = {}
    for style in DATASETS:
        found, free = homes(data_folder(), style)
        kept = [
            table for group, table in sorted(found.items()) if fitted(group) and not heated(table)
        ]
        described[style] = [describe(table, free) for table in kept]
        if style == "german":
            usual = [describe(without_left_on(table), free) for table in kept]
    held = {
        "source": "Low Carbon London smart meter trial 2013 (UK Power Networks, London Datastore); "
        "WPuQ household meters 2019 (Schlemminger et al. 2022, Zenodo 5642902)",
        "licence": "CC BY 4.0 both; moments across homes only",
        **fit(described, usual),
    }
    place = Path(arguments[0]) if arguments else Path("characterise/simulate/data/households.json")
    place.write_text(json.dumps(held, separators=(",", ":")) + "\n", "utf-8")
    sys.stdout.write(f"{held['homes']} homes fitted, written to {place}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
