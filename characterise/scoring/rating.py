"""Rated power and duration against the same statistic of the sub-meter's operating half-hours."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import BESS, EV_CHARGER, FLEXIBLE_DEMAND, HEAT_PUMP, SOLAR_PV
from characterise.episodes import episodes, operating_threshold_kw
from characterise.scoring.groups import groups
from characterise.scoring.intervals import median_interval
from characterise.scoring.presence import share
from characterise.scoring.sub_metered import SubMetered

Array = npt.NDArray[np.float64]
STATISTICS: Final = {"p50": 0.5, "p90": 0.9, "max": 1.0}
WITHIN: Final = (10, 15, 20)
"""Per cent."""
LEAST_RUNNING: Final = 20
"""Operating half-hours under which the sub-meter itself gives no figure."""
LAST_DAYS: Final = 365
GIVES: Final = (SOLAR_PV, BESS, FLEXIBLE_DEMAND)
"""Classes whose duration is that of what they give."""
TAKES: Final = (EV_CHARGER, HEAT_PUMP, BESS)
_TRUE: Final[dict[str, Any]] = {
    "mpan": pl.String,
    "asset_class": pl.String,
    "parameter": pl.String,
    "statistic": pl.String,
    "alone": pl.Boolean,
    "truth": pl.Float64,
}
TRUE: Final = pl.Schema(_TRUE)
_SHARES: Final = (*(f"within_{percent}" for percent in WITHIN), "covered")
SUMMARY: Final = pl.Schema(
    {
        "asset_class": pl.String,
        "group": pl.String,
        "months": pl.Int32,
        "parameter": pl.String,
        "statistic": pl.String,
        **dict.fromkeys(("n_sites", "n_found"), pl.Int32),
        **dict.fromkeys(("error", "error_lower", "error_upper"), pl.Float64),
        **{name + end: pl.Float64 for name in _SHARES for end in ("", "_lower", "_upper")},
        "stated": pl.Float64,
    }
)
"""``error`` is the median of value over truth, less one. ``covered`` is the share of truths inside
the stated interval, ``stated`` the mean stated chance of being within 20 %."""


def true_rating(
    site: SubMetered, removed: dt.date | None, resized: dt.date | None
) -> list[tuple[Any, ...]]:
    """Rows of `TRUE`: the sub-meter's last 12 months, of its present size."""
    power = site.truth[_window(site, removed, resized)]
    drawn, given = np.maximum(power, 0.0), np.maximum(-power, 0.0)
    sides = {"rated_import_kw": drawn} if site.asset_class in TAKES else {}
    sides |= {"rated_export_kw": given} if site.asset_class in GIVES else {}
    main = "rated_export_kw" if site.asset_class in GIVES else "rated_import_kw"
    rows: list[tuple[Any, ...]] = []
    for parameter, side in sides.items():
        ran, hours = _operation(side)
        told = [(parameter, ran)] if ran.size >= LEAST_RUNNING else []
        if told and parameter == main and hours.size:
            told.append(("duration_h", hours))
        for name, values in told:
            rows += [
                (site.mpan, site.asset_class, name, what, site.alone, float(np.quantile(values, q)))
                for what, q in STATISTICS.items()
            ]
    return rows


def rating_rows(true: pl.DataFrame, capability: pl.DataFrame, months: int | None) -> pl.DataFrame:
    """Beside each true figure what the results say; null where they say nothing."""
    keys = ["mpan", "asset_class", "parameter", "statistic"]
    said = capability.select(*keys, "value", "lower", "upper", "probability")
    return true.join(said, on=keys, how="left", maintain_order="left").with_columns(
        pl.lit(months, dtype=pl.Int32).alias("months"),
        (pl.col("value") / pl.col("truth") - 1).cast(pl.Float64).alias("error"),
    )


def rating_summary(rows: pl.DataFrame) -> pl.DataFrame:
    """`SUMMARY` of `rating_rows` joined with the details of their sites."""
    out: list[tuple[Any, ...]] = []
    keys = ["asset_class", "months", "parameter", "statistic"]
    judged = rows.filter(~pl.col("alone"))
    for (name, months, parameter, statistic), part in judged.group_by(keys, maintain_order=True):
        for group, sites in groups(part):
            found = sites.filter(pl.col("value").is_not_null())
            told = (*_shares(found), _mean(found["probability"]))
            counts = (sites.height, found.height)
            out.append((name, group, months, parameter, statistic, *counts, *told))
    return pl.DataFrame(out, schema=SUMMARY, orient="row")


def _shares(found: pl.DataFrame) -> tuple[float, ...]:
    error, cluster = found["error"].to_numpy(), found["cluster"].to_numpy()
    told = [*median_interval(error, cluster)]
    for percent in WITHIN:
        told += share(int((np.abs(error) <= percent / 100 + 1e-9).sum()), error.size)
    inside = found["truth"].is_between(found["lower"], found["upper"])
    told += share(int(inside.sum()), error.size)
    return tuple(told)


def _mean(values: pl.Series) -> float:
    found = values.mean()
    return float(found) if isinstance(found, float) else float("nan")


def _window(site: SubMetered, removed: dt.date | None, resized: dt.date | None) -> slice:
    known = np.flatnonzero(np.isfinite(site.truth).any(axis=1))
    end = int(known[-1]) + 1 if known.size else 0
    if removed is not None:
        end = min(end, (removed - site.first_day).days)
    first = end - LAST_DAYS
    if resized is not None:
        first = max(first, (resized - site.first_day).days)
    return slice(max(first, 0), max(end, 0))


def _operation(side: Array) -> tuple[Array, Array]:
    """Power of operating half-hours, kW, and length of whole runs, hours."""
    power = np.maximum(side, 0.0)
    one = power[None].astype(np.float32)
    threshold = operating_threshold_kw(one)
    if not power.size or threshold[0] <= 0:
        return np.zeros(0), np.zeros(0)
    with np.errstate(invalid="ignore"):
        ran = power[power >= threshold[0]]
    runs = episodes(one, threshold)
    return ran, runs.slots[runs.whole] / 2.0
