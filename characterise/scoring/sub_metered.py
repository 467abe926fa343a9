"""Sites whose assets have a meter of their own, laid out by half-hour beside the boundary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.columns import UTC
from characterise.inputs import collect
from characterise.scoring.groups import history_days
from characterise.scoring.truth import ASSET, Truth, half_hours

Array = npt.NDArray[np.float64]
CHUNK: Final = 48
"""Sites laid out at once."""
CLASS: Final = {asset: name for name, asset in ASSET.items()}
_HALF_HOUR_US: Final = 1_800_000_000


@dataclass(frozen=True, slots=True)
class SubMetered:
    """One site and class, kW drawn less given over the span of its boundary's readings."""

    mpan: str
    asset_class: str
    first_day: dt.date
    boundary: Array
    """(D, 48), NaN where unusable."""
    truth: Array
    """(D, 48) by the sub-meter, NaN where it says nothing."""

    @property
    def alone(self) -> bool:
        """Whether the boundary is the asset: nothing is left to tell it from."""
        both = np.isfinite(self.boundary) & np.isfinite(self.truth)
        drawn = np.abs(self.truth[both]).sum()
        return bool(drawn > 0 and np.abs((self.boundary - self.truth)[both]).sum() < 0.05 * drawn)

    def lay(self, frame: pl.DataFrame) -> Array:
        """(D, 48) of half-hours of this site, NaN where there is none."""
        return _lay(frame, self.first_day, len(self.boundary))


def sub_metered(truth: Truth) -> Iterator[list[SubMetered]]:
    """Sites with a sub-meter of a class that we detect, some at a time."""
    reads, subs = truth.reads, truth.file("submeters")
    if reads is None or subs is None:
        return
    lazy = half_hours(subs).filter(pl.col("asset").is_in(list(CLASS)))
    named = collect(lazy.select("mpan").unique(), subs)["mpan"]
    known = truth.sites["mpan"]
    names = sorted(set(named.to_list()) & set(known.to_list()))
    for start in range(0, len(names), CHUNK):
        some = pl.col("mpan").is_in(names[start : start + CHUNK])
        boundary = _by(collect(half_hours(reads).filter(some), reads), ["mpan"])
        metered = _by(collect(lazy.filter(some), subs), ["mpan", "asset"])
        held = []
        for (mpan, asset), part in sorted(metered.items()):
            if (mpan,) in boundary:
                held.append(_laid(mpan, CLASS[asset], boundary[(mpan,)], part))
        yield held


def estimates(
    path: Path, sites: Sequence[SubMetered], months: int | None
) -> dict[tuple[str, str], Array]:
    """(D, 48) kW that the results say each site's class drew, less what it gave.

    Zero where the boundary is usable and the results name nothing; NaN before the months that they
    saw.
    """
    names = sorted({site.mpan for site in sites})
    lazy = pl.scan_parquet(path).filter(pl.col("mpan").is_in(names))
    held = collect(lazy.with_columns(pl.col("ts_utc").cast(UTC)), path)
    parts = _by(held, ["mpan", "asset_class"])
    out = {}
    for site in sites:
        key = (site.mpan, site.asset_class)
        said = np.zeros(site.boundary.shape)
        if key in parts:
            said = np.nan_to_num(site.lay(parts[key]))
        out[key] = np.where(np.isfinite(site.boundary), said, np.nan)
        if months is not None:
            out[key][: -history_days(months)] = np.nan
    return out


def _by(frame: pl.DataFrame, keys: list[str]) -> dict[tuple[str, ...], pl.DataFrame]:
    parts = frame.partition_by(keys, as_dict=True)
    return {tuple(str(part) for part in key): held for key, held in parts.items()}


def _laid(mpan: str, name: str, boundary: pl.DataFrame, part: pl.DataFrame) -> SubMetered:
    first, last = boundary["ts_utc"].min(), boundary["ts_utc"].max()
    if not isinstance(first, dt.datetime) or not isinstance(last, dt.datetime):
        raise ValueError("a boundary needs readings")
    days = (last.date() - first.date()).days + 1
    return SubMetered(
        mpan, name, first.date(), _lay(boundary, first.date(), days), _lay(part, first.date(), days)
    )


def _lay(frame: pl.DataFrame, first: dt.date, days: int) -> Array:
    origin = np.datetime64(first, "us").astype(np.int64)
    at = (frame["ts_utc"].dt.timestamp("us").to_numpy() - origin) // _HALF_HOUR_US
    net = 2 * (pl.col("import_kwh") - pl.col("export_kwh").fill_null(0.0))
    value = frame.select(net.cast(pl.Float64).fill_null(float("nan"))).to_series().to_numpy()
    inside = (at >= 0) & (at < days * 48)
    out = np.full(days * 48, np.nan)
    out[at[inside]] = value[inside]
    return out.reshape(days, 48)
