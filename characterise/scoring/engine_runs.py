"""The engine over a truth folder's readings: all of them, the last months, or import alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from characterise import batch
from characterise.errors import InvalidFrame
from characterise.frames import UTC
from characterise.inputs import collect, scan
from characterise.profile import ProfileSettings
from characterise.results_folder import staged
from characterise.run_inputs import RunInputs, described
from characterise.scoring.groups import history_days
from characterise.scoring.truth import Truth, half_hours

SCORED: Final = ("detections", "capability", "availability", "baselines", "attribution")
"""Results of folds that are joined; the load of an area is not one model's to say."""
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fold:
    """Meters that one model is to judge."""

    name: str
    mpan: Sequence[str] | None
    """None: all."""
    model: Path | None
    """None: the model that came with the program."""


def run_engine(
    truth: Truth,
    out: Path,
    folds: Sequence[Fold],
    *,
    months: int | None = None,
    hide_export: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> None:
    """Characterise with attribution into ``out``, each meter by its own fold's model.

    Parameters
    ----------
    hide_export
        Whether every meter is read as if it had no export register.

    Notes
    -----
    Labels stay behind: the reader of meters drops every column that the contract does not name.
    """
    inputs = _inputs(truth)
    if hide_export:
        inputs = replace(inputs, meters=unexported(inputs.meters))
    settings = ProfileSettings(attribute=True)
    with TemporaryDirectory(prefix="fmar-score-") as scratch:
        parts = []
        for number, fold in enumerate(folds):
            path = Path(scratch) / f"{number}.parquet"
            reads = _kept(inputs.reads, fold.mpan, months, path, hide_export=hide_export)
            if reads is None:
                continue
            part = Path(scratch) / f"{number}"
            batch.run(
                replace(inputs, reads=reads),
                part,
                settings=settings,
                jobs=jobs,
                model=fold.model,
                progress=progress,
            )
            parts.append((fold, part))
        if not parts:
            raise InvalidFrame(f"{inputs.reads} holds no readings of the meters in its labels")
        with staged(out, (*batch.FILES,)) as folder:
            if len(parts) == 1:
                _move(parts[0][1], folder)
            else:
                _join(parts, folder)


def cut(reads: Path, months: int, out: Path) -> None:
    """Write the last months of each meter's readings, counted from its own last one."""
    lazy = half_hours(reads)
    last = collect(lazy.group_by("mpan").agg(last=pl.col("ts_utc").max()), reads)
    since = pl.col("last").dt.truncate("1d") - pl.duration(days=history_days(months) - 1)
    kept = lazy.join(last.lazy(), on="mpan", how="left", maintain_order="left")
    kept.filter(pl.col("ts_utc") >= since.cast(UTC)).drop("last").sink_parquet(
        out, row_group_size=200_000, maintain_order=True
    )


def _inputs(truth: Truth) -> RunInputs:
    if truth.reads is None:
        raise InvalidFrame(f"{truth.folder} holds no reads.parquet to characterise")
    found = RunInputs.from_files(
        truth.reads,
        meters=truth.file("meters") or truth.labels_file,
        weather=truth.file("weather"),
    )
    return replace(found, signals=truth.signals())


def unexported(meters: pl.DataFrame | None) -> pl.DataFrame | None:
    """Facts of meters, none of which has an export register."""
    if meters is None:
        return None
    return meters.with_columns(has_export_register=pl.lit(value=False))


def _kept(
    reads: Path,
    mpan: Sequence[str] | None,
    months: int | None,
    out: Path,
    *,
    hide_export: bool,
) -> Path | None:
    """The file itself, or a copy of some meters, of import or of the last months; None of nothing.

    A hidden export is blank, as the contract has it of a meter without the register.
    """
    if mpan is not None or hide_export:
        some = scan(reads)
        if mpan is not None:
            some = some.filter(pl.col("mpan").cast(pl.String).is_in(list(mpan)))
        if hide_export:
            some = some.with_columns(export_kwh=pl.lit(None, dtype=pl.Float32))
        held = collect(some, reads)
        if held.is_empty():
            return None
        held.write_parquet(out, row_group_size=200_000)
        reads = out
    if months is None:
        return reads
    short = out.with_suffix(".cut.parquet")
    cut(reads, months, short)
    return short


def _move(part: Path, folder: Path) -> None:
    for name in batch.FILES:
        if (part / name).exists():
            shutil.move(part / name, folder / name)


def _join(parts: Sequence[tuple[Fold, Path]], folder: Path) -> None:
    written = []
    for name in SCORED:
        file = f"{name}.parquet"
        held = [pl.read_parquet(part / file) for _, part in parts if (part / file).is_file()]
        if held:
            frame = pl.concat(held).sort("mpan", maintain_order=True)
            frame.write_parquet(folder / file, row_group_size=200_000)
            written.append(name)
    reports = [json.loads((part / "run.json").read_text(encoding="utf-8")) for _, part in parts]
    body: dict[str, Any] = dict(reports[0])
    body["model_version"] = "one a fold"
    body["folds"] = [
        {
            "name": fold.name,
            "model_version": report["model_version"],
            "meters": report["counts_in"].get("meters", 0),
        }
        for (fold, _), report in zip(parts, reports, strict=True)
    ]
    for counts in ("counts_in", "counts_out", "left_out"):
        body[counts] = _sum([report[counts] for report in reports])
    body["seconds"] = round(sum(report["seconds"] for report in reports), 2)
    body["outputs"] = {name: described(folder / f"{name}.parquet") for name in written}
    text = json.dumps(body, indent=2) + "\n"
    (folder / "run.json").write_text(text, encoding="utf-8")


def _sum(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    out: dict[str, int] = {}
    for part in counts:
        for name, count in part.items():
            out[name] = out.get(name, 0) + count
    return out
