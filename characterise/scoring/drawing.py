"""Reliability diagrams and curves over history as SVG text: nothing to load, nothing to run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import polars as pl

from characterise.scoring.headline import classes_of

COLOURS: Final = {
    "EV_CHARGER": "#325ffa",
    "HEAT_PUMP": "#a3421b",
    "BESS": "#18aa67",
    "SOLAR_PV": "#c28b00",
    "FLEXIBLE_DEMAND": "#9b34a9",
}
"""As on the pages (`app.plots.palette`)."""
OTHER: Final = "#606060"
LABELS: Final = {
    "EV_CHARGER": "EV charger",
    "HEAT_PUMP": "Heat pump",
    "BESS": "Battery",
    "SOLAR_PV": "Solar",
    "FLEXIBLE_DEMAND": "Flexible demand",
    "ALL": "All classes",
    "": "All sites",
}
WHOLE: Final = "all"
"""Tick of results that saw every reading."""
LINE_HEIGHT: Final = 14
SIZE: Final = (430, 240)
"""Pixels of a curve over histories."""
_LEFT, _TOP, _BOTTOM, _RIGHT = 46, 26, 40, 12
_LEGEND = 118
"""Pixels to the right of the axes that a legend takes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A box of data in a drawing: ranges of both axes and size in pixels."""

    width: int
    height: int
    across: tuple[float, float]
    up: tuple[float, float]
    right: int = _RIGHT
    """Pixels left free beside the axes."""

    def x(self, value: float) -> float:
        """Pixels from the left."""
        low, high = self.across
        return _LEFT + (value - low) / (high - low) * (self.width - _LEFT - self.right)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        low, high = self.up
        inside = min(max(value, low), high)
        return (
            self.height - _BOTTOM - (inside - low) / (high - low) * (self.height - _TOP - _BOTTOM)
        )


def reliability(rows: pl.DataFrame, title: str, colour: str) -> str:
    """Stated against true share, each bin with its Wilson interval, and the diagonal."""
    box = Frame(240, 240, (0, 1), (0, 1))
    parts = _axes(box, title, "stated probability", [(at, f"{at:g}") for at in (0, 0.5, 1)])
    parts.append(_line([(0, 0), (1, 1)], box, OTHER, dash=True))
    bins = rows.sort("stated")
    for row in bins.iter_rows(named=True):
        at = row["stated"]
        parts.append(_line([(at, row["lower"]), (at, row["upper"])], box, colour, width=1.0))
        parts.append(_dot(box, at, row["came_true"], colour, f"n = {row['n']}"))
    points = list(zip(bins["stated"], bins["came_true"], strict=True))
    parts.append(_line(points, box, colour))
    return _svg(box, parts)


def history(rows: pl.DataFrame, title: str) -> str:
    """One line a class over months of history, with the interval of each point."""
    months = sorted({m for m in rows["months"] if m is not None})
    ticks = [(float(place), str(m)) for place, m in enumerate(months)]
    if rows["months"].null_count():
        ticks.append((float(len(months)), WHOLE))
    place = {(None if label == WHOLE else int(label)): at for at, label in ticks}
    values = [v for v in (*rows["value"], *rows["upper"]) if v is not None and not math.isnan(v)]
    top = 1.0 if all(v <= 1 for v in values) else max(values)
    named = list(classes_of(rows))
    box = Frame(*SIZE, (-0.3, max(len(ticks) - 0.7, 0.3)), (0, top), _LEGEND)
    parts = _axes(box, title, "months of readings", ticks)
    for number, (name, part) in enumerate(named):
        colour = COLOURS.get(name, OTHER)
        shift = 0.05 * (number - (len(named) - 1) / 2)
        points = []
        for row in part.iter_rows(named=True):
            at = place[row["months"]] + shift
            points.append((at, row["value"]))
            ends = [row["lower"], row["upper"]]
            if not any(end is None or math.isnan(end) for end in ends):
                parts.append(_line([(at, ends[0]), (at, ends[1])], box, colour, width=1.0))
            parts.append(_dot(box, at, row["value"], colour, f"{row['value']:.3f}, n = {row['n']}"))
        parts.append(_line(points, box, colour))
    parts += _legend([name for name, _ in named], box)
    return _svg(box, parts)


def together(drawings: Sequence[str], columns: int = 2) -> str:
    """Several drawings of one size as one, row by row."""
    width, height = SIZE
    rows = math.ceil(len(drawings) / columns)
    parts = [
        text.replace(
            "<svg ", f'<svg x="{place % columns * width}" y="{place // columns * height}" '
        )
        for place, text in enumerate(drawings)
    ]
    box = f'viewBox="0 0 {columns * width} {rows * height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} width="{columns * width}">'
    return "\n".join([head, *parts, "</svg>"])


def _axes(box: Frame, title: str, across: str, ticks: Sequence[tuple[float, str]]) -> list[str]:
    low, high = box.up
    parts = [_text(_LEFT, 16, title, weight="bold")]
    parts.append(
        _text(
            (box.x(box.across[0]) + box.x(box.across[1])) / 2,
            box.height - 8,
            across,
            anchor="middle",
        )
    )
    for level in (low, low + (high - low) / 2, high):
        parts.append(_line([(box.across[0], level), (box.across[1], level)], box, "#9a9a9a", 0.5))
        parts.append(_text(_LEFT - 6, box.y(level) + 4, f"{level:.2g}", anchor="end"))
    for at, label in ticks:
        parts.append(_text(box.x(at), box.height - _BOTTOM + 15, label, anchor="middle"))
    return parts


def _legend(names: Sequence[str], box: Frame) -> list[str]:
    parts = []
    for number, name in enumerate(names):
        x, y = box.width - box.right + 10, _TOP + 10 + LINE_HEIGHT * number
        colour = COLOURS.get(name, OTHER)
        parts.append(f'<rect x="{x}" y="{y - 8}" width="9" height="9" fill="{colour}"/>')
        parts.append(_text(x + 14, y, LABELS.get(name, name)))
    return parts


def _line(
    points: Sequence[tuple[float, float]],
    box: Frame,
    colour: str,
    width: float = 1.6,
    *,
    dash: bool = False,
) -> str:
    path = " ".join(f"{box.x(x):.1f},{box.y(y):.1f}" for x, y in points)
    dashed = ' stroke-dasharray="3 3"' if dash else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'
    )


def _dot(box: Frame, x: float, y: float, colour: str, says: str) -> str:
    at = f'cx="{box.x(x):.1f}" cy="{box.y(y):.1f}"'
    return f'<circle {at} r="3.2" fill="{colour}"><title>{escape(says)}</title></circle>'


def _text(x: float, y: float, words: str, *, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )


def _svg(box: Frame, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box.width} {box.height}" '
        f'width="{box.width}" height="{box.height}" font-family="sans-serif" font-size="11" '
        'fill="#808080">'
    )
    return "\n".join([head, *parts, "</svg>"])
