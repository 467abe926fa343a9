"""One local day: the boundary meter's line over what each class explains of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import holoviews as hv
import numpy as np
import polars as pl

from app.plots import palette
from app.plots.frames import FONTS, HALF_HOUR, NO_LOGO, Floats, kw, steps, twice

CLASSES: Final = tuple(name for name in palette.CLASS_COLOURS if name != palette.REST)
_HOUR: Final = hv.Dimension("hour", label="Local time")


@dataclass(frozen=True, slots=True)
class DayParts:
    """One local day of N half-hours (46, 48 or 50), kW; import above zero, export below."""

    hour: Floats
    """(N,) hours since local midnight, as elapsed."""
    net: Floats
    """(N,) boundary import less export, NaN where not read."""
    imports: dict[str, Floats]
    """(N,) by class: load that the class explains."""
    exports: dict[str, Floats]
    """(N,) by class: generation, discharge or load let go, as positive numbers."""

    @property
    def rest(self) -> Floats:
        """(N,) load that no class explains: net less imports plus exports; NaN where not read."""
        explained = sum(self.imports.values()) - sum(self.exports.values())
        rest: Floats = np.maximum(self.net - explained, 0.0)
        return rest


def day_stack(reads: pl.DataFrame, attribution: pl.DataFrame, day: dt.date) -> hv.Overlay:
    """Stack the classes of one local day under the boundary meter's line.

    Parameters
    ----------
    reads
        ``ts_utc``, ``local_date`` and ``net_kw`` of one meter point.
    attribution
        `characterise.frames.ATTRIBUTION` of the same meter point, kWh a half-hour.
    day
        The local date.

    Notes
    -----
    Layers are always the same ones in the same order, empty or not: a dynamic plot that changes
    its layers keeps stale glyphs.
    """
    parts = day_parts(reads, attribution, day)
    gaps = np.isnan(parts.net)
    edge = steps(parts.hour, HALF_HOUR)
    top, bottom = np.zeros(len(parts.hour)), np.zeros(len(parts.hour))
    layers: list[hv.Element] = []
    for name in CLASSES:
        layers.append(_area(edge, top, top + parts.imports[name], name, "import"))
        top = top + parts.imports[name]
    rest = np.nan_to_num(parts.rest)
    layers.append(_area(edge, top, top + rest, palette.REST, "rest"))
    for name in CLASSES:
        layers.append(_area(edge, bottom - parts.exports[name], bottom, name, "export"))
        bottom = bottom - parts.exports[name]
    layers.append(_gaps(parts.hour[gaps], top + rest, bottom))
    layers.append(
        hv.Curve((edge, twice(parts.net)), _HOUR, "kw", label="Boundary meter").opts(
            color=palette.BOUNDARY, line_width=3, framewise=True
        )
    )
    return hv.Overlay(layers).opts(
        responsive=True,
        height=235,
        framewise=True,
        show_legend=False,
        xlabel="Local time",
        ylabel="kW, import up, export down",
        xticks=[(hour, f"{hour:02d}:00") for hour in range(0, 25, 3)],
        xlim=(0, max(len(parts.hour) / 2, 24)),
        active_tools=[],
        fontsize=FONTS,
        toolbar="right",
        backend_opts=NO_LOGO,
    )


def day_parts(reads: pl.DataFrame, attribution: pl.DataFrame, day: dt.date) -> DayParts:
    """Lay one local day out, a half-hour of the meter by its place in the day."""
    chosen = reads.filter(pl.col("local_date") == day).sort("ts_utc").unique("ts_utc", keep="last")
    chosen = chosen.sort("ts_utc")
    imports, exports = {}, {}
    for name in CLASSES:
        own = attribution.filter(pl.col("asset_class") == name).unique("ts_utc", keep="last")
        joined = chosen.select("ts_utc").join(
            own.select("ts_utc", "import_kwh", "export_kwh"),
            on="ts_utc",
            how="left",
            maintain_order="left",
        )
        imports[name] = 2 * np.nan_to_num(kw(joined, "import_kwh"))
        exports[name] = 2 * np.nan_to_num(kw(joined, "export_kwh"))
    return DayParts(_hours(chosen), kw(chosen, "net_kw"), imports, exports)


def day_energy(parts: DayParts) -> pl.DataFrame:
    """Energy of the day in kWh by class and direction: ``asset_class, import_kwh, export_kwh``."""
    rows = [
        (name, float(parts.imports[name].sum() / 2), float(parts.exports[name].sum() / 2))
        for name in CLASSES
    ]
    rest = float(np.nansum(parts.rest) / 2)
    return pl.DataFrame(
        [*rows, (palette.REST, rest, 0.0)],
        schema={"asset_class": pl.String, "import_kwh": pl.Float64, "export_kwh": pl.Float64},
        orient="row",
    )


def _hours(chosen: pl.DataFrame) -> Floats:
    if chosen.is_empty():
        return np.array([], dtype=float)
    # A gap in the reads must not shift what follows, so the place comes from elapsed time; the
    # first row of the day fixes midnight by its own wall-clock slot.
    elapsed = (chosen["ts_utc"] - chosen["ts_utc"][0]).dt.total_seconds().to_numpy() / 3600
    hours: Floats = elapsed + float(chosen["local_slot"][0]) / 2
    return hours


def _area(edge: Floats, low: Floats, high: Floats, name: str, side: str) -> hv.Area:
    return hv.Area(
        (edge, twice(high), twice(low)), _HOUR, ["kw", "floor"], label=f"{name} {side}"
    ).opts(
        color=palette.CLASS_COLOURS[name],
        fill_alpha=0.35 if name == palette.REST else 0.85,
        line_alpha=0,
        framewise=True,
    )


def _gaps(hour: Floats, top: Floats, bottom: Floats) -> hv.Rectangles:
    high = max(float(top.max(initial=0.0)), 0.5)
    low = min(float(bottom.min(initial=0.0)), 0.0)
    boxes = [(start, low, start + HALF_HOUR, high) for start in hour]
    return hv.Rectangles(boxes, label="No usable reading").opts(
        color=palette.GAP, fill_alpha=0.25, line_alpha=0, framewise=True
    )
