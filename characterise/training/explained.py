"""How well the half-hours that a class explains follow its own sub-meter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, fields
from typing import Any, Final

import numpy as np
import polars as pl

from characterise.asset_classes import ASSET_CLASSES, BESS, EV_CHARGER, HEAT_PUMP, SOLAR_PV
from characterise.signatures import attribute
from characterise.training.agreement import Agreement, agreement
from characterise.training.corpus import Batch
from characterise.training.sub_meters import signed_truth

ASSET_OF: Final = {EV_CHARGER: "ev", HEAT_PUMP: "heat_pump", BESS: "battery", SOLAR_PV: "pv"}
_COLUMNS: Final[dict[str, Any]] = {
    **dict.fromkeys(("mpan", "family", "premises", "asset_class"), pl.String),
    **{field.name: pl.Float64 for field in fields(Agreement)},
}
FIGURES: Final = pl.Schema(_COLUMNS)


def attribution_figures(batches: Iterable[Batch]) -> pl.DataFrame:
    """One row a sub-metered site and class: `FIGURES`.

    The class is taken to be there because the sub-meter says so: this measures attribution alone.
    """
    rows: list[tuple[object, ...]] = []
    for batch in batches:
        if batch.submeters.height:
            rows += _of_batch(batch)
    return pl.DataFrame(rows, schema=FIGURES, orient="row")


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
            told = astuple(agreement(estimate, found[row]))
            rows.append((site["mpan"], site["family"], site["premises"], name, *told))
    return rows
