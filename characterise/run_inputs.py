"""The input files of one run, read and checked once, and named with their checksums."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from characterise.batch_plan import on_the_grid
from characterise.finding import Finding
from characterise.frames import METERS, READS, UTC, check
from characterise.inputs import (
    canonical,
    collect,
    read_meters,
    read_signals,
    read_weather,
    scan,
)
from characterise.meter_cube import MeterCube, cube_from_reads, describe_meters
from characterise.weather import weather_of_meters

_UTC_MS: Final = pl.Datetime("ms", "UTC")
_ENERGIES: Final = ("import_kwh", "export_kwh")


@dataclass(frozen=True)
class RunInputs:
    """Reads stay on disk; the small frames are held."""

    reads: Path
    meters: pl.DataFrame | None = None
    weather: pl.DataFrame | None = None
    signals: pl.DataFrame | None = None
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def from_files(
        cls,
        reads: Path,
        *,
        meters: Path | None = None,
        weather: Path | None = None,
        signals: Path | None = None,
    ) -> RunInputs:
        """Read and check the files that were given; `InvalidFrame` says what is wrong where."""
        scan(reads)
        held: dict[str, pl.DataFrame | None] = {}
        findings: list[Finding] = []
        files = {"reads": reads}
        for name, path, reader in (
            ("meters", meters, read_meters),
            ("weather", weather, read_weather),
            ("signals", signals, read_signals),
        ):
            held[name] = None
            if path is not None:
                held[name], found = reader(path)
                findings += found
                files[name] = path
        return cls(
            reads=reads,
            meters=held["meters"],
            weather=held["weather"],
            signals=held["signals"],
            findings=findings,
            files=files,
        )

    def grouped_reads(self, folder: Path) -> Path:
        """Parquet in which each meter's rows stand together: the file itself, or a sorted copy."""
        if self.reads.suffix.lower() != ".csv" and _grouped(self.reads):
            return self.reads
        target = folder / "reads.parquet"
        lazy = scan(self.reads)
        schema = lazy.collect_schema()
        columns = [*READS, "quality"] if "quality" in schema else list(READS)
        frame = collect(lazy.select(name for name in columns if name in schema), self.reads)
        frame = check(frame, pl.Schema({**READS, **_quality(frame)}), self.reads.name)
        frame.sort("mpan", "ts_utc").write_parquet(target, row_group_size=200_000)
        return target

    def checksums(self) -> dict[str, dict[str, Any]]:
        """Name, bytes and SHA-256 of every input; a folder's are those of its files in order."""
        return {name: described(path) for name, path in self.files.items()}

    def unmatched(self, mpans: Sequence[str]) -> list[Finding]:
        """What the small frames say about meters that have no reads, or about no station."""
        read = set(mpans)
        known = pl.DataFrame(schema=METERS) if self.meters is None else self.meters
        found: list[Finding] = []
        without = sum(mpan not in read for mpan in known["mpan"])
        if without:
            because = f"{without} meters are described but have no reads; nothing is said of them."
            found.append(Finding("meter_without_reads", because, {"meters": without}))
        held = [] if self.weather is None else self.weather["station"].unique().to_list()
        here = known.filter(pl.col("mpan").is_in(list(read)))
        served = here.filter(pl.col("weather_station").is_in(held)).height
        if served < len(read):
            because = (
                f"{len(read) - served} of {len(read)} meters have no weather of their own, so no "
                "heat pump there is above medium."
            )
            found.append(Finding("no_weather", because, {"meters": len(read) - served}))
        named = here["weather_station"].drop_nulls().unique()
        lost = sorted(name for name in named if name not in held)
        if lost:
            because = f"No weather was given for the stations {', '.join(lost[:5])}."
            found.append(Finding("unknown_station", because, {"stations": len(lost)}))
        return found


def described(path: Path) -> dict[str, Any]:
    """Name, bytes and SHA-256 of a file, or of a folder's Parquet files in the order of names."""
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    digest, size = hashlib.sha256(), 0
    for file in files:
        size += file.stat().st_size
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return {"file": path.name, "bytes": size, "sha256": digest.hexdigest()}


def survey(reads: Path) -> tuple[int, dict[str, int]]:
    """Rows of a reads file in contract types, and what of it no batch can hold, by reason code."""
    placed, lazy = on_the_grid(), scan(reads)
    named = pl.col("mpan").is_not_null() & (pl.col("mpan") != "")
    counts = lazy.select(
        rows=pl.len(),
        no_identity=(~(named & pl.col("ts_utc").is_not_null())).sum(),
        off_grid=(named & pl.col("ts_utc").is_not_null() & ~placed).sum(),
        meter_without_rows=pl.col("mpan").filter(named).n_unique()
        - pl.col("mpan").filter(placed).n_unique(),
    )
    found = collect(counts, reads).row(0, named=True)
    rows = found.pop("rows")
    return rows, {code: count for code, count in found.items() if count}


def load_cube(
    reads: Path,
    mpan: Sequence[str] | None,
    meters: pl.DataFrame | None,
    weather: pl.DataFrame | None,
    *,
    first_day: dt.date,
    n_days: int,
) -> tuple[MeterCube, dict[str, int]]:
    """Cube of some meters (None: all) of a reads file, and what was left out of it by reason."""
    lazy = scan(reads)
    if mpan is not None:
        lazy = lazy.filter(pl.col("mpan").is_in(list(mpan)))
    held = canonical(collect(lazy, reads), READS, reads.name)
    names = held.frame["mpan"].unique(maintain_order=True).to_list()
    facts = describe_meters(names, meters)
    facts, stations = weather_of_meters(facts, weather, first_day, n_days)
    cube = cube_from_reads(held.frame, facts, stations, first_day=first_day, n_days=n_days)
    return cube, held.left_out


def _grouped(reads: Path) -> bool:
    """Whether a Parquet file may be read in place: plain types, each meter's rows together."""
    lazy = scan(reads)
    schema = lazy.collect_schema()
    plain = schema.get("mpan") == pl.String and schema.get("ts_utc") in (UTC, _UTC_MS)
    if not plain or any(not schema.get(name, pl.Null).is_float() for name in _ENERGIES):
        return False
    runs = pl.col("mpan").rle().len().alias("runs")
    counted = collect(lazy.select(runs, pl.col("mpan").n_unique().alias("meters")), reads)
    return bool(counted["runs"][0] == counted["meters"][0])


def _quality(frame: pl.DataFrame) -> dict[str, pl.DataType]:
    return {"quality": pl.String()} if "quality" in frame.columns else {}
