"""The one figure of each part that a reader looks at first, by class and by history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from characterise.asset_classes import (
    ASSET_CLASSES,
    BESS,
    EV_CHARGER,
    FLEXIBLE_DEMAND,
    HEAT_PUMP,
    SOLAR_PV,
)
from characterise.scoring.baselines import CHOSEN
from characterise.scoring.board import Scoreboard
from characterise.scoring.groups import ALL, YEAR
from characterise.scoring.presence import share

FOLLOWS: Final[Mapping[str, str]] = {
    EV_CHARGER: "mcc",
    HEAT_PUMP: "daily_r2",
    BESS: "sign_right",
    SOLAR_PV: "half_hourly_r2",
    FLEXIBLE_DEMAND: "sign_right",
}
"""Figure of attribution that suits how each class runs."""
RATED: Final[Mapping[str, tuple[str, str, int]]] = {
    EV_CHARGER: ("rated_import_kw", "p90", 15),
    HEAT_PUMP: ("rated_import_kw", "p90", 20),
    BESS: ("rated_export_kw", "max", 20),
    SOLAR_PV: ("rated_export_kw", "max", 10),
    FLEXIBLE_DEMAND: ("rated_export_kw", "p50", 20),
}
"""Parameter, statistic and per cent within which a rating counts as right."""
FIGURES: Final = ("judged", "auc", "macro_f1", "attribution", "rating", "baseline")
LEAST_SITES: Final = 5
"""Sites of the rarer side, or with a sub-meter, under which a curve says nothing."""
ROWS: Final = pl.Schema(
    {
        "figure": pl.String,
        "asset_class": pl.String,
        "group": pl.String,
        "months": pl.Int32,
        "n": pl.Int32,
        "n_rarer": pl.Int32,
        "value": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
    }
)


def headline(board: Scoreboard) -> pl.DataFrame:
    """`ROWS` of every class, group and history.

    ``judged`` is the share of sites with enough readings to be judged, ``baseline`` the chosen
    method's pnrmse. In ``attribution`` and ``rating`` a missed asset counts as one got wrong.
    """
    rows: list[tuple[Any, ...]] = []
    for row in board.parts["presence"].iter_rows(named=True):
        rarer = min(row["n_with"], row["n_sites"] - row["n_with"])
        said = row["n_sites"] - row["n_insufficient"]
        told = share(said, row["n_sites"])
        place = (row["asset_class"], row["group"], row["months"])
        rows.append(("judged", *place, row["n_sites"], rarer, *told))
        rows += [_row(figure, row, figure, said, rarer) for figure in ("auc", "macro_f1")]
    for row in board.parts["attribution"].iter_rows(named=True):
        rows.append(_row("attribution", row, f"{FOLLOWS[row['asset_class']]}_all", row["n_sites"]))
    for row in board.parts["rating"].iter_rows(named=True):
        parameter, statistic, percent = RATED[row["asset_class"]]
        if (row["parameter"], row["statistic"]) == (parameter, statistic):
            near = row[f"within_{percent}"] if row["n_found"] else 0.0
            told = share(round(near * row["n_found"]), row["n_sites"])
            place = (row["asset_class"], row["group"], row["months"])
            rows.append(("rating", *place, row["n_sites"], row["n_sites"], *told))
    chosen = board.parts["baselines"].filter(pl.col("method") == CHOSEN)
    for row in chosen.iter_rows(named=True):
        rows.append(_row("baseline", row | {"asset_class": ""}, "pnrmse", row["n_sites"]))
    return pl.DataFrame(rows, schema=ROWS, orient="row").filter(pl.col("value").is_not_nan())


def by_history(table: pl.DataFrame, figure: str) -> pl.DataFrame:
    """Rows of one figure by months, the longest last: of the same sites where there are any.

    Sites with a year of readings stand in for all wherever some are judged, so that a curve over
    histories does not change its sites.
    """
    own = table.filter((pl.col("figure") == figure) & (pl.col("n_rarer") >= LEAST_SITES))
    year = own.filter(pl.col("group") == YEAR)
    chosen = year if year.height else own.filter(pl.col("group") == ALL)
    return chosen.sort("asset_class", "months", nulls_last=True, maintain_order=True)


def classes_of(table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each class's rows, in the order of `ASSET_CLASSES`; what is of no class last."""
    for name in (*ASSET_CLASSES, ""):
        part = table.filter(pl.col("asset_class") == name)
        if part.height:
            yield name, part


def _row(
    figure: str, row: dict[str, Any], name: str, n: int, rarer: int | None = None
) -> tuple[Any, ...]:
    place = (row["asset_class"], row["group"], row["months"])
    told = (row[name], row[f"{name}_lower"], row[f"{name}_upper"])
    return (figure, *place, n, n if rarer is None else rarer, *told)
