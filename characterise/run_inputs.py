"""The input files of one run, read and checked once, and named with their checksums."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from characterise.finding import Finding
from characterise.frames import READS, UTC, check
from characterise.inputs import canonical, read_meters, read_signals, read_weather, scan
from characterise.meter_cube import MeterCube, cube_from_reads, describe_meters
from characterise.weather import weather_of_meters


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
        frame = lazy.select(name for name in columns if name in schema).collect()
        frame = check(frame, pl.Schema({**READS, **_quality(frame)}), self.reads.name)
        frame.sort("mpan", "ts_utc").write_parquet(target, row_group_size=200_000)
        return target

    def checksums(self) -> dict[str, dict[str, Any]]:
        """Name, bytes and SHA-256 of every input file."""
        out = {}
        for name, path in self.files.items():
            if path.is_file():
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                out[name] = {"file": path.name, "bytes": path.stat().st_size, "sha256": digest}
        return out

    def unmatched(self, mpans: Sequence[str]) -> list[Finding]:
        """What the small frames say about meters that have no reads, or about no station."""
        found: list[Finding] = []
        if self.meters is None:
            return found
        read = set(mpans)
        without = sum(mpan not in read for mpan in self.meters["mpan"])
        if without:
            because = f"{without} meters are described but have no reads; nothing is said of them."
            found.append(Finding("meter_without_reads", because, {"meters": without}))
        held = set() if self.weather is None else set(self.weather["station"].unique())
        named = self.meters.filter(pl.col("mpan").is_in(list(read)))["weather_station"]
        lost = sorted({name for name in named.drop_nulls() if name not in held})
        if lost:
            because = f"No weather was given for the stations {', '.join(lost[:5])}."
            found.append(Finding("unknown_station", because, {"stations": len(lost)}))
        return found


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
    held = canonical(lazy.collect(), READS, reads.name)
    names = held.frame["mpan"].unique(maintain_order=True).to_list()
    facts = describe_meters(names, meters)
    facts, stations = weather_of_meters(facts, weather, first_day, n_days)
    cube = cube_from_reads(held.frame, facts, stations, first_day=first_day, n_days=n_days)
    return cube, held.left_out


def _grouped(reads: Path) -> bool:
    lazy = scan(reads)
    schema = lazy.collect_schema()
    if "mpan" not in schema or schema.get("ts_utc") not in (UTC, pl.Datetime("ms", "UTC")):
        return False
    runs = pl.col("mpan").rle().len().alias("runs")
    counted = lazy.select(runs, pl.col("mpan").n_unique().alias("meters")).collect()
    return bool(counted["runs"][0] == counted["meters"][0])


def _quality(frame: pl.DataFrame) -> dict[str, pl.DataType]:
    return {"quality": pl.String()} if "quality" in frame.columns else {}
