"""The scoreboard as one page that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final

import polars as pl

from characterise.scoring import drawing
from characterise.scoring.board import PARTS, Scoreboard
from characterise.scoring.groups import ALL
from characterise.scoring.headline import FIGURES, by_history, classes_of, headline
from characterise.scoring.presence import EVERY
from characterise.scoring.tables import as_text

TITLES: Final = {
    "judged": "Sites with enough readings",
    "auc": "Presence: AUC",
    "macro_f1": "Presence: macro-F1",
    "attribution": "Half-hours, a missed asset as 0",
    "rating": "Rating right, a missed asset as wrong",
    "baseline": "Baseline error (pnrmse)",
}
READ_AS: Final = {
    "presence": "Called = probability of 0.5 or more. AUC and macro-F1: 95 % over resamples of "
    "whole homes, buildings and traces; recall and specificity: Wilson. A figure of 1 that no "
    "resample moves has Wilson's interval of the rarer side. Sites without a say are left out.",
    "tiers": "right: share of the sites in a tier that have the class, with Wilson's interval; "
    "balanced: the same at a prevalence of one half; stated: their mean probability.",
    "unlabelled": "Sites whose label is unknown, by tier: they enter no other figure.",
    "calibration": "ECE: root of the debiased mean squared gap in ten bins of equal weight at the "
    "stated prevalence, 95 % by resampling; plain: mean gap without allowance for chance. "
    "reliability, resolution and uncertainty make up the Brier score. Spiegelhalter's z and "
    "Hosmer and Lemeshow's statistic test plain counts: a small p speaks against calibration.",
    "reliability": "Bins of the diagrams.",
    "attribution": "Medians over sites where the class was found, 95 % by resampling. alone: the "
    "boundary is the asset itself, so there was nothing to tell it from; left out.",
    "rating": "error: median of value over truth, less one. within: share of sites, Wilson. "
    "covered: truth inside the stated interval; stated: mean stated chance of within 20 %.",
    "baselines": "Medians over sites, one day ahead. beats: share of sites where the method's "
    "pnrmse is under that of the mean of days.",
    "arrivals": "near: share of dates within 14 days; of assets that were always there, first seen "
    "within 28 days of the first reading.",
}
TOGETHER: Final = "history"
"""Name of the drawing of all curves."""
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; }
body { padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 10px 2px 0; text-align: left; white-space: nowrap; }
th { border-bottom: 1px solid #9a9a9a; } tr:hover td { background: #80808022; }
.wide { overflow-x: auto; } figure { display: inline-block; margin: 0 1rem 1rem 0; }
.note { color: #707070; max-width: 75ch; } summary { cursor: pointer; }
"""


def page(board: Scoreboard) -> str:
    """HTML text: what it rests on, curves over history, reliability, every table."""
    table = headline(board)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>Scoreboard</title><style>{_STYLE}</style></head><body>",
        "<h1>Scoreboard</h1>",
        *_about(board.about),
        *_histories(table),
        *_diagrams(board.parts["reliability"]),
    ]
    for name in PARTS:
        parts += _part(name, board.parts[name])
    return "\n".join([*parts, "</body></html>\n"])


def curves(board: Scoreboard) -> dict[str, str]:
    """SVG of each figure over history, by name of the figure."""
    table = headline(board)
    rows = {name: by_history(table, name) for name in FIGURES}
    drawn = {name: drawing.history(rows[name], TITLES[name]) for name in FIGURES}
    some = {name: drawn[name] for name in FIGURES if rows[name].height}
    return some | {TOGETHER: drawing.together(list(some.values()))} if some else {}


def _about(about: dict[str, Any]) -> Iterator[str]:
    yield '<table class="about">'
    for name, value in about.items():
        if not isinstance(value, dict | list):
            yield f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{escape(str(value))}</td></tr>"
    yield "</table>"
    for line in about.get("notes", []):
        yield f'<p class="note">{escape(str(line))}</p>'


def _histories(table: pl.DataFrame) -> Iterator[str]:
    if not table["months"].drop_nulls().len():
        return
    yield "<h2>By months of history</h2>"
    yield (
        '<p class="note">Each site cut to its last months of readings; the same sites throughout, '
        "those with a year, where there are any. Half-hours: MCC for EV chargers, daily R2 for "
        "heat pumps, half-hourly R2 for solar, share of right signs for batteries. Ratings are "
        "held against the sub-meter's whole last year.</p>"
    )
    for name in FIGURES:
        rows = by_history(table, name)
        if rows.height:
            yield f"<figure>{drawing.history(rows, TITLES[name])}</figure>"


def _diagrams(rows: pl.DataFrame) -> Iterator[str]:
    whole = rows.filter((pl.col("group") == ALL) & pl.col("months").is_null())
    if whole.is_empty():
        return
    yield "<h2>Does it come true as often as it says</h2>"
    every = whole.filter(pl.col("asset_class") == EVERY)
    for name, part in [*classes_of(whole), (EVERY, every)]:
        colour = drawing.COLOURS.get(name, drawing.OTHER)
        drawn = drawing.reliability(part, drawing.LABELS[name], colour)
        yield f"<figure>{drawn}</figure>"


def _part(name: str, frame: pl.DataFrame) -> Iterator[str]:
    if frame.is_empty():
        return
    yield f"<h2>{name.capitalize()}</h2><p class='note'>{escape(READ_AS[name])}</p>"
    first = frame.filter((pl.col("group") == ALL) & pl.col("months").is_null())
    if first.height and name != "reliability":
        yield _table(first.drop("group", "months"))
    yield "<details><summary>By family, premises, licence and history</summary>"
    yield _table(frame)
    yield "</details>"


def _table(frame: pl.DataFrame) -> str:
    headings, cells = as_text(frame)
    top = "".join(f"<th>{escape(word)}</th>" for word in headings)
    rows = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in cells)
    return f'<div class="wide"><table><tr>{top}</tr>{"".join(rows)}</table></div>'
