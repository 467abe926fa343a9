"""MeterCube: the engine's one input, dense and meters-outermost.

Days are UTC days of 48 slots; all meters of a cube share ``first_day``. What was not read, or was
estimated, is NaN in the load arrays, never zero; ``quality`` keeps which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.frames import METERS_OPTIONAL, QUALITIES
from characterise.settlement import LONDON, SLOTS_PER_DAY, LocalClock, local_clock

MISSING, ACTUAL, DERIVED, ESTIMATED = range(4)
"""Quality codes of a half-hour; the engine uses actual and derived."""

_HALF_HOUR_US = 30 * 60 * 1_000_000

Float = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MeterCube:
    """Half-hourly load of M meters over D UTC days, with weather of S stations and Z clocks."""

    mpan: tuple[str, ...]
    first_day: dt.date
    import_kw: Float
    """(M, D, 48) mean import power, NaN where it cannot be used."""
    export_kw: Float
    """(M, D, 48) mean export power, NaN where it cannot be used; zero where no register exists."""
    quality: npt.NDArray[np.uint8]
    """(M, D, 48) `MISSING`, `ACTUAL`, `DERIVED` or `ESTIMATED`."""
    temp_c: Float
    """(S, D, 48) dry-bulb temperature by station, NaN where unknown."""
    ghi_wm2: Float
    """(S, D, 48) global horizontal irradiance by station, NaN where unknown."""
    station: npt.NDArray[np.int32]
    """(M,) index of each meter's station."""
    climatology: npt.NDArray[np.bool_]
    """(S,) true where the station holds bundled monthly climatology, no measurement."""
    clocks: tuple[LocalClock, ...]
    clock: npt.NDArray[np.int32]
    """(M,) index of each meter's clock."""
    has_export: npt.NDArray[np.int8]
    """(M,) 1 the site has an export register, 0 it has none, -1 nobody knows."""
    meters: pl.DataFrame
    """One row a meter in order: `characterise.frames.METERS`, nulls where unknown."""

    @property
    def n_meters(self) -> int:
        """How many meters."""
        return len(self.mpan)

    @property
    def n_days(self) -> int:
        """How many UTC days."""
        return int(self.import_kw.shape[1])

    @property
    def net_kw(self) -> Float:
        """(M, D, 48) import less export; NaN where either is unusable."""
        return self.import_kw - self.export_kw

    def day_of(self, index: int) -> dt.date:
        """UTC date of a day index."""
        return self.first_day + dt.timedelta(days=index)

    def slot_times(self) -> npt.NDArray[np.datetime64]:
        """(D, 48) UTC starts, datetime64[us]."""
        start = np.datetime64(self.first_day, "us")
        steps = np.arange(self.n_days * SLOTS_PER_DAY) * np.timedelta64(_HALF_HOUR_US, "us")
        return (start + steps).reshape(self.n_days, SLOTS_PER_DAY)


def cube_from_reads(
    reads: pl.DataFrame,
    meters: pl.DataFrame | None = None,
    weather: dict[str, tuple[Float, Float, bool]] | None = None,
    *,
    first_day: dt.date | None = None,
    n_days: int | None = None,
) -> MeterCube:
    """Lay canonical boundary reads out densely.

    Parameters
    ----------
    reads
        `characterise.frames.READS`, with an optional ``quality`` column of `QUALITIES`; one row
        a half-hour and meter, any order.
    meters
        `characterise.frames.METERS`; a missing meter or column is unknown.
    weather
        Arrays by station name over the span of the cube: ``temp_c`` (D, 48), ``ghi_wm2``
        (D, 48), and whether it is climatology. See `characterise.weather`.
    first_day, n_days
        Span of the cube; by default the span of the reads.
    """
    reads = reads.sort("mpan", "ts_utc")
    first = first_day or reads["ts_utc"].min().date()  # type: ignore[union-attr]
    last = reads["ts_utc"].max().date()  # type: ignore[union-attr]
    days = n_days or (last - first).days + 1
    runs = reads["mpan"].rle().struct.unnest()
    names = tuple(runs["value"].to_list())
    row = np.repeat(np.arange(len(names)), runs["len"].to_numpy())
    origin = np.datetime64(first, "us").astype(np.int64)
    position = (reads["ts_utc"].dt.timestamp("us").to_numpy() - origin) // _HALF_HOUR_US
    inside = (position >= 0) & (position < days * SLOTS_PER_DAY)
    flat = (row * days * SLOTS_PER_DAY + position)[inside]
    shape = (len(names), days, SLOTS_PER_DAY)
    quality = _scatter(flat, _quality(reads)[inside], shape, np.uint8(MISSING))
    usable = (quality == ACTUAL) | (quality == DERIVED)
    imported = _power(reads["import_kwh"], inside, flat, shape, usable)
    exported = _power(reads["export_kwh"].fill_null(0.0), inside, flat, shape, usable)
    table = describe_meters(names, meters)
    return MeterCube(
        mpan=names,
        first_day=first,
        import_kw=imported,
        export_kw=exported,
        quality=quality,
        **_surroundings(table, weather or {}, first, days),
        has_export=_export_register(table, exported),
        meters=table,
    )


def describe_meters(names: Sequence[str], meters: pl.DataFrame | None) -> pl.DataFrame:
    """One row a meter in the order of ``names``, every optional column present."""
    table = pl.DataFrame({"mpan": list(names)}, schema={"mpan": pl.String})
    if meters is not None and meters.height:
        known = [column for column in METERS_OPTIONAL if column in meters.columns]
        facts = meters.select("mpan", *known).unique("mpan", keep="first", maintain_order=True)
        table = table.join(facts, on="mpan", how="left", maintain_order="left")
    return table.with_columns(
        (pl.col(column) if column in table.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in METERS_OPTIONAL.items()
    )


def _quality(reads: pl.DataFrame) -> npt.NDArray[np.uint8]:
    read = pl.col("import_kwh").is_not_null() & pl.col("import_kwh").is_not_nan()
    if "quality" not in reads.columns:
        return reads.select(read.cast(pl.UInt8)).to_series().to_numpy()
    codes = {name: code for code, name in enumerate(QUALITIES)}
    named = pl.col("quality").replace_strict(codes, default=ACTUAL, return_dtype=pl.UInt8)
    return reads.select(pl.when(read).then(named).otherwise(MISSING)).to_series().to_numpy()


def _scatter(
    flat: npt.NDArray[np.int64],
    values: npt.NDArray[np.uint8],
    shape: tuple[int, int, int],
    blank: np.uint8,
) -> npt.NDArray[np.uint8]:
    out = np.full(shape, blank, dtype=np.uint8)
    out.reshape(-1)[flat] = values
    return out


def _power(
    kwh: pl.Series,
    inside: npt.NDArray[np.bool_],
    flat: npt.NDArray[np.int64],
    shape: tuple[int, int, int],
    usable: npt.NDArray[np.bool_],
) -> Float:
    kw = np.full(shape, np.nan, dtype=np.float32)
    kw.reshape(-1)[flat] = 2 * kwh.cast(pl.Float32).to_numpy()[inside]
    kw[~usable] = np.nan
    return kw


def _surroundings(
    table: pl.DataFrame,
    weather: dict[str, tuple[Float, Float, bool]],
    first: dt.date,
    days: int,
) -> dict[str, Any]:
    blank = np.full((days, SLOTS_PER_DAY), np.nan, dtype=np.float32)
    stations = list(weather)
    # The last row is "no weather known"; a meter whose station is not supplied points at it.
    temp = np.stack([*(weather[name][0] for name in stations), blank])
    ghi = np.stack([*(weather[name][1] for name in stations), blank])
    places = {name: index for index, name in enumerate(stations)}
    station = [places.get(name, len(stations)) for name in table["weather_station"].to_list()]
    zones = table["time_zone"].fill_null(LONDON).to_list()
    regions = ["SCT" if group in ("_N", "_P") else "ENG" for group in table["gsp_group"].to_list()]
    keys = list(dict.fromkeys(zip(zones, regions, strict=True)))
    return {
        "temp_c": temp,
        "ghi_wm2": ghi,
        "station": np.array(station, dtype=np.int32),
        "climatology": np.array([*(weather[name][2] for name in stations), True]),
        "clocks": tuple(local_clock(first, days, zone, region) for zone, region in keys),
        "clock": np.array(
            [keys.index(key) for key in zip(zones, regions, strict=True)], dtype=np.int32
        ),
    }


def _export_register(table: pl.DataFrame, exported: Float) -> npt.NDArray[np.int8]:
    seen = np.nan_to_num(exported).reshape(len(exported), -1).max(axis=1, initial=0.0) > 0
    stated = table["has_export_register"].cast(pl.Int8).fill_null(-1).to_numpy()
    return np.where(seen, np.int8(1), stated).astype(np.int8)
