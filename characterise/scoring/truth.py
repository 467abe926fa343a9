"""A folder of labelled meters: who has what, and the files beside the labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from characterise.asset_classes import BESS, EV_CHARGER, FLEXIBLE_DEMAND, HEAT_PUMP, SOLAR_PV
from characterise.columns import UTC, conform
from characterise.errors import InvalidFrame
from characterise.frames import check
from characterise.inputs import collect, read_signals, scan
from characterise.training.corpus import LABEL, event_signals, labels
from characterise.training.folds import clusters

ASSET: Final = {
    EV_CHARGER: "ev",
    HEAT_PUMP: "heat_pump",
    BESS: "battery",
    SOLAR_PV: "pv",
    FLEXIBLE_DEMAND: "dr",
}
"""Name of each class in ``submeters`` and in the columns of ``sites``."""
DETAILS: Final = ("family", "premises", "licence_class", "group_id", "trace_id")
"""Columns of ``sites`` that group the figures or keep folds apart; each may be absent."""
DATES: Final = ("installed", "removed", "resized")


def _schema(columns: dict[str, Any]) -> pl.Schema:
    return pl.Schema(columns)


_FILES: Final = ("sites.parquet", "sites.csv")
_COLUMNS: Final[dict[str, Any]] = {
    **dict.fromkeys(("mpan", *DETAILS), pl.String),
    **dict.fromkeys((*LABEL.values(), "presumed_no_ev"), pl.Boolean),
    **{f"{asset}_{what}": pl.Date for asset in ASSET.values() for what in DATES},
    "n_days": pl.Int64,
}
_SITES: Final = pl.Schema(_COLUMNS)
_EVENTS: Final = _schema({"mpan": pl.String, "start_utc": UTC, "end_utc": UTC, "kind": pl.String})
_HALF_HOURS: Final = _schema(
    {
        "mpan": pl.String,
        "asset": pl.String,
        "ts_utc": UTC,
        "import_kwh": pl.Float32,
        "export_kwh": pl.Float32,
    }
)


@dataclass(frozen=True, slots=True)
class Truth:
    """Labels by site, and where the readings lie."""

    folder: Path
    sites: pl.DataFrame
    """mpan, cluster, days, first_day, last_day, `DETAILS`, a boolean for each of `LABEL`, and dates
    ``ASSET_installed``, ``_removed``, ``_resized``; null where unknown. Sorted by mpan."""

    def file(self, name: str) -> Path | None:
        """Path of ``name`` as Parquet or CSV, where the folder holds one."""
        paths = (self.folder / f"{name}{kind}" for kind in (".parquet", ".csv"))
        return next((path for path in paths if path.is_file()), None)

    @property
    def reads(self) -> Path | None:
        """Boundary reads."""
        return self.file("reads")

    @property
    def labels_file(self) -> Path:
        """The file that the labels came from."""
        return _labels_file(self.folder)

    def signals(self) -> pl.DataFrame | None:
        """Signals of the market, else the labelled events of a meter as signals to it."""
        if (path := self.file("signals")) is not None:
            return read_signals(path)[0]
        if (path := self.file("events")) is None:
            return None
        return event_signals(check(collect(scan(path), path), _EVENTS, path.name))


def read_truth(folder: Path) -> Truth:
    """Read the labels; `InvalidFrame` says what is missing.

    Notes
    -----
    Unknown labels stay null and are left out of every figure; ``presumed_no_ev`` counts as absent.
    """
    path = _labels_file(folder)
    held = collect(scan(path), path)
    if "mpan" not in held.columns:
        raise InvalidFrame(f"{path} lacks mpan; it has {', '.join(held.columns)}")
    if not set(LABEL.values()) & set(held.columns):
        raise InvalidFrame(
            f"{path} holds no label; name at least one of {', '.join(LABEL.values())}"
        )
    absent = [pl.lit(None).alias(name) for name in _SITES if name not in held.columns]
    table = check(_dated(held, path).with_columns(absent), _SITES, path.name)
    sites = labels(table).rename({"n_days": "days"}).sort("mpan")
    if sites["mpan"].null_count() or not sites["mpan"].is_unique().all():
        raise InvalidFrame(f"{path} names a meter twice or not at all; give each site one row")
    nobody = pl.lit(None, dtype=pl.Date)
    sites = sites.with_columns(
        cluster=pl.Series(clusters(sites)), first_day=nobody, last_day=nobody
    )
    truth = Truth(folder, sites)
    return truth if truth.reads is None else replace(truth, sites=_with_days(sites, truth.reads))


def _dated(held: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Dates that came as text, read."""
    dates = [name for name, kind in _SITES.items() if kind == pl.Date and name in held.columns]
    texts = [name for name in dates if held.schema[name] == pl.String]
    try:
        return held.with_columns(pl.col(texts).str.strip_chars().str.to_date("%Y-%m-%d"))
    except pl.exceptions.PolarsError as error:
        named = ", ".join(texts)
        raise InvalidFrame(f"{path} holds no date like 2026-03-29 somewhere in {named}") from error


def _labels_file(folder: Path) -> Path:
    for name in _FILES:
        if (folder / name).is_file():
            return folder / name
    raise InvalidFrame(f"{folder} holds no sites.parquet or sites.csv; name the folder that does")


def _with_days(sites: pl.DataFrame, reads: Path) -> pl.DataFrame:
    """First and last day of each meter's readings, and the days between, in place of any stated."""
    day = pl.col("ts_utc").dt.date()
    span = half_hours(reads).group_by("mpan").agg(first_day=day.min(), last_day=day.max())
    days = (pl.col("last_day") - pl.col("first_day")).dt.total_days() + 1
    known = collect(span, reads).with_columns(days=days.cast(pl.Int64))
    return sites.drop("days", "first_day", "last_day").join(
        known, on="mpan", how="left", maintain_order="left"
    )


def half_hours(path: Path) -> pl.LazyFrame:
    """Reads or sub-meter reads with their columns in the types of the contract.

    Columns: mpan, ts_utc, import_kwh, export_kwh, and asset where the file has it. Half-hours that
    a ``quality`` calls estimated or missing are left out.
    """
    lazy = scan(path)
    held = pl.DataFrame(schema=lazy.collect_schema())
    wanted = [name for name in _HALF_HOURS if name in held.columns or name != "asset"]
    missing = [name for name in wanted if name not in held.columns]
    if missing:
        raise InvalidFrame(f"{path} lacks {', '.join(missing)}; it has {', '.join(held.columns)}")
    if "quality" in held.columns:
        rated = pl.col("quality").cast(pl.String).fill_null("actual")
        lazy = lazy.filter(rated.is_in(["actual", "derived"]))
    return lazy.select(conform(held, name, _HALF_HOURS[name]) for name in wanted)
