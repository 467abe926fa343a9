"""Half-hours and detections of a few meters of which all is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
DAYS = 60
N = 48 * DAYS


def times(n=N):
    return pl.Series("ts_utc", [START + k * dt.timedelta(minutes=30) for k in range(n)]).cast(
        pl.Datetime("us", "UTC")
    )


def charging():
    """(N,) kW: two hours of 7 kW from 01:00 each day."""
    power = np.zeros((DAYS, 48))
    power[:, 2:6] = 7.0
    return power.reshape(-1)


def half_hours(mpan, kw, **more):
    kwh = np.asarray(kw) / 2
    frame = pl.DataFrame(
        {
            "mpan": mpan,
            "ts_utc": times(len(kwh)),
            "import_kwh": np.maximum(kwh, 0).astype(np.float32),
            "export_kwh": np.maximum(-kwh, 0).astype(np.float32),
        }
    )
    return frame.with_columns(**{name: pl.lit(value) for name, value in more.items()})


def detection(mpan, name, probability, first=None):
    tier = None if probability is None else "high" if probability > 0.95 else "low"
    return {
        "mpan": mpan,
        "asset_class": name,
        "probability": probability,
        "tier": tier,
        "first_seen": first,
        "last_seen": None,
    }


def detections(rows):
    kinds = {"probability": pl.Float32, "tier": pl.String}
    dates = {"first_seen": pl.Date, "last_seen": pl.Date}
    return pl.DataFrame(rows, schema_overrides={**kinds, **dates})
