"""Frames of figures as rows of text: a figure and its interval in one cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import polars as pl

LOWER, UPPER = "_lower", "_upper"
HEADINGS: Final = {
    "asset_class": "class",
    "n_sites": "sites",
    "n_with": "with",
    "n_insufficient": "no say",
    "n_found": "found",
    "n_high": "high",
    "n_medium": "medium",
    "n_low": "low",
    "n_alone": "alone",
    "auc": "AUC",
    "macro_f1": "macro-F1",
    "ece": "ECE",
    "ece_plain": "ECE, plain",
    "brier": "Brier",
    "spiegelhalter_z": "z",
    "spiegelhalter_p": "z: p",
    "hosmer_lemeshow": "H-L",
    "hosmer_lemeshow_p": "H-L: p",
    "mcc": "MCC",
    "mcc_all": "MCC, missed as 0",
    "half_hourly_r2_all": "half-hourly R2, with missed",
    "daily_r2_all": "daily R2, with missed",
    "sign_right_all": "sign right, with missed",
    "half_hourly_r2": "half-hourly R2",
    "daily_r2": "daily R2",
    "mae_kw": "MAE kW",
    "within_10": "within 10 %",
    "within_15": "within 15 %",
    "within_20": "within 20 %",
    "right_balanced": "right, balanced",
    "came_true": "came true",
}
"""Words over columns whose name does not read by itself."""
WHOLE: Final = "all"


def as_text(frame: pl.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Headings and cells; a column's ``_lower`` and ``_upper`` go into its own cell."""
    names = set(frame.columns)
    shown = []
    for name in frame.columns:
        base = name.removesuffix(LOWER).removesuffix(UPPER)
        if base == name or base not in names:
            shown.append(name)
    if {"lower", "upper"} <= names:
        shown = [name for name in shown if name not in ("lower", "upper")]
    headings = [HEADINGS.get(name, name.replace("_", " ")) for name in shown]
    cells = [[_cell(row, name, names) for name in shown] for row in frame.iter_rows(named=True)]
    return headings, cells


def aligned(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table for a terminal: words to the left, numbers to the right."""
    table = [list(headings), *map(list, cells)]
    width = [max(len(row[at]) for row in table) for at in range(len(headings))]
    number = [
        all(row[at][:1] in "-0123456789" or not row[at] for row in cells)
        for at in range(len(headings))
    ]
    return [
        "  ".join(
            cell.rjust(wide) if right else cell.ljust(wide)
            for cell, wide, right in zip(row, width, number, strict=True)
        ).rstrip()
        for row in table
    ]


def _cell(row: dict[str, object], name: str, names: set[str]) -> str:
    value = row[name]
    if name == "months":
        return WHOLE if value is None else str(value)
    text = told(value)
    ends = (name + LOWER, name + UPPER)
    if name in ("right", "came_true") and "lower" in names:
        ends = ("lower", "upper")
    if not text or not set(ends) <= names:
        return text
    low, high = told(row[ends[0]]), told(row[ends[1]])
    return f"{text} ({low} to {high})" if low else text


def told(value: object) -> str:
    """A figure as text; nothing where it is unknown."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    return str(value)
