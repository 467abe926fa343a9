"""Batches of meters over processes: plan, run, write the frames and run.json.

A batch is a pure function of its own meters' reads, so the frames are the same whatever the number
of processes, and any scheduler that can call `profile_batch` will do.
"""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from characterise import __name__ as package
from characterise.area_load import combine
from characterise.batch_plan import UNPLACED, Batch, plan
from characterise.frames import (
    AREA_LOAD,
    ATTRIBUTION,
    AVAILABILITY,
    BASELINES,
    CAPABILITY,
    DETECTIONS,
)
from characterise.inputs import describe_left_out, total_left_out
from characterise.meter_cube import describe_meters
from characterise.model import load_model
from characterise.profile import ProfileSettings, profile
from characterise.results_folder import staged
from characterise.run_inputs import RunInputs, described, load_cube, survey

RESULTS: Final = {
    "detections": DETECTIONS,
    "capability": CAPABILITY,
    "availability": AVAILABILITY,
    "baselines": BASELINES,
    "attribution": ATTRIBUTION,
    "area_load": AREA_LOAD,
}
"""Result frames by the name of their file."""

FILES: Final = (*(f"{name}.parquet" for name in RESULTS), "run.json")
"""What a run writes; run.json appears last."""
BALANCED: Final = "balanced"
"""Prevalence of a run that was given none: every class as often there as not."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Task:
    """What one process needs to profile one batch."""

    reads: Path
    batch: Batch
    meters: pl.DataFrame
    weather: pl.DataFrame | None
    signals: pl.DataFrame | None
    settings: ProfileSettings
    model: Path | None
    out: Path
    """Folder for this batch's frames."""


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What came of one batch; its frames lie in the task's folder."""

    counts: dict[str, int]
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class RunReport:
    """What run.json says."""

    engine: str
    engine_version: str
    model_version: str
    prevalence: float | str
    """Share of sites that have a class where the answers are used, or `BALANCED`."""
    settings: dict[str, Any]
    inputs: dict[str, dict[str, Any]]
    counts_in: dict[str, int]
    counts_out: dict[str, int]
    left_out: dict[str, int]
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name, bytes and SHA-256 of every result: run.json's own checksum seals them all."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


def run(
    inputs: RunInputs,
    out: Path,
    *,
    settings: ProfileSettings | None = None,
    jobs: int = 1,
    model: Path | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Profile every meter of ``inputs`` and write one Parquet file a frame, and run.json.

    Parameters
    ----------
    jobs
        Processes; 1 works in this one.
    model
        A model file other than the one that came with the program.
    progress
        Called with the number of meters each finished batch held.
    """
    began = time.perf_counter()
    settings = settings or ProfileSettings()
    with staged(out, FILES) as folder:
        parts = folder / "parts"
        parts.mkdir()
        reads = inputs.grouped_reads(parts)
        batches = plan(reads)
        rows, unplaced = survey(reads)
        tasks = _tasks(inputs, reads, batches, settings=settings, model=model, parts=parts)
        reports = []
        for task, report in zip(tasks, _map(tasks, jobs), strict=True):
            reports.append(report)
            if progress is not None:
                progress(len(task.batch.mpan))
        written = _gather(parts, folder, settings)
        # A batch sees only its own meters: what could not be placed is counted over the file.
        placed = total_left_out(report.left_out for report in reports)
        left_out = total_left_out([placed | dict.fromkeys(UNPLACED, 0) | unplaced])
        found = inputs.findings + describe_left_out(left_out, inputs.reads.name)
        found += inputs.unmatched([mpan for batch in batches for mpan in batch.mpan])
        summary = RunReport(
            engine=package,
            engine_version=_version(),
            model_version=load_model(model).version,
            prevalence=BALANCED if settings.prevalence is None else settings.prevalence,
            settings=asdict(settings),
            inputs=inputs.checksums(),
            counts_in={"rows": rows, **_sum(report.counts for report in reports)},
            counts_out=written,
            left_out=left_out,
            outputs={name: described(folder / f"{name}.parquet") for name in written},
            findings=[asdict(each) for each in found],
            seconds=round(time.perf_counter() - began, 2),
        )
        text = json.dumps(asdict(summary), indent=2) + "\n"
        (folder / "run.json").write_text(text, encoding="utf-8")
    return summary


def profile_batch(task: Task) -> BatchReport:
    """Read one batch's meters, profile them, write the frames to the task's folder."""
    batch = task.batch
    cube, left_out = load_cube(
        task.reads,
        batch.mpan,
        task.meters,
        task.weather,
        first_day=batch.first_day,
        n_days=batch.n_days,
    )
    held = profile(cube, model=load_model(task.model), signals=task.signals, settings=task.settings)
    task.out.mkdir(parents=True, exist_ok=True)
    for name, frame in held.frames.items():
        frame.write_parquet(task.out / f"{name}.parquet")
    return BatchReport(held.counts, left_out)


def _tasks(
    inputs: RunInputs,
    reads: Path,
    batches: Sequence[Batch],
    *,
    settings: ProfileSettings,
    model: Path | None,
    parts: Path,
) -> list[Task]:
    tasks = []
    for index, batch in enumerate(batches):
        facts = describe_meters(batch.mpan, inputs.meters)
        stations = facts["weather_station"].drop_nulls().unique()
        weather = inputs.weather
        if weather is not None:
            weather = weather.filter(pl.col("station").is_in(stations.implode()))
        tasks.append(
            Task(
                reads=reads,
                batch=batch,
                meters=facts,
                weather=weather,
                signals=inputs.signals,
                settings=settings,
                model=model,
                out=parts / f"{index:06d}",
            )
        )
    return tasks


def _map(tasks: Sequence[Task], jobs: int) -> Iterator[BatchReport]:
    if jobs <= 1 or len(tasks) <= 1:
        yield from map(profile_batch, tasks)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=spawn) as pool:
        yield from pool.map(profile_batch, tasks)


def _gather(parts: Path, out: Path, settings: ProfileSettings) -> dict[str, int]:
    """Join the batches' frames, each sorted by meter; return the rows of each."""
    counts = {}
    for name, schema in RESULTS.items():
        target = out / f"{name}.parquet"
        if name == "attribution" and not settings.attribute:
            continue
        held = [pl.read_parquet(path) for path in sorted(parts.glob(f"*/{name}.parquet"))]
        if name == "area_load":
            frame = combine(held)
        else:
            frame = pl.concat([schema.to_frame(), *held]).sort("mpan", maintain_order=True)
        frame.rechunk().write_parquet(target, compression="zstd", row_group_size=200_000)
        counts[name] = frame.height
    return counts


def _sum(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
    return total


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("fmar-workbench")
    except PackageNotFoundError:
        return "uninstalled"
