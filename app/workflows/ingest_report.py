"""What reading extracts came to, file by file and in all: the plain values of ``--report``."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.workflows.file_entries import Entry, FileEntries

HARMLESS: Final = frozenset(
    {
        "blank_readings",
        "null_characters",
        "damaged_bom",
        "repeated_rows",
        "seen_before",
        "days_across",
        "moments_across",
        "named_once",
    }
)
"""Findings that need nobody's attention."""

READ: Final = "read"
UNCHANGED: Final = "unchanged"
"""Status of a file whose bytes were read the same way before."""
NOT_READ: Final = "not read"
"""Status of a file that could not be opened, or on which the reader failed: it is tried again."""
DRY_RUN: Final = "dry run"
MOST_NAMED: Final = 10
"""Files that a summary names."""


@dataclass
class Tally:
    """Counts of the files of one layout, or with one finding."""

    files: int = 0
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    found: int = 0
    example: str = ""


@dataclass
class IngestReport:
    """What became of every file, added as it is kept; counts are kept beside the entries.

    Parameters
    ----------
    listed
        Files that there were to read.
    passed_over
        Files by suffix that are no kind of extract.
    """

    listed: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    files: FileEntries = field(default_factory=FileEntries)
    statuses: Counter[str] = field(default_factory=Counter)
    by_layout: dict[str, Tally] = field(default_factory=dict)
    by_finding: dict[str, Tally] = field(default_factory=dict)
    accepted: int = 0
    """Half-hours of every quantity that were accepted now, unchanged files left out."""
    quarantined: int = 0
    """Half-hours of every quantity that were quarantined now."""
    fingerprints: set[tuple[str, ...]] = field(default_factory=set)
    """Of the layouts of files that were read now."""
    stopped: bool = False
    """Whether somebody stopped the run before the last file."""
    needs_a_person: bool = False
    """Whether anything was quarantined or found that a person must see."""
    _worst: list[tuple[int, int, int, str]] = field(default_factory=list)
    _fixes: dict[str, Tally] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """Files that the workspace holds, now or from an earlier run."""
        return self.statuses[READ] + self.statuses[UNCHANGED]

    @property
    def worst(self) -> list[tuple[str, int, int]]:
        """Files with most in quarantine: name, half-hours in quarantine, findings to see."""
        ordered = sorted(self._worst, reverse=True)
        return [(name, quarantined, found) for quarantined, found, _, name in ordered]

    @property
    def next_step(self) -> str:
        """The one thing to do next: the fix that frees the most readings."""
        if not self._fixes:
            return ""
        fix, tally = max(self._fixes.items(), key=lambda item: item[1].found)
        others = f" and {tally.files - 1} more" if tally.files > 1 else ""
        return f"{fix} ({tally.example}{others})"

    def add(self, entry: Entry) -> None:
        """Add what became of one file."""
        self.files.append(entry)
        status, counts = entry["status"], entry["by_quantity"].values()
        accepted = sum(n["accepted"] for n in counts)
        quarantined = sum(n["quarantined"] for n in counts)
        self.statuses[status] += 1
        self.fingerprints.add(tuple(entry.get("fingerprints", ())))
        if status != UNCHANGED:
            self.accepted += accepted
            self.quarantined += quarantined
            layout = self.by_layout.setdefault(entry["layout"], Tally())
            layout.files += 1
            layout.rows += entry["rows_read"]
            layout.accepted += accepted
            layout.quarantined += quarantined
            self._add_worst(entry, quarantined)
        self._add_findings(entry)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"files": list(self.files), **self._in_all()}

    def write(self, path: Path) -> None:
        """Write the plain values as JSON, a file at a time."""
        in_all = json.dumps(self._in_all(), indent=2, default=str)
        with path.open("w", encoding="utf-8") as out:
            out.write('{\n  "files": [')
            for place, entry in enumerate(self.files):
                text = json.dumps(entry, indent=2).replace("\n", "\n    ")
                out.write(f"{',' if place else ''}\n    {text}")
            out.write(f"\n  ],{in_all.removeprefix('{')}\n")

    def _in_all(self) -> dict[str, Any]:
        return {
            "next_step": self.next_step,
            "files_listed": self.listed,
            "files_by_status": dict(sorted(self.statuses.items())),
            "passed_over": dict(sorted(self.passed_over.items())),
            "stopped": self.stopped,
        }

    def _add_worst(self, entry: Entry, quarantined: int) -> None:
        found = sum(finding["code"] not in HARMLESS for finding in entry["findings"])
        if found or quarantined:
            ranked = (quarantined, found, -len(self.files), entry["file"])
            push = heapq.heappush if len(self._worst) < MOST_NAMED else heapq.heappushpop
            push(self._worst, ranked)

    def _add_findings(self, entry: Entry) -> None:
        codes: Counter[str] = Counter()
        fixes: Counter[str] = Counter()
        for finding in entry["findings"]:
            codes[finding["code"]] += 1
            if finding["fix"]:
                fixes[finding["fix"]] += int(finding.get("values", 1))
        self.needs_a_person |= any(code not in HARMLESS for code in codes)
        for found, tallies in ((codes, self.by_finding), (fixes, self._fixes)):
            for name, n in found.items():
                tally = tallies.setdefault(name, Tally(example=entry["file"]))
                tally.files += 1
                tally.found += n
