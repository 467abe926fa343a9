"""Drawings of an event as SVG text: self-contained, sharp in print, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 34, 30
"""Room for the axes and the key, in the same units as `WIDTH`."""
LONDON: Final = ZoneInfo("Europe/London")
HALF_HOUR: Final = dt.timedelta(minutes=30)
EXPECTED, BOUNDARY, CLAIM, EVENT = "#4a6fa5", "#1b1b1b", "#b3541e", "#f2e3c6"
PARTIES: Final = ("#2f7f6f", "#8a5a9e", "#b3541e", "#4a6fa5", "#7d7d2a")

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One half-hourly series in kW, a gap where a value is None."""

    label: str
    values: Values
    colour: str
    width: float = 2.0
    dash: str = ""


def boundary_figure(series: pl.DataFrame, assets: pl.DataFrame) -> str:
    """Draw the expected band, the boundary meter and where the declarations put the boundary.

    Parameters
    ----------
    series, assets
        As `app.workflows.claims.DeliveryEvidence` holds them.
    """
    total = (
        assets.filter(pl.col("declared_kw").is_not_null())
        .unique(["ts_utc", "amsid", "fsp_id"])
        .group_by("ts_utc")
        .agg(pl.col("declared_kw").cast(pl.Float64).sum().alias("claimed"))
    )
    joined = series.join(total, on="ts_utc", how="left", maintain_order="left").with_columns(
        (pl.col("expected_kw") - pl.col("claimed")).alias("declared")
    )
    lines = [
        Line("Expected", joined["expected_kw"].to_list(), EXPECTED),
        Line("Boundary meter", joined["boundary_kw"].to_list(), BOUNDARY, 2.4),
        Line("Expected less declared", joined["declared"].to_list(), CLAIM, 2.0, "6 4"),
    ]
    band = joined["lower_kw"].to_list(), joined["upper_kw"].to_list()
    return _chart(
        "Boundary meter beside its expected load, with the nine-in-ten interval",
        series["ts_utc"].to_list(),
        lines,
        band=band,
        window=series["in_event"].to_list(),
    )


def asset_figure(series: pl.DataFrame, assets: pl.DataFrame) -> str:
    """Draw what each asset meter read itself, net import in kW."""
    spine = series if series.height else assets.select("ts_utc").unique()
    spine = spine.select("ts_utc").sort("ts_utc")
    start = spine["ts_utc"].to_list()
    claimed = set(assets.filter(pl.col("declared_kw").is_not_null())["ts_utc"].to_list())
    lines = []
    for place, name in enumerate(sorted(set(assets["amsid"].drop_nulls().to_list()))):
        own = assets.filter(pl.col("amsid") == name).group_by("ts_utc")
        value = spine.join(
            own.agg(pl.col("asset_kw").mean()), on="ts_utc", how="left", maintain_order="left"
        )
        colour = PARTIES[place % len(PARTIES)]
        lines.append(Line(f"Asset meter …{name[-4:]}", value["asset_kw"].to_list(), colour))
    window = [moment in claimed for moment in start]
    return _chart("What the asset meters read themselves", start, lines, window=window)


def _chart(
    title: str,
    start: list[dt.datetime],
    lines: Sequence[Line],
    *,
    band: tuple[Values, Values] | None = None,
    window: Sequence[bool | None] = (),
) -> str:
    values = [v for line in lines for v in line.values if v is not None]
    values += [v for edge in band or () for v in edge if v is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    high = high if high > low else low + 1.0
    step = (WIDTH - LEFT - RIGHT) / max(len(start), 1)

    def x(place: int) -> float:
        return LEFT + step * place

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="11"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    ]
    for place, inside in enumerate(window):
        if inside:
            parts.append(
                f'<rect x="{x(place):.1f}" y="{TOP}" width="{step + 0.2:.1f}"'
                f' height="{HEIGHT - TOP - BOTTOM}" fill="{EVENT}"/>'
            )
    if band is not None:
        parts += [
            f'<rect x="{x(place):.1f}" y="{y(upper):.1f}" width="{step:.1f}"'
            f' height="{max(y(lower) - y(upper), 0.0):.1f}" fill="{EXPECTED}" fill-opacity="0.18"/>'
            for place, (lower, upper) in enumerate(zip(*band, strict=True))
            if lower is not None and upper is not None
        ]
    for value in _ticks(low, high):
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"'
            f' stroke="#cccccc" stroke-width="{1.4 if value == 0 else 0.6}"/>'
            f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.6g}</text>'
        )
    parts += _clock(start, x)
    parts += [_path(line, x, y) for line in lines]
    parts += _key(lines)
    return "".join(parts) + "</svg>\n"


def _path(line: Line, x: Callable[[int], float], y: Callable[[float], float]) -> str:
    steps, pen = [], False
    for place, value in enumerate(line.values):
        if value is None:
            pen = False
            continue
        pen_to = "L" if pen else "M"
        steps.append(f"{pen_to}{x(place):.1f} {y(value):.1f}H{x(place + 1):.1f}")
        pen = True
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return (
        f'<path d="{"".join(steps)}" fill="none" stroke="{line.colour}"'
        f' stroke-width="{line.width}"{dash}/>'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round figures from ``low`` to ``high``, about five of them, 0 among them."""
    rough = (high - low) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(times for times in (1, 2, 5, 10) if times * size >= rough)
    return [step * place for place in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _clock(start: list[dt.datetime], x: Callable[[int], float]) -> list[str]:
    """Local hours below the axis, every sixth half-hour; kW above it."""
    parts = [f'<text x="4" y="{TOP - 8}">kW</text>']
    for place in range(0, len(start), 6):
        local = start[place].astimezone(LONDON)
        label = f"{local:%d %b}" if local.hour < 3 else f"{local:%H:%M}"
        across = x(place)
        parts.append(
            f'<text x="{across:.1f}" y="{HEIGHT - 10}" text-anchor="middle">{label}</text>'
        )
    return parts


def _key(lines: Sequence[Line]) -> list[str]:
    parts, across = [], LEFT
    for line in lines:
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        parts.append(
            f'<line x1="{across}" x2="{across + 22}" y1="14" y2="14" stroke="{line.colour}"'
            f' stroke-width="{line.width}"{dash}/>'
            f'<text x="{across + 27}" y="18">{escape(line.label)}</text>'
        )
        across += 44 + 7 * len(line.label)
    return parts
