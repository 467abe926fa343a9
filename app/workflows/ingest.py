"""Extracts into the stores: accepted half-hours, quarantined rows, and what to do next.

Files are committed in batches. A kill loses nothing that was committed, and the same command
again goes on where it stopped, since a file that was read before changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from app.workflows.ingest_report import UNCHANGED, IngestReport
from app.workspace import Workspace
from characterise.errors import UnreadableExtract
from characterise.extracts import Mapping, Reading, Source, file_report, read_extract, walk
from characterise.frames import UTC
from characterise.quarantine_store import OPEN, SUPERSEDED, marked, rows_of
from characterise.reads_store import STORED
from registry import sources

TARGETS: Final = {"boundary": "reads", "asset": "asset_reads"}
"""Where readings go, by what their meters measure."""
BATCH_ROWS: Final = 2_000_000
BATCH_FILES: Final = 50
Advance = Callable[[int], None]


def ingest(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    actor: str,
    reason: str,
    layout: str | None = None,
    source: str = "boundary",
    mapping: Mapping | None = None,
    dry_run: bool = False,
    progress: Advance | None = None,
    received_at: dt.datetime | None = None,
) -> IngestReport:
    """Read files, folders and zip archives into the workspace.

    Parameters
    ----------
    layout
        Forces one of `characterise.extracts.LAYOUTS`.
    source
        ``boundary`` or ``asset``: what the meters measure.
    received_at
        When the files arrived, UTC; by default now. Later files of one call arrive later.

    Raises
    ------
    UnreadableExtract
        A path does not exist.
    """
    for path in paths:
        if not path.exists():
            raise UnreadableExtract(f"{path} does not exist; name a file, a folder or a zip.")
    job = _Job(workspace, actor, reason, layout or "auto", source, mapping or Mapping())
    report = IngestReport()
    arrivals = _arrivals(received_at)
    for batch in _batches(_read(job, walk(paths), progress), arrivals):
        fresh = [read for read in batch if read.reading is not None]
        if fresh and not dry_run:
            _commit(job, fresh)
        for read in batch:
            report.files.append(_reported(job, read, report.files, dry_run=dry_run))
    return report


@dataclass(frozen=True)
class _Job:
    workspace: Workspace
    actor: str
    reason: str
    layout: str
    source: str
    mapping: Mapping


@dataclass
class _Read:
    """One file, read; ``reading`` is None where the same bytes were read the same way before."""

    file: Source
    reading: Reading | None
    known_as: str
    source_id: str
    at: dt.datetime | None = None


def _read(job: _Job, files: Iterable[Source], progress: Advance | None) -> Iterator[_Read]:
    named: set[str] = set()
    for file in files:
        answers = job.mapping.for_file(file.name).digest
        source_id = _source_id(file.sha256, job.layout, job.source, answers)
        known = _seen(job, file.sha256, answers) or (source_id if source_id in named else None)
        named.add(source_id)
        if known:
            yield _Read(file, None, known, known)
        else:
            forced = None if job.layout == "auto" else job.layout
            reading = read_extract(file.data, file.name, layout=forced, mapping=job.mapping)
            yield _Read(file, reading, "", source_id)
        if progress is not None:
            progress(1)


def _seen(job: _Job, sha256: str, answers: str) -> str | None:
    with job.workspace.ledger.read() as db:
        return sources.seen(db, sha256, f"{job.layout}/{job.source}", answers or None)


def _source_id(sha256: str, layout: str, source: str, answers: str) -> str:
    return hashlib.sha256(f"{sha256}/{layout}/{source}/{answers}".encode()).hexdigest()[:24]


def _arrivals(received_at: dt.datetime | None) -> Iterator[dt.datetime]:
    """Moments of arrival, each later than the one before."""
    last = dt.datetime.min.replace(tzinfo=dt.UTC)
    while True:
        moment = received_at.astimezone(dt.UTC) if received_at else dt.datetime.now(dt.UTC)
        last = max(moment, last + dt.timedelta(microseconds=1))
        yield last


def _batches(reads: Iterator[_Read], arrivals: Iterator[dt.datetime]) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    rows = 0
    for read in reads:
        read.at = next(arrivals)
        batch.append(read)
        rows += read.reading.accepted.height if read.reading else 0
        if rows >= BATCH_ROWS or len(batch) >= BATCH_FILES:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _reported(
    job: _Job, read: _Read, before: list[dict[str, Any]], *, dry_run: bool
) -> dict[str, Any]:
    if read.reading is not None:
        status = "dry run" if dry_run else "read"
        return {**file_report(read.reading), "status": status, "source_id": read.source_id}
    said = f"The same bytes were read before as source {read.known_as}; nothing changed."
    found = {"row": None, "column": None, "code": "seen_before", "message": said, "fix": ""}
    twin = next((file for file in before if file["source_id"] == read.known_as), None)
    held = twin or _held(job, read.known_as)
    return {**held, "file": read.file.name, "findings": [found], "status": UNCHANGED}


def _held(job: _Job, source_id: str) -> dict[str, Any]:
    """What the ledger keeps of a file that an earlier run read: its counts as they were then."""
    with job.workspace.ledger.read() as db:
        rows = [row for row in sources.current(db) if row["source_id"] == source_id]
    detail = rows[0]["detail"] if rows else {}
    counts = detail.get("by_quantity", {})
    active = counts.get("AI", {"accepted": 0, "quarantined": 0})
    return {
        "layout": detail.get("layout", job.layout),
        "rows_read": detail.get("rows_read", 0),
        "half_hours_accepted": active["accepted"],
        "half_hours_quarantined": active["quarantined"],
        "by_quantity": counts,
        "detections": detail.get("detections", []),
        "meter_points": detail.get("meter_points", []),
        "first_ts_utc": detail.get("first_ts_utc"),
        "last_ts_utc": detail.get("last_ts_utc"),
        "source_id": source_id,
    }


def _commit(job: _Job, batch: list[_Read]) -> None:
    """Delta first; the ledger rows that name the versions are the commit."""
    workspace = job.workspace
    with workspace.writing():
        batch = [read for read in batch if not _taken(job, read)]
        versions: dict[str, int] = {}
        accepted = pl.concat([_stored(read) for read in batch]) if batch else pl.DataFrame()
        if accepted.height:
            table = TARGETS[job.source]
            store = workspace.reads if table == "reads" else workspace.asset_reads
            versions[table] = store.append(accepted)
        held = _quarantine_rows(job, batch)
        if held.height:
            versions["quarantine"] = workspace.quarantine.append(held)
        with workspace.ledger.write(actor=job.actor, reason=job.reason) as tx:
            for read in batch:
                sources.record(
                    tx,
                    read.source_id,
                    read.file.name,
                    read.file.sha256,
                    f"{job.layout}/{job.source}",
                    job.mapping.for_file(read.file.name).digest or None,
                    _detail(read),
                )
            if versions:
                detail = {"files": len(batch), "half_hours": accepted.height}
                workspace.commit(tx, "ingest", versions, detail)


def _taken(job: _Job, read: _Read) -> bool:
    """Whether another process committed the same file since it was read here."""
    return bool(_seen(job, read.file.sha256, job.mapping.for_file(read.file.name).digest))


def _stored(read: _Read) -> pl.DataFrame:
    accepted = read.reading.accepted if read.reading else pl.DataFrame(schema=STORED)
    return accepted.with_columns(
        pl.lit(read.at, dtype=UTC).alias("received_at"),
        pl.lit(read.source_id).alias("source_id"),
    ).select(pl.col(name).cast(dtype) for name, dtype in STORED.items())


def _quarantine_rows(job: _Job, batch: list[_Read]) -> pl.DataFrame:
    """Rows to keep, and the rows of an earlier reading of the same bytes, superseded."""
    store = job.workspace.quarantine
    parts: list[pl.DataFrame] = []
    with job.workspace.ledger.read() as db:
        known = sources.current(db)
    for read in batch:
        reading, at = read.reading, read.at
        if reading is None or at is None:
            continue
        earlier = [row["source_id"] for row in known if row["sha256"] == read.file.sha256]
        if earlier:
            superseded = store.current(source_ids=earlier, status=OPEN)
            parts.append(marked(superseded, SUPERSEDED, at))
        name, rows = read.file.name, reading.quarantined
        parts.append(rows_of(rows, source_id=read.source_id, file=name, target=job.source, at=at))
    return pl.concat(parts) if parts else pl.DataFrame()


def _detail(read: _Read) -> dict[str, Any]:
    reading = read.reading
    if reading is None:
        return {}
    report = file_report(reading)
    kept = (
        "layout",
        "rows_read",
        "by_quantity",
        "detections",
        "meter_points",
        "first_ts_utc",
        "last_ts_utc",
    )
    codes = Counter(finding["code"] for finding in report["findings"])
    return {
        **{key: report[key] for key in kept},
        "findings": dict(sorted(codes.items())),
        "received_at": read.at.isoformat() if read.at else None,
    }
