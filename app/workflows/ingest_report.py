"""What reading extracts came to, file by file: the plain values of ``--report``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

HARMLESS: Final = frozenset(
    {
        "blank_readings",
        "null_characters",
        "damaged_bom",
        "repeated_rows",
        "seen_before",
        "days_across",
        "named_once",
    }
)
"""Findings that need nobody's attention."""

UNCHANGED: Final = "unchanged"
"""Status of a file whose bytes were read the same way before."""


@dataclass(frozen=True)
class IngestReport:
    """What became of every file: the plain values of ``--report``."""

    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def needs_a_person(self) -> bool:
        """Whether anything was quarantined or found that a person must see."""
        return any(
            finding["code"] not in HARMLESS for file in self.files for finding in file["findings"]
        )

    @property
    def accepted(self) -> int:
        """Half-hours of every quantity that were accepted now, unchanged files left out."""
        return self._counted("accepted")

    @property
    def quarantined(self) -> int:
        """Half-hours of every quantity that were quarantined now."""
        return self._counted("quarantined")

    @property
    def next_step(self) -> str:
        """The one thing to do next: the fix that frees the most readings."""
        fixes: Counter[str] = Counter()
        named: dict[str, dict[str, None]] = {}
        for file in self.files:
            for finding in file["findings"]:
                if finding["fix"]:
                    fixes[finding["fix"]] += int(finding.get("values", 1))
                    named.setdefault(finding["fix"], {})[file["file"]] = None
        if not fixes:
            return ""
        fix = fixes.most_common(1)[0][0]
        first, *others = named[fix]
        return f"{fix} ({first}{f' and {len(others)} more' if others else ''})"

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"files": self.files, "next_step": self.next_step}

    def _counted(self, what: str) -> int:
        fresh = [file for file in self.files if file["status"] != UNCHANGED]
        return sum(n[what] for file in fresh for n in file["by_quantity"].values())
