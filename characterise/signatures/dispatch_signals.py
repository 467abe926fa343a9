"""Which half-hours of each meter a dispatch signal covered."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.meter_cube import MeterCube

AREAS: Final = ("gsp_group", "gsp", "primary", "feeder", "zone")
"""Facts of a meter that a signal's area may name."""
RAISING: Final = ("price_low", "low_price", "turn_up", "demand_up", "negative_price")
"""Parts of the kind of a signal that asks for more load; every other asks for less."""


def asked(
    cube: MeterCube, signals: pl.DataFrame | None
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    """Distinct calls, and which of them each meter has.

    Returns
    -------
    (A, D, 48) 1 where a signal asks for less load, -1 where one asks for more and none for less,
    0 where there is none; and (M,) index, -1 for no signal.
    """
    mask, index = covered(cube, signals)
    out = mask.astype(np.int8)
    if signals is None or not len(mask):
        return out, index
    kind = pl.col("kind").cast(pl.String).fill_null("").str.to_lowercase().str.replace_all(" ", "_")
    raising = signals.filter(kind.str.contains("|".join(RAISING)))
    if not raising.height:
        return out, index
    lowering = signals.filter(~kind.str.contains("|".join(RAISING)))
    less, who = covered(cube, lowering)
    for key in range(len(mask)):
        # Meters that share every signal share those that ask for less.
        own = who[np.flatnonzero(index == key)[0]]
        out[key][mask[key] & ~less[own] if own >= 0 else mask[key]] = -1
    return out, index


def covered(
    cube: MeterCube, signals: pl.DataFrame | None
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int32]]:
    """Distinct sets of signalled half-hours, and which of them each meter has.

    Parameters
    ----------
    signals
        `characterise.frames.SIGNALS`; one that names neither area nor meter covers everyone.

    Returns
    -------
    (A, D, 48) true where a signal overlaps the half-hour, and (M,) index, -1 for no signal.
    """
    index = np.full(cube.n_meters, -1, dtype=np.int32)
    shape = (cube.n_days, 48)
    if signals is None or not signals.height:
        return np.zeros((0, *shape), dtype=bool), index
    spans = _spans(signals, cube)
    meets = _meets(spans, cube)
    if not meets.height:
        return np.zeros((0, *shape), dtype=bool), index
    sets = meets.group_by("row").agg(pl.col("span").unique().sort()).sort("row")
    keys = sets.select("span").unique(maintain_order=True).with_row_index("key")
    sets = sets.join(keys, on="span", how="left", maintain_order="left")
    index[sets["row"].to_numpy()] = sets["key"].to_numpy()
    long = keys.explode("span").join(spans, on="span", how="left")
    change = np.zeros((keys.height, cube.n_days * 48 + 1), dtype=np.int32)
    key = long["key"].to_numpy()
    np.add.at(change, (key, long["first"].to_numpy()), 1)
    np.add.at(change, (key, long["stop"].to_numpy()), -1)
    return (change.cumsum(axis=1)[:, :-1] > 0).reshape(keys.height, *shape), index


def _spans(signals: pl.DataFrame, cube: MeterCube) -> pl.DataFrame:
    """Signals as half-hour positions inside the cube; those outside are left out."""
    origin = int(np.datetime64(cube.first_day, "us").astype(np.int64))
    half_hour = 1_800_000_000
    size = cube.n_days * 48
    begun = (pl.col("start_utc").dt.timestamp("us") - origin).floordiv(half_hour)
    ended = (pl.col("end_utc").dt.timestamp("us") - origin + half_hour - 1).floordiv(half_hour)
    return (
        signals.select(
            pl.col("area").cast(pl.String),
            pl.col("mpan").cast(pl.String),
            begun.clip(0, size).alias("first"),
            ended.clip(0, size).alias("stop"),
        )
        .filter(pl.col("stop") > pl.col("first"))
        .with_row_index("span")
    )


def _meets(spans: pl.DataFrame, cube: MeterCube) -> pl.DataFrame:
    """Pairs of meter row and signal."""
    meters = cube.meters.with_row_index("row")
    own = meters.select("row", "mpan").join(
        spans.filter(pl.col("mpan").is_not_null()).select("mpan", "span"), on="mpan"
    )
    parts = [own.select("row", "span")]
    by_area = spans.filter(pl.col("mpan").is_null() & pl.col("area").is_not_null())
    for fact in AREAS:
        local = meters.select("row", pl.col(fact).alias("area")).drop_nulls()
        parts.append(local.join(by_area.select("area", "span"), on="area").select("row", "span"))
    everyone = spans.filter(pl.col("mpan").is_null() & pl.col("area").is_null())
    parts.append(meters.select("row").join(everyone.select("span"), how="cross"))
    return pl.concat(parts)
