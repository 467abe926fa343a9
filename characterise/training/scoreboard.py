"""Results against labelled meters: presence, calibration and what each tier is worth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.errors import InvalidFrame
from characterise.training import figures
from characterise.training.corpus import LABEL, labels

SCORES: Final = pl.Schema(
    {
        "asset_class": pl.String,
        "group": pl.String,
        "n_sites": pl.Int32,
        "n_with": pl.Int32,
        "n_insufficient": pl.Int32,
        "auc": pl.Float64,
        "macro_f1": pl.Float64,
        "recall": pl.Float64,
        "recall_lower": pl.Float64,
        "recall_upper": pl.Float64,
        "specificity": pl.Float64,
        "specificity_lower": pl.Float64,
        "specificity_upper": pl.Float64,
        "brier": pl.Float64,
        "ece": pl.Float64,
        "n_high": pl.Int32,
        "high_right": pl.Float64,
        "high_lower": pl.Float64,
        "n_medium": pl.Int32,
        "medium_right": pl.Float64,
        "medium_lower": pl.Float64,
    }
)


def score(truth_dir: Path, results_dir: Path, leave_out: str | None = None) -> pl.DataFrame:
    """Scoreboard of ``detections.parquet`` against the labels of ``sites.parquet``.

    Parameters
    ----------
    leave_out
        Family whose sites are left out of every figure. What a model trained without a family
        makes of it stands in the model card.

    Returns
    -------
    pl.DataFrame
        `SCORES`, one row a class and group: all, each family, each kind of premises. Calibration
        is weighed to the balanced prevalence that probabilities are stated at.
    """
    sites = labels(_read(truth_dir / "sites.parquet", {"mpan", *LABEL.values()}))
    if leave_out is not None:
        known = sites["family"].unique().to_list() if "family" in sites.columns else []
        if leave_out not in known:
            raise InvalidFrame(f"no site is of family {leave_out!r}; there are {sorted(known)}")
        sites = sites.filter(pl.col("family") != leave_out)
    wanted = {"mpan", "asset_class", "probability", "tier"}
    found = _read(results_dir / "detections.parquet", wanted).select(*sorted(wanted))
    rows = []
    for name in ASSET_CLASSES:
        label = pl.col(LABEL[name]).cast(pl.Float64).alias("label")
        judged = sites.with_columns(label).filter(pl.col("label").is_not_null())
        judged = judged.join(found.filter(pl.col("asset_class") == name), on="mpan", how="inner")
        rows += [(name, group, *_figures(part)) for group, part in _groups(judged) if part.height]
    return pl.DataFrame(rows, schema=SCORES, orient="row")


def _read(path: Path, columns: set[str]) -> pl.DataFrame:
    if not path.is_file():
        raise InvalidFrame(f"there is no {path}")
    frame = pl.read_parquet(path)
    missing = sorted(columns - set(frame.columns))
    if missing:
        raise InvalidFrame(f"{path} lacks {', '.join(missing)}")
    return frame


def _groups(judged: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    yield "all", judged
    for column in ("family", "premises"):
        if column in judged.columns:
            parts = judged.filter(pl.col(column).is_not_null()).sort(column, "mpan")
            for (value,), part in parts.group_by(column, maintain_order=True):
                yield f"{column}:{value}", part


def _figures(part: pl.DataFrame) -> tuple[float | int, ...]:
    spoken = part.filter(pl.col("probability").is_not_null() & pl.col("probability").is_not_nan())
    chance = spoken["probability"].cast(pl.Float64).to_numpy()
    label = spoken["label"].to_numpy()
    called = chance >= 0.5
    right, right_without = called[label == 1], ~called[label == 0]
    out: list[float | int] = [
        part.height,
        int(part["label"].sum()),
        part.height - spoken.height,
        figures.auc(chance, label),
        figures.macro_f1(called, label),
    ]
    for side in (right, right_without):
        share = float(side.mean()) if side.size else float("nan")
        out += [share, *figures.wilson(int(side.sum()), side.size)]
    out += [figures.brier(chance, label), figures.ece(chance, label)]
    for tier in ("high", "medium"):
        chosen = label[(spoken["tier"] == tier).fill_null(False).to_numpy()]
        share = float(chosen.mean()) if chosen.size else float("nan")
        out += [chosen.size, share, figures.wilson(int(np.sum(chosen)), chosen.size)[0]]
    return tuple(out)
