"""What is said of sites whose label is unknown: nothing to be right about, something to look at."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from characterise.frames import TIERS
from characterise.scoring.groups import groups

_ROWS: Final[dict[str, Any]] = {
    "asset_class": pl.String,
    "group": pl.String,
    "months": pl.Int32,
    **dict.fromkeys(("n_sites", "n_insufficient", *(f"n_{tier}" for tier in TIERS)), pl.Int32),
}
SUMMARY: Final = pl.Schema(_ROWS)
"""Sites by class and group whose label is null, and how many are in each tier."""


def unlabelled_summary(table: pl.DataFrame, months: int | None) -> pl.DataFrame:
    """`SUMMARY` of the rows of `characterise.scoring.presence.answers` without a label."""
    rows = []
    for (name,), part in table.group_by("asset_class", maintain_order=True):
        for group, sites in groups(part):
            silent = sites.filter(pl.col("probability").is_nan()).height
            counts = [sites.filter(pl.col("tier") == tier).height for tier in TIERS]
            rows.append((name, group, months, sites.height, silent, *counts))
    return pl.DataFrame(rows, schema=SUMMARY, orient="row")
