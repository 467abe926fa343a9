"""Folders of many small extracts: a tenth of a meter-year each, wide and long, some in need."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from characterise.simulate.identifiers import fictional

PARTS = 10
DAYS = 366
NO_UNIT, CORRECTION = 37, 41
"""Every so many files one does not name its unit, or repeats the file before with other values."""
TIMES = [f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30)]


def write_many(folder: Path, files: int, seed: int = 1) -> int:
    """Write ``files`` extracts; return how many half-hours they hold."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    half_hours = 0
    for number in range(files):
        # A correction says the days of the file before it once more, and arrives after it.
        meter, part = divmod(number - (number % CORRECTION == CORRECTION - 1), PARTS)
        first = part * DAYS // PARTS
        days = (part + 1) * DAYS // PARTS - first
        start = dt.date(2024, 1, 1) + dt.timedelta(days=first)
        kwh = np.round(rng.gamma(2.0, 0.2, (days, 48)), 3)
        unit = "" if number % NO_UNIT == NO_UNIT - 1 else "kWh"
        frame = (_wide if meter % 2 else _long)(fictional("12", meter), start, kwh, unit)
        frame.write_csv(folder / f"{number:06d}.csv", date_format="%d/%m/%Y", float_precision=3)
        half_hours += kwh.size
    return half_hours


def _wide(mpan: str, start: dt.date, kwh: np.ndarray, unit: str) -> pl.DataFrame:
    dates = pl.date_range(start, start + dt.timedelta(days=len(kwh) - 1), eager=True)
    frame = pl.DataFrame(kwh, schema=TIMES, orient="row")
    lead = frame.select(
        pl.lit(mpan).alias("MPAN"), dates.alias("Date (UTC)"), pl.lit(unit).alias("Unit")
    )
    return lead.hstack(frame)


def _long(mpan: str, start: dt.date, kwh: np.ndarray, unit: str) -> pl.DataFrame:
    begin = dt.datetime.combine(start, dt.time())
    stamps = pl.datetime_range(
        begin, begin + dt.timedelta(minutes=30 * (kwh.size - 1)), "30m", eager=True
    ).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return pl.DataFrame({"Start (UTC)": stamps, unit or "Reading": kwh.reshape(-1)}).select(
        pl.lit(mpan).alias("MPAN"), pl.all()
    )
