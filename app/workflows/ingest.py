"""Extracts into the stores: accepted half-hours, quarantined rows, and what to do next.

Files are committed in batches. A kill loses nothing that was committed, and the same command
again goes on where it stopped, since a file that was read before changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from app.disk_space import is_full
from app.workflows.arrival import Arrival, Order, entry_of
from app.workflows.file_reading import FileJob, FileRead, read_in_order
from app.workflows.ingest_batch import TARGETS, commit
from app.workflows.ingest_report import IngestReport
from app.workspace import Workspace, WorkspaceFull
from characterise.extracts import Mapping
from characterise.extracts.listing import Listing, listed
from characterise.extracts.sources import Source, opened
from registry import sources

__all__ = ["TARGETS", "ingest"]

BATCH_ROWS: Final = 2_000_000
"""Half-hours that are held before they are written: some 200 MB."""
BATCH_FILES: Final = 50
"""Files that a kill may cost: they are read again."""
_HALF_HOURS_OF_A_ROW: Final = 50
"""A quarantined row holds its text, which takes about the memory of so many half-hours."""
Advance = Callable[[int], None]


def ingest(
    workspace: Workspace,
    paths: Sequence[Path] | Listing,
    *,
    actor: str,
    reason: str,
    layout: str | None = None,
    source: str = "boundary",
    mapping: Mapping | None = None,
    dry_run: bool = False,
    progress: Advance | None = None,
    received_at: dt.datetime | None = None,
    jobs: int = 1,
    stopping: Callable[[], bool] | None = None,
    report: IngestReport | None = None,
) -> IngestReport:
    """Read files, folders and zip archives into the workspace.

    Parameters
    ----------
    paths
        What to read, or a listing of it.
    layout
        Forces one of `characterise.extracts.LAYOUTS`.
    source
        ``boundary`` or ``asset``: what the meters measure.
    progress
        Called with the number of listed files that were read since.
    received_at
        When the files arrived, UTC; by default now. Later files of one call arrive later.
    jobs
        Processes that read files; what they give is the same.
    stopping
        Asked before each file; once it says yes, what was read is committed and nothing more read.
    report
        Filled as files are kept, for who wants to see how far an interrupted run came.

    Raises
    ------
    UnreadableExtract
        A path does not exist.
    WorkspaceFull
        The disk is full; what was committed before stays.
    """
    listing = paths if isinstance(paths, Listing) else listed(paths)
    order = Order(layout or "auto", source, mapping or Mapping(), actor, reason)
    report = report or IngestReport()
    report.listed, report.passed_over = len(listing), listing.passed_over
    try:
        reading = _Reading(workspace, order, listing, stopping)
        with closing(read_in_order(reading.planned(), jobs)) as read:
            for batch in _batches(read, _arrivals(received_at), progress):
                if not dry_run:
                    commit(workspace, order, batch)
                for arrival in batch:
                    report.add(entry_of(workspace, order, arrival, report, dry_run=dry_run))
    except Exception as error:
        if is_full(error, workspace.root):
            raise WorkspaceFull(
                f"the disk that holds {workspace.root} is full: {report.kept:,} of "
                f"{report.listed:,} files are kept and whole; free some space and run the same "
                "command again, it goes on from there."
            ) from error
        raise
    report.stopped = reading.stopped
    return report


class _Reading:
    """The files of one run in their order, each with what it takes to read it."""

    def __init__(
        self,
        workspace: Workspace,
        order: Order,
        listing: Listing,
        stopping: Callable[[], bool] | None,
    ) -> None:
        self._workspace, self._order, self._listing = workspace, order, listing
        self._stopping = stopping or (lambda: False)
        self._named: set[str] = set()
        self._known = workspace.layouts()
        self.stopped = False

    def planned(self) -> Generator[tuple[Arrival, FileJob | None], None, None]:
        """Every file with its job; without one where the same bytes were read before."""
        forced = None if self._order.layout == "auto" else self._order.layout
        with closing(opened(self._listing)) as files:
            for file in self._until_stopped(files):
                sha256 = hashlib.sha256(file.data).hexdigest() if file.fault is None else ""
                source_id = self._order.source_id(file.name, sha256) if sha256 else ""
                arrival = Arrival(file.name, sha256, source_id, step=file.step)
                arrival.known_as = self._known_as(arrival)
                self._named.add(arrival.source_id)
                mapping = self._order.mapping
                job = FileJob(file.name, file.data, forced, mapping, file.fault, self._known)
                yield arrival, None if arrival.known_as else job

    def _until_stopped(self, files: Iterator[Source]) -> Iterator[Source]:
        for file in files:
            if self._stopping():
                self.stopped = True
                return
            yield file

    def _known_as(self, arrival: Arrival) -> str:
        if not arrival.sha256:
            return ""
        with self._workspace.ledger.read() as db:
            seen = sources.seen(db, *self._order.key(arrival))
        return seen or (arrival.source_id if arrival.source_id in self._named else "")


def _arrivals(received_at: dt.datetime | None) -> Iterator[dt.datetime]:
    """Moments of arrival, each later than the one before."""
    last = dt.datetime.min.replace(tzinfo=dt.UTC)
    while True:
        moment = received_at.astimezone(dt.UTC) if received_at else dt.datetime.now(dt.UTC)
        last = max(moment, last + dt.timedelta(microseconds=1))
        yield last


def _batches(
    reads: Iterator[tuple[Arrival, FileRead | None]],
    arrivals: Iterator[dt.datetime],
    progress: Advance | None,
) -> Iterator[list[Arrival]]:
    batch: list[Arrival] = []
    size = 0
    for arrival, read in reads:
        arrival.at, arrival.read = next(arrivals), read
        batch.append(arrival)
        if progress is not None:
            progress(arrival.step)
        if read is not None:
            size += read.accepted.height + read.quarantined.height * _HALF_HOURS_OF_A_ROW
        if size >= BATCH_ROWS or len(batch) >= BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
