"""One file on its way in: how it is read, what it gave, and what the report says of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from app.workflows.file_entries import Entry
from app.workflows.file_reading import FileRead
from app.workflows.ingest_report import DRY_RUN, NOT_READ, READ, UNCHANGED, IngestReport
from app.workspace import Workspace
from characterise.extracts import Mapping
from registry import sources


@dataclass(frozen=True)
class Order:
    """How the files of a run are to be read, and who asked for it."""

    layout: str
    source: str
    mapping: Mapping
    actor: str
    reason: str

    @property
    def read_as(self) -> str:
        """Layout and kind of meter, as the ledger names them."""
        return f"{self.layout}/{self.source}"

    def answers(self, name: str) -> str:
        """Digest of what ``--map`` answers for a file; blank where it answers nothing."""
        return self.mapping.for_file(name).digest

    def source_id(self, name: str, sha256: str) -> str:
        """Id of these bytes read in this way."""
        read = f"{sha256}/{self.read_as}/{self.answers(name)}"
        return hashlib.sha256(read.encode()).hexdigest()[:24]

    def key(self, arrival: Arrival) -> tuple[str, str, str | None]:
        """What the ledger knows a reading of a file by."""
        return arrival.sha256, self.read_as, self.answers(arrival.name) or None


@dataclass
class Arrival:
    """One file on its way in.

    Parameters
    ----------
    sha256
        Of its bytes; blank where they could not be read.
    known_as
        Source id under which the same bytes were read the same way before; blank for a new file.
    read
        What it gave; None for a file that is known.
    outdated
        Half-hours that a file which arrived later than these bytes holds already.
    """

    name: str
    sha256: str
    source_id: str
    known_as: str = ""
    step: int = 1
    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    read: FileRead | None = None
    outdated: int = 0


def entry_of(
    workspace: Workspace,
    order: Order,
    arrival: Arrival,
    report: IngestReport,
    *,
    dry_run: bool,
) -> Entry:
    """What the report says of a file once it is kept."""
    source = {"source_id": arrival.source_id}
    if arrival.read is not None:
        status = DRY_RUN if dry_run else READ
        entry = {**arrival.read.entry, "status": status, **source}
        if not arrival.read.settled:
            return {**entry, "status": NOT_READ}
        if arrival.outdated:
            said = (
                f"{arrival.outdated:,} half-hours are left as they are: a file that arrived later "
                "than these bytes corrected them."
            )
            entry["findings"] = [*entry["findings"], _finding("outdated", said)]
        return entry
    twin = report.files.of_source(arrival.known_as)
    if twin is not None and twin["status"] == NOT_READ:
        return {**twin, "file": arrival.name}
    said = f"The same bytes were read before as source {arrival.known_as}; nothing changed."
    found = {"findings": [_finding("seen_before", said)], "status": UNCHANGED}
    if twin is None:
        with workspace.ledger.read() as db:
            twin = _held(db, order, arrival.known_as)
    return {**twin, "file": arrival.name, **found}


def _finding(code: str, said: str) -> dict[str, Any]:
    return {"row": None, "column": None, "code": code, "message": said, "fix": ""}


def _held(db: Database, order: Order, source_id: str) -> Entry:
    """What the ledger keeps of a file that an earlier run read: its counts as they were then."""
    row = sources.get(db, source_id)
    detail = row["detail"] if row else {}
    active = detail.get("by_quantity", {}).get("AI", {"accepted": 0, "quarantined": 0})
    return {
        "layout": detail.get("layout", order.layout),
        "rows_read": detail.get("rows_read", 0),
        "half_hours_accepted": active["accepted"],
        "half_hours_quarantined": active["quarantined"],
        "by_quantity": detail.get("by_quantity", {}),
        "detections": detail.get("detections", []),
        "meter_points": detail.get("meter_points", []),
        "first_ts_utc": detail.get("first_ts_utc"),
        "last_ts_utc": detail.get("last_ts_utc"),
        "source_id": source_id,
    }
