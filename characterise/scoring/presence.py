"""Presence: who was called right, how well the sides part, and what each tier is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.frames import TIERS
from characterise.scoring.calibration import Calibration, calibration, reliability_rows
from characterise.scoring.groups import ALL, groups, has_history
from characterise.scoring.intervals import auc_interval, macro_f1_interval
from characterise.scoring.truth import DETAILS, Truth
from characterise.training.corpus import LABEL
from characterise.training.figures import auc, macro_f1, wilson

EVERY: Final = "ALL"
"""In place of a class: the answers on all classes together."""
_KEY: Final[dict[str, Any]] = {"asset_class": pl.String, "group": pl.String, "months": pl.Int32}
_INTERVALS: Final = ("auc", "macro_f1", "recall", "specificity")

PRESENCE: Final = pl.Schema(
    {
        **_KEY,
        **dict.fromkeys(("n_sites", "n_with", "n_insufficient"), pl.Int32),
        **{name + end: pl.Float64 for name in _INTERVALS for end in ("", "_lower", "_upper")},
    }
)
TIER_ROWS: Final = pl.Schema(
    {
        **_KEY,
        "tier": pl.String,
        "n": pl.Int32,
        **dict.fromkeys(("right", "lower", "upper", "right_balanced", "stated"), pl.Float64),
    }
)
CALIBRATION: Final = pl.Schema(
    {
        **_KEY,
        **dict.fromkeys(("n_sites", "n_with"), pl.Int32),
        **{field.name: pl.Float64 for field in fields(Calibration)},
    }
)
RELIABILITY: Final = pl.Schema(
    {
        **_KEY,
        **dict.fromkeys(("bin", "n"), pl.Int32),
        **dict.fromkeys(("stated", "came_true", "lower", "upper"), pl.Float64),
    }
)


def judged(truth: Truth, detections: pl.DataFrame, months: int | None = None) -> pl.DataFrame:
    """One row of `answers` a site and class whose label is known."""
    return answers(truth, detections, months).filter(pl.col("label").is_not_null())


def answers(truth: Truth, detections: pl.DataFrame, months: int | None = None) -> pl.DataFrame:
    """One row a site and class, its label known or not.

    A meter that the results leave out is one that they say nothing of, like an insufficient one.
    Columns: mpan, asset_class, label (0, 1 or null), probability (NaN where nothing is said), tier,
    cluster, days and the site's details.
    """
    sites = truth.sites.filter(has_history(months))
    long = sites.unpivot(
        on=list(LABEL.values()),
        index=["mpan", "cluster", "days", *DETAILS],
        variable_name="column",
        value_name="label",
    )
    names = {column: name for name, column in LABEL.items()}
    known = long.with_columns(
        pl.col("label").cast(pl.Float64),
        pl.col("column").replace_strict(names).alias("asset_class"),
    )
    found = detections.select("mpan", "asset_class", "probability", "tier")
    beside = known.drop("column").join(
        found, on=["mpan", "asset_class"], how="left", maintain_order="left"
    )
    chance = pl.col("probability").cast(pl.Float64).fill_null(float("nan"))
    return beside.with_columns(chance)


def presence_frames(
    table: pl.DataFrame, months: int | None, prevalence: float
) -> dict[str, pl.DataFrame]:
    """Frames `PRESENCE`, `TIER_ROWS`, `CALIBRATION` and `RELIABILITY` of what `judged` gave.

    Parameters
    ----------
    prevalence
        What the probabilities are stated at.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {"presence": [], "tiers": [], "calibration": []}
    rows["reliability"] = []
    for name, part in _classes(table):
        for group, sites in groups(part):
            key = (name, group, months)
            spoken = sites.filter(pl.col("probability").is_not_nan())
            if name != EVERY:
                rows["presence"].append((*key, *_presence(sites, spoken)))
            rows["tiers"] += [(*key, *row) for row in _tiers(spoken)]
            rows["calibration"].append((*key, *_calibration(spoken, prevalence)))
            if group == ALL or group.startswith("premises"):
                told = reliability_rows(*_sides(spoken), prevalence=prevalence)
                rows["reliability"] += [(*key, *row) for row in told]
    schemas = {"presence": PRESENCE, "tiers": TIER_ROWS, "calibration": CALIBRATION}
    schemas["reliability"] = RELIABILITY
    return {
        name: pl.DataFrame(rows[name], schema=schema, orient="row")
        for name, schema in schemas.items()
    }


def _classes(table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for name in ASSET_CLASSES:
        part = table.filter(pl.col("asset_class") == name)
        if part.height:
            yield name, part
    if table.height:
        yield EVERY, table


def _sides(spoken: pl.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return spoken["probability"].to_numpy(), spoken["label"].to_numpy()


def _presence(sites: pl.DataFrame, spoken: pl.DataFrame) -> Iterator[float]:
    chance, label = _sides(spoken)
    cluster = spoken["cluster"].to_numpy()
    called = chance >= 0.5
    yield from (sites.height, int(sites["label"].sum()), sites.height - spoken.height)
    yield from (auc(chance, label), *auc_interval(chance, label, cluster))
    yield from (macro_f1(called, label), *macro_f1_interval(called, label, cluster))
    for right in (called[label == 1], ~called[label == 0]):
        yield from share(int(right.sum()), right.size)


def share(right: int, total: int) -> tuple[float, float, float]:
    """A share and its Wilson interval; NaN of nothing."""
    if total == 0:
        return (float("nan"),) * 3
    return right / total, *wilson(right, total)


def _tiers(spoken: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    counts = spoken["label"].value_counts()
    sides = dict(zip(counts["label"], counts["count"], strict=True))
    for tier in TIERS:
        part = spoken.filter(pl.col("tier") == tier)
        with_class = int(part["label"].sum())
        rates = [
            n / sides[side] if sides.get(side) else float("nan")
            for side, n in ((1.0, with_class), (0.0, part.height - with_class))
        ]
        total = sum(rates)
        even = rates[0] / total if total > 0 else float("nan")
        stated = part["probability"].mean()
        told = float(stated) if isinstance(stated, float) else float("nan")
        yield tier, part.height, *share(with_class, part.height), even, told


def _calibration(spoken: pl.DataFrame, prevalence: float) -> Iterator[float]:
    chance, label = _sides(spoken)
    yield from (spoken.height, int(label.sum()))
    cluster = spoken["cluster"].to_numpy()
    yield from astuple(calibration(chance, label, cluster, prevalence=prevalence))
