"""The frames that go in and come out: columns, types, units. Frozen; see `check`.

``ts_utc`` is always the start of a half-hour in UTC; energies are kWh in that half-hour, powers
are kW. Net import is import less export; a delivered turn-down is positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from characterise import columns
from characterise.errors import InvalidFrame

UTC: Final = columns.UTC
_STRINGS: Final = pl.List(pl.String)
_WEEK: Final = pl.List(pl.Float32)


def _schema(columns: Mapping[str, Any]) -> pl.Schema:
    return pl.Schema(columns)


READS: Final = _schema(
    {"mpan": pl.String, "ts_utc": UTC, "import_kwh": pl.Float32, "export_kwh": pl.Float32}
)
ASSET_READS: Final = _schema({"amsid": pl.String, **READS})
WEATHER: Final = _schema(
    {"station": pl.String, "ts_utc": UTC, "temp_c": pl.Float32, "ghi_wm2": pl.Float32}
)
METERS_OPTIONAL: Final = _schema(
    {
        "weather_station": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "time_zone": pl.String,
        "premises": pl.String,
        "gsp_group": pl.String,
        "gsp": pl.String,
        "primary": pl.String,
        "feeder": pl.String,
        "zone": pl.String,
        "import_limit_kw": pl.Float64,
        "export_limit_kw": pl.Float64,
        "has_export_register": pl.Boolean,
    }
)
METERS: Final = _schema({"mpan": pl.String, **METERS_OPTIONAL})
SIGNALS: Final = _schema(
    {
        "signal_id": pl.String,
        "kind": pl.String,
        "area": pl.String,
        "mpan": pl.String,
        "start_utc": UTC,
        "end_utc": UTC,
    }
)
DECLARED: Final = _schema(
    {
        "event_id": pl.String,
        "mpan": pl.String,
        "amsid": pl.String,
        "fsp_id": pl.String,
        "ts_utc": UTC,
        "declared_kwh": pl.Float32,
    }
)

DETECTIONS: Final = _schema(
    {
        "mpan": pl.String,
        "asset_class": pl.String,
        "probability": pl.Float32,
        "lower": pl.Float32,
        "upper": pl.Float32,
        "tier": pl.String,
        "sufficiency": pl.String,
        "findings": _STRINGS,
        "reasons": _STRINGS,
        "detectable_kw": pl.Float32,
        "first_seen": pl.Date,
        "last_seen": pl.Date,
    }
)
CAPABILITY: Final = _schema(
    {
        "mpan": pl.String,
        "asset_class": pl.String,
        "parameter": pl.String,
        "statistic": pl.String,
        "value": pl.Float32,
        "lower": pl.Float32,
        "upper": pl.Float32,
        "n_episodes": pl.Int32,
        "probability": pl.Float32,
        "tier": pl.String,
    }
)
AVAILABILITY: Final = _schema(
    {
        "mpan": pl.String,
        "asset_class": pl.String,
        "direction": pl.String,
        "season": pl.String,
        "tier": pl.String,
        "n_days": pl.Int32,
        "operating_share": _WEEK,
        "kw_mean": _WEEK,
        "kw_p90": _WEEK,
    }
)
BASELINES: Final = _schema(
    {
        "mpan": pl.String,
        "method": pl.String,
        "cvrmse": pl.Float32,
        "nmbe": pl.Float32,
        "pnrmse": pl.Float32,
        "n_days": pl.Int32,
        "chosen": pl.Boolean,
    }
)
ATTRIBUTION: Final = _schema(
    {
        "mpan": pl.String,
        "asset_class": pl.String,
        "ts_utc": UTC,
        "import_kwh": pl.Float32,
        "export_kwh": pl.Float32,
    }
)
EXPECTED: Final = _schema(
    {
        "mpan": pl.String,
        "ts_utc": UTC,
        "method": pl.String,
        "expected_net_kwh": pl.Float32,
        "lower": pl.Float32,
        "upper": pl.Float32,
    }
)
VERDICTS: Final = _schema(
    {
        "event_id": pl.String,
        "mpan": pl.String,
        "amsid": pl.String,
        "fsp_id": pl.String,
        "verdict": pl.String,
        "declared_kwh": pl.Float32,
        "boundary_kwh": pl.Float32,
        "expected_kwh": pl.Float32,
        "p_value": pl.Float32,
        "delivered_fraction_p05": pl.Float32,
        "delivered_fraction_p50": pl.Float32,
        "delivered_fraction_p95": pl.Float32,
        "min_detectable_kwh": pl.Float32,
        "reasons": _STRINGS,
        "innocent": _STRINGS,
    }
)
CUMULATIVE: Final = _schema(
    {
        "mpan": pl.String,
        "amsid": pl.String,
        "fsp_id": pl.String,
        "n_events": pl.Int32,
        "delivered_fraction_p05": pl.Float32,
        "delivered_fraction_p50": pl.Float32,
        "delivered_fraction_p95": pl.Float32,
        "probability_under_delivery": pl.Float32,
        "verdict": pl.String,
        "events_to_settle": pl.Int32,
    }
)
PAIRING: Final = _schema(
    {
        "mpan": pl.String,
        "amsid": pl.String,
        "score": pl.Float32,
        "slope": pl.Float32,
        "lag_half_hours": pl.Int32,
        "finding": pl.String,
    }
)
GAMING: Final = _schema(
    {
        "mpan": pl.String,
        "amsid": pl.String,
        "fsp_id": pl.String,
        "screen": pl.String,
        "n_events": pl.Int32,
        "statistic": pl.Float32,
        "unit": pl.String,
        "p_value": pl.Float32,
        "finding": pl.String,
        "reasons": _STRINGS,
        "innocent": _STRINGS,
    }
)
AREA_LOAD: Final = _schema(
    {
        "gsp_group": pl.String,
        "asset_class": pl.String,
        "ts_utc": UTC,
        "n_meters": pl.Int32,
        "import_kw": pl.Float32,
        "export_kw": pl.Float32,
    }
)

TIERS: Final = ("high", "medium", "low")
SUFFICIENCY: Final = ("sufficient", "insufficient")
QUALITIES: Final = ("missing", "actual", "derived", "estimated")
"""Order of the quality codes 0-3 in a cube."""
PARAMETERS: Final = (
    "rated_import_kw",
    "rated_export_kw",
    "duration_h",
    "ramp_up_kw_per_min",
    "ramp_down_kw_per_min",
)
STATISTICS: Final = ("min", "p10", "p50", "p90", "max")
VERDICT_ORDER: Final = (
    "no_boundary_data",
    "estimated_boundary",
    "unsupported",
    "undecidable",
    "masked",
    "consistent",
)
GAMING_SCREENS: Final = (
    "look_back_raised",
    "window_ramped",
    "always_at_the_cap",
    "low_load_days",
    "rebound_traded",
)
GAMING_FINDINGS: Final = ("seen", "not_seen", "not_enough")


def check(frame: pl.DataFrame, schema: pl.Schema, name: str) -> pl.DataFrame:
    """Select the columns of ``schema`` in their order and cast them to its types.

    Raises
    ------
    InvalidFrame
        A column is missing, or a value does not fit its type; the sentence names both.
    """
    missing = [column for column in schema if column not in frame.columns]
    if missing:
        raise InvalidFrame(f"{name} lacks {', '.join(missing)}; it has {', '.join(frame.columns)}")
    for column, dtype in schema.items():
        columns.refuse(frame, column, dtype, name)
    try:
        return frame.select(columns.conform(frame, key, kind) for key, kind in schema.items())
    except pl.exceptions.PolarsError as error:
        wrong = (columns.blame(frame, key, kind, name) for key, kind in schema.items())
        raise next(filter(None, wrong), InvalidFrame(f"{name} cannot be read: {error}")) from error
