"""Root mean square error by the spread of the load: ours against the peer, on the same hours."""

from __future__ import annotations

import polars as pl

OURS, MEAN, PEER = "ours", "mean_of_days", "opendsm"
MIN_HOURS = 24


def site_errors(predicted: pl.DataFrame, methods: list[str], by: list[str]) -> pl.DataFrame:
    """pnrmse of each method by group, over the hours that all of them and the meter have.

    Parameters
    ----------
    predicted
        ``by``, kwh and one column a method, a row an hour.
    """
    known = predicted.filter(pl.all_horizontal(pl.col("kwh", *methods).is_finite()))
    spread = pl.col("kwh").quantile(0.95) - pl.col("kwh").quantile(0.05)
    errors = known.group_by(by, maintain_order=True).agg(
        pl.len().alias("hours"),
        spread.alias("spread"),
        *(((pl.col(m) - pl.col("kwh")) ** 2).mean().sqrt().alias(m) for m in methods),
    )
    return errors.filter((pl.col("hours") >= MIN_HOURS) & (pl.col("spread") > 0)).with_columns(
        pl.col(methods) / pl.col("spread")
    )


def medians(errors: pl.DataFrame, methods: list[str], by: str | None = None) -> pl.DataFrame:
    """Median site by family or over all, with how many sites there are."""
    figures = (pl.len().alias("sites"), pl.col(methods).median())
    return errors.group_by(by).agg(figures).sort(by) if by else errors.select(figures)
