"""How well the half-hours that a class explains follow its own sub-meter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES, BESS, EV_CHARGER, HEAT_PUMP, SOLAR_PV
from characterise.signatures import attribute
from characterise.training.corpus import Batch
from characterise.training.figures import matthews, r2
from characterise.training.sub_meters import signed_truth

ASSET_OF: Final = {EV_CHARGER: "ev", HEAT_PUMP: "heat_pump", BESS: "battery", SOLAR_PV: "pv"}
OPERATING_SHARE: Final = 0.1
"""An operating half-hour reaches this share of the median running power."""
FIGURES: Final = pl.Schema(
    {
        "mpan": pl.String,
        "family": pl.String,
        "premises": pl.String,
        "asset_class": pl.String,
        "half_hourly_r2": pl.Float64,
        "daily_r2": pl.Float64,
        "mcc": pl.Float64,
        "energy_error": pl.Float64,
        "mae_kw": pl.Float64,
    }
)

Array = npt.NDArray[np.float64]


def attribution_figures(batches: Iterable[Batch]) -> pl.DataFrame:
    """One row a sub-metered site and class: `FIGURES`.

    The class is taken to be there because the sub-meter says so: this measures attribution alone.
    """
    rows: list[tuple[object, ...]] = []
    for batch in batches:
        if batch.submeters.height:
            rows += _of_batch(batch)
    return pl.DataFrame(rows, schema=FIGURES, orient="row")


def operating(power: Array) -> npt.NDArray[np.bool_]:
    """Half-hours at a tenth of the median running power or more; running is over 0.05 kW."""
    running = power[power > 0.05]
    if not running.size:
        return np.zeros(power.shape, dtype=bool)
    return np.asarray(power >= OPERATING_SHARE * np.median(running))


def _of_batch(batch: Batch) -> list[tuple[object, ...]]:
    cube = batch.cube
    truths = {name: signed_truth(cube, batch.submeters, ASSET_OF[name]) for name in ASSET_OF}
    present = np.zeros((cube.n_meters, len(ASSET_CLASSES)), dtype=bool)
    for name, found in truths.items():
        present[list(found), ASSET_CLASSES.index(name)] = True
    parts = {part.asset_class: part for part in attribute(cube, present, batch.signals)}
    rows: list[tuple[object, ...]] = []
    for name, found in truths.items():
        part = parts[name]
        for k, row in enumerate(part.rows.tolist()):
            estimate = (part.import_kw[k] - part.export_kw[k]).astype(np.float64)
            site = batch.sites.row(row, named=True)
            told = _compare(estimate, found[row])
            rows.append((site["mpan"], site["family"], site["premises"], name, *told))
    return rows


def _compare(estimate: Array, truth: Array) -> tuple[float, float, float, float, float]:
    both = np.isfinite(estimate) & np.isfinite(truth)
    if both.sum() < 48:
        return (float("nan"),) * 5
    a, b = estimate[both], truth[both]
    whole = both.sum(axis=1) >= 40
    days = np.where(both, estimate, 0.0).sum(axis=1)[whole]
    true_days = np.where(both, truth, 0.0).sum(axis=1)[whole]
    total = np.abs(b).sum()
    return (
        r2(a, b),
        r2(days, true_days),
        matthews(operating(np.abs(a)), operating(np.abs(b))),
        float((np.abs(a).sum() - total) / total) if total > 0 else float("nan"),
        float(np.abs(a - b).mean()),
    )
