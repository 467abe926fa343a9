"""Days between the truth and the results on when an asset came and went."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from characterise.scoring.groups import groups, history_days
from characterise.scoring.intervals import median_interval
from characterise.scoring.presence import share
from characterise.scoring.truth import ASSET, Truth

CAME, WENT, ALWAYS = "installed", "removed", "always there"
SEEN: Final = {CAME: "first_seen", WENT: "last_seen"}
NEAR_DAYS: Final = 14
A_HABIT_DAYS: Final = 28
"""An asset that was there all along may rest this long before it is first seen."""
_ROWS: Final[dict[str, Any]] = {
    "mpan": pl.String,
    "asset_class": pl.String,
    "months": pl.Int32,
    "change": pl.String,
    "truth": pl.Date,
    "seen": pl.Date,
    "late_days": pl.Int64,
}
ROWS: Final = pl.Schema(_ROWS)
SUMMARY: Final = pl.Schema(
    {
        "asset_class": pl.String,
        "group": pl.String,
        "months": pl.Int32,
        "change": pl.String,
        **dict.fromkeys(("n_sites", "n_found"), pl.Int32),
        **dict.fromkeys(("error_days", "error_days_lower", "error_days_upper"), pl.Float64),
        **dict.fromkeys(("near", "near_lower", "near_upper"), pl.Float64),
    }
)
"""``near``: share of the sites where the class was found with a date within 14 days; of assets
that were always there, first seen within 28 days of the first reading."""


def arrival_rows(truth: Truth, detections: pl.DataFrame, months: int | None) -> pl.DataFrame:
    """`ROWS` of every site whose dates are known; ``late_days`` is how late the results are."""
    if "first_seen" not in detections.columns or "last_seen" not in detections.columns:
        return ROWS.to_frame()
    parts = [ROWS.to_frame()]
    begun = pl.col("first_day").alias("begun")
    if months is not None:
        cut = pl.col("last_day") - pl.duration(days=history_days(months) - 1)
        begun = pl.max_horizontal("first_day", cut.cast(pl.Date)).alias("begun")
    for name, asset in ASSET.items():
        dates = {what: pl.col(f"{asset}_{what}") for what in SEEN}
        known = truth.sites.select(
            dates[CAME].is_not_null().any() | dates[WENT].is_not_null().any()
        )
        if not known.item():
            continue
        seen = detections.filter(
            (pl.col("asset_class") == name) & (pl.col("probability") >= 0.5)
        ).select("mpan", "first_seen", "last_seen")
        has = truth.sites.filter(pl.col(f"has_{asset}").fill_null(value=False))
        both = has.join(seen, on="mpan", how="left", maintain_order="left").with_columns(begun)
        start, end = pl.col("begun"), pl.col("last_day")
        for what, column in SEEN.items():
            dated = both.filter((dates[what] > start) & (dates[what] <= end))
            parts.append(_rows(dated, name, months, what, dates[what], pl.col(column)))
        stayed = both.filter(dates[CAME].is_null() | (dates[CAME] <= start))
        parts.append(_rows(stayed, name, months, ALWAYS, start, pl.col("first_seen")))
    return pl.concat(parts)


def arrival_summary(rows: pl.DataFrame) -> pl.DataFrame:
    """`SUMMARY` of `ROWS` joined with the details of their sites."""
    out: list[tuple[Any, ...]] = []
    keys = ["asset_class", "months", "change"]
    for (name, months, change), part in rows.group_by(keys, maintain_order=True):
        reach = A_HABIT_DAYS if change == ALWAYS else NEAR_DAYS
        for group, sites in groups(part):
            found = sites.filter(pl.col("late_days").is_not_null())
            near = found.filter(pl.col("late_days").abs() <= reach).height
            late = found["late_days"].cast(pl.Float64).abs().to_numpy()
            middle = median_interval(late, found["cluster"].to_numpy())
            counts = (sites.height, found.height)
            shares = share(near, found.height)
            out.append((name, group, months, change, *counts, *middle, *shares))
    return pl.DataFrame(out, schema=SUMMARY, orient="row")


def _rows(
    frame: pl.DataFrame, name: str, months: int | None, change: str, true: pl.Expr, seen: pl.Expr
) -> pl.DataFrame:
    return frame.select(
        "mpan",
        pl.lit(name).alias("asset_class"),
        pl.lit(months, dtype=pl.Int32).alias("months"),
        pl.lit(change).alias("change"),
        true.alias("truth"),
        seen.alias("seen"),
        (seen - true).dt.total_days().alias("late_days"),
    )
