"""The input files of the contract: read, checked, and what was left out counted.

Parquet, or CSV with the same columns. Columns that the contract does not name are dropped here,
labels above all, so nothing further on can see them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from characterise.errors import InvalidFrame
from characterise.finding import Finding
from characterise.frames import (
    ASSET_READS,
    DECLARED,
    METERS,
    METERS_OPTIONAL,
    QUALITIES,
    READS,
    SIGNALS,
    WEATHER,
    check,
)
from characterise.settlement import zone_of

_REASONS = {
    "no_identity": "rows name no meter or no time",
    "off_grid": "rows do not start on a UTC half-hour",
    "meter_without_rows": "meters have no row that could be placed, so nothing is said of them",
    "repeated": "rows repeat another row exactly",
    "conflicting": "half-hours had two different values and nothing says which is later",
    "negative": "values below zero were taken as missing",
}


PREMISES: Final = ("domestic", "non_domestic", "unknown")
"""What may stand in ``premises``; blank is unknown."""


@dataclass(frozen=True, slots=True)
class Canonical:
    """Reads in contract shape, one row a meter and half-hour, sorted by meter and time."""

    frame: pl.DataFrame
    left_out: dict[str, int]
    """Rows or half-hours left out, by reason code."""


def scan(path: Path) -> pl.LazyFrame:
    """Lazy frame over a Parquet or CSV file, or a folder of Parquet files.

    Raises
    ------
    InvalidFrame
        It is none of these, or cannot be read.
    """
    if not path.exists():
        raise InvalidFrame(f"{path} does not exist; give the path of a Parquet or CSV file")
    if path.is_dir() and not any(path.rglob("*.parquet")):
        raise InvalidFrame(f"{path} is a folder without Parquet files; give a Parquet or CSV file")
    if path.is_dir() or path.suffix.lower() in (".parquet", ".pq"):
        lazy, kind = pl.scan_parquet(path), "Parquet"
    elif path.suffix.lower() == ".csv":
        # Every cell as text: a type guessed from the first rows need not fit the others, and an
        # identifier must not lose its zeros. `frames.check` casts what the contract names.
        lazy, kind = pl.scan_csv(path, infer_schema=False, null_values=""), "CSV"
    else:
        raise InvalidFrame(f"{path} is neither .parquet nor .csv; convert it or use fmar ingest")
    try:
        lazy.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, kind, error) from error
    return lazy


def collect(lazy: pl.LazyFrame, path: Path) -> pl.DataFrame:
    """Rows of a lazy frame over ``path``; `InvalidFrame` where the file is damaged."""
    try:
        return lazy.collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(
            path, "CSV" if path.suffix.lower() == ".csv" else "Parquet", error
        ) from error


def _unreadable(path: Path, kind: str, error: Exception) -> InvalidFrame:
    first = str(error).splitlines()[0].rstrip(". ")
    return InvalidFrame(f"{path} cannot be read as {kind} ({first}); check the file")


def read_reads(path: Path) -> tuple[pl.DataFrame, list[Finding]]:
    """Boundary reads: `characterise.frames.READS` and ``quality``."""
    held = canonical(collect(scan(path), path), READS, "reads")
    return held.frame, describe_left_out(held.left_out, path.name)


def read_asset_reads(path: Path) -> tuple[pl.DataFrame, list[Finding]]:
    """Asset reads: `characterise.frames.ASSET_READS` and ``quality``."""
    held = canonical(collect(scan(path), path), ASSET_READS, "asset reads", keys=("amsid", "mpan"))
    return held.frame, describe_left_out(held.left_out, path.name)


def read_weather(path: Path) -> tuple[pl.DataFrame, list[Finding]]:
    """Weather: `characterise.frames.WEATHER`; a file without irradiance is taken."""
    frame = collect(scan(path), path)
    if "ghi_wm2" not in frame.columns:
        frame = frame.with_columns(ghi_wm2=pl.lit(None, dtype=pl.Float32))
    return check(frame, WEATHER, path.name).sort("station", "ts_utc"), []


def read_meters(path: Path) -> tuple[pl.DataFrame, list[Finding]]:
    """Meter facts: `characterise.frames.METERS`; columns that are absent become null."""
    frame = collect(scan(path), path)
    if "mpan" not in frame.columns:
        raise InvalidFrame(f"{path.name} lacks mpan; it has {', '.join(frame.columns)}")
    missing = [name for name in METERS_OPTIONAL if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(name) for name in missing)
    facts = check(frame, METERS, path.name)
    _check_facts(facts, path.name)
    once = facts.unique("mpan", keep="first", maintain_order=True)
    findings = []
    if once.height < facts.height:
        n = facts.height - once.height
        because = f"{n} rows of {path.name} repeat a meter; the first row of each was kept."
        findings.append(Finding("meter_repeated", because, {"rows": n}))
    return once, findings


def _check_facts(facts: pl.DataFrame, name: str) -> None:
    for zone in facts["time_zone"].drop_nulls().unique().sort():
        try:
            zone_of(zone)
        except ValueError as error:
            raise InvalidFrame(f"{name}: {error}") from error
    for column, good, wanted in (
        ("premises", pl.col("premises").is_in(PREMISES), f"one of {', '.join(PREMISES)}"),
        ("latitude", pl.col("latitude").is_between(-90, 90), "degrees from -90 to 90"),
        ("longitude", pl.col("longitude").is_between(-180, 180), "degrees from -180 to 180"),
    ):
        wrong = facts.filter(pl.col(column).is_not_null() & ~good)
        if wrong.height:
            value = wrong[column][0]
            raise InvalidFrame(
                f"{name} holds the {column} {value!r}; use {wanted}, or leave it out"
            )


def read_signals(path: Path) -> tuple[pl.DataFrame, list[Finding]]:
    """Signals: `characterise.frames.SIGNALS`; area and mpan may be absent."""
    frame = collect(scan(path), path)
    missing = [name for name in ("area", "mpan") if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)
    signals = check(frame, SIGNALS, path.name)
    backwards = signals.filter(pl.col("end_utc") <= pl.col("start_utc"))
    if backwards.height:
        first = backwards["signal_id"][0]
        raise InvalidFrame(f"{path.name}: signal {first} ends before it starts; correct its times")
    return signals, []


def read_declared(path: Path) -> tuple[pl.DataFrame, list[Finding]]:
    """Declared deliveries: `characterise.frames.DECLARED`, each row once."""
    rows = check(collect(scan(path), path), DECLARED, path.name)
    once = rows.unique(maintain_order=True)
    repeated = rows.height - once.height
    return once, describe_left_out({"repeated": repeated} if repeated else {}, path.name)


def canonical(
    frame: pl.DataFrame, schema: pl.Schema, name: str, keys: tuple[str, ...] = ("mpan",)
) -> Canonical:
    """Bring reads into contract shape; count by reason what could not be used.

    Two different values for one half-hour leave it missing: nothing says which is later.
    """
    rated = "quality" in frame.columns
    whole = pl.Schema({**schema, "quality": pl.String()}) if rated else schema
    frame = check(frame, whole, name)
    if not rated:
        frame = frame.with_columns(quality=pl.lit(None, dtype=pl.String))
    left_out: dict[str, int] = {}
    frame = _keep(
        frame, pl.all_horizontal(pl.col(*keys, "ts_utc").is_not_null()), "no_identity", left_out
    )
    on_grid = pl.col("ts_utc").dt.timestamp("us") % 1_800_000_000 == 0
    frame = _keep(frame, on_grid, "off_grid", left_out)
    energies = pl.col("import_kwh", "export_kwh")
    negative = int(frame.select((energies < 0).sum()).sum_horizontal().item() or 0)
    if negative:
        left_out["negative"] = negative
    frame = frame.with_columns(
        # Null export says "no register", NaN says "not read": the second must not become zero.
        pl.when(energies.is_null() | (energies.is_finite() & (energies >= 0)))
        .then(energies)
        .otherwise(float("nan"))
        .name.keep(),
        pl.col("quality").fill_null("actual"),
    )
    unknown = frame.filter(~pl.col("quality").is_in(list(QUALITIES)))
    if unknown.height:
        first = unknown["quality"][0]
        raise InvalidFrame(f"{name} holds the quality {first!r}; use one of {', '.join(QUALITIES)}")
    frame = frame.sort(*keys, "ts_utc")
    return Canonical(_once(frame, (*keys, "ts_utc"), left_out), left_out)


def describe_left_out(left_out: dict[str, int], name: str) -> list[Finding]:
    """One finding a reason, with its count."""
    return [
        Finding(code, f"{name}: {count} {_REASONS[code]}.", {"count": count})
        for code, count in left_out.items()
    ]


def total_left_out(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Sum the counts of several files or batches, by reason in a fixed order."""
    total = dict.fromkeys(_REASONS, 0)
    for part in parts:
        for code, count in part.items():
            total[code] += count
    return {code: count for code, count in total.items() if count}


def _keep(frame: pl.DataFrame, good: pl.Expr, code: str, left_out: dict[str, int]) -> pl.DataFrame:
    kept = frame.filter(good)
    if kept.height < frame.height:
        left_out[code] = frame.height - kept.height
    return kept


def _once(frame: pl.DataFrame, keys: tuple[str, ...], left_out: dict[str, int]) -> pl.DataFrame:
    """One row a key of a frame sorted by ``keys``."""
    same = pl.all_horizontal(pl.col(key) == pl.col(key).shift(1) for key in keys)
    if not frame.select(same.any()).item():
        return frame
    distinct = frame.unique(maintain_order=True)
    if distinct.height < frame.height:
        left_out["repeated"] = frame.height - distinct.height
    clash = pl.len().over(list(keys)) > 1
    marked = distinct.with_columns(clash=clash)
    n = marked.filter("clash").select(list(keys)).unique().height
    if n == 0:
        return distinct
    left_out["conflicting"] = n
    blank = [
        pl.when("clash").then(float("nan")).otherwise(pl.col(name)).alias(name)
        for name in ("import_kwh", "export_kwh")
    ]
    quality = pl.when("clash").then(pl.lit("missing")).otherwise("quality").alias("quality")
    return (
        marked.with_columns(*blank, quality)
        .unique(list(keys), keep="first", maintain_order=True)
        .drop("clash")
    )
