"""Attribution against the sub-meter: site by site, and the median of groups of sites."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.scoring.groups import groups
from characterise.scoring.intervals import median_interval
from characterise.scoring.sub_metered import SubMetered
from characterise.training.agreement import Agreement, agreement

Array = npt.NDArray[np.float64]
FIGURES: Final = tuple(field.name for field in fields(Agreement))
WITH_MISSED: Final = tuple(f"{name}_all" for name in FIGURES[:4])
ENDS: Final = ("", "_lower", "_upper")
LEAST_DAYS: Final = 7
"""Known days under which a site's half-hours are not judged."""
_ROWS: Final[dict[str, Any]] = {
    "mpan": pl.String,
    "asset_class": pl.String,
    "months": pl.Int32,
    "found": pl.Boolean,
    "alone": pl.Boolean,
    **dict.fromkeys(FIGURES, pl.Float64),
}
ROWS: Final = pl.Schema(_ROWS)
"""One site and class: whether the results say that it is there, whether the boundary is it."""
SUMMARY: Final = pl.Schema(
    {
        "asset_class": pl.String,
        "group": pl.String,
        "months": pl.Int32,
        **dict.fromkeys(("n_sites", "n_found", "n_alone"), pl.Int32),
        **{name + end: pl.Float64 for name in (*FIGURES, *WITH_MISSED) for end in ENDS},
    }
)
"""Medians over the sites at which the class was found; ``_all`` over all that have it, a missed one
being one of which nothing was explained.
Sites whose boundary is the asset itself are counted in ``n_alone`` and in nothing else."""


def attribution_row(
    site: SubMetered, estimate: Array, months: int | None, *, found: bool
) -> tuple[Any, ...] | None:
    """One of `ROWS`, or None where too little is known to compare."""
    if np.isfinite(estimate + site.truth).sum() < LEAST_DAYS * 48:
        return None
    told = astuple(agreement(estimate, site.truth))
    return (site.mpan, site.asset_class, months, found, site.alone, *told)


def attribution_summary(rows: pl.DataFrame) -> pl.DataFrame:
    """`SUMMARY` of `ROWS` joined with the details of their sites."""
    out: list[tuple[Any, ...]] = []
    for (name, months), part in rows.group_by("asset_class", "months", maintain_order=True):
        for group, sites in groups(part):
            judged = sites.filter(~pl.col("alone"))
            found = judged.filter("found")
            cluster = found["cluster"].to_numpy()
            told: list[float] = []
            for figure in FIGURES:
                told += median_interval(found[figure].to_numpy(), cluster)
            missed, every = ~judged["found"].to_numpy(), judged["cluster"].to_numpy()
            for figure in FIGURES[: len(WITH_MISSED)]:
                value = judged[figure].to_numpy()
                value = np.where(np.isnan(value) & missed, 0.0, value)
                told += median_interval(value, every)
            counts = (judged.height, found.height, sites.height - judged.height)
            out.append((name, group, months, *counts, *told))
    return pl.DataFrame(out, schema=SUMMARY, orient="row")
