"""A `Reading` as the plain values of ``fmar ingest --report``."""

from __future__ import annotations

from typing import Any

import polars as pl

from characterise.extracts.questions import QUESTIONS
from characterise.extracts.reading import Reading

MOST_ROW_FINDINGS = 1000
"""Row findings that one file lists; the count of the others stands in a last one."""


def file_report(reading: Reading) -> dict[str, Any]:
    """Report of one file.

    Notes
    -----
    ``half_hours_accepted`` and ``half_hours_quarantined`` count distinct half-hours of active
    import; ``by_quantity`` has every quantity.
    """
    counts = _by_quantity(reading)
    active = counts.get("AI", {"accepted": 0, "quarantined": 0})
    span = reading.accepted["ts_utc"]
    return {
        "file": reading.name,
        "layout": reading.layout,
        "rows_read": reading.rows_read,
        "half_hours_accepted": active["accepted"],
        "half_hours_quarantined": active["quarantined"],
        "by_quantity": counts,
        "findings": _findings(reading),
        "detections": [
            {"sheet": sheet, "what": d.what, "value": d.value, "evidence": d.evidence}
            for sheet, d in reading.detections
        ],
        "fingerprints": list(reading.fingerprints),
        "meter_points": reading.accepted["meter_point_id"].unique().sort().to_list(),
        "first_ts_utc": _iso(span.min()),
        "last_ts_utc": _iso(span.max()),
    }


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _by_quantity(reading: Reading) -> dict[str, dict[str, int]]:
    accepted = reading.accepted.group_by("quantity").len().rows()
    rejected = reading.quarantined.group_by("quantity").agg(pl.col("half_hours").sum()).rows()
    counts: dict[str, dict[str, int]] = {}
    for name, n in accepted:
        counts.setdefault(name, {"accepted": 0, "quarantined": 0})["accepted"] = n
    for name, n in rejected:
        counts.setdefault(name or "unknown", {"accepted": 0, "quarantined": 0})["quarantined"] = n
    return dict(sorted(counts.items()))


def _findings(reading: Reading) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"row": None, "column": None, "code": f.code, "message": f.because, "fix": ""}
        for f in reading.findings
    ]
    whole = pl.col("code").is_in([*QUESTIONS, "meter_point_unknown"])
    asked = (
        reading.quarantined.filter(whole)
        .group_by("code", "message", "fix", maintain_order=True)
        .agg(pl.col("values").sum())
    )
    found += [
        {"row": None, "column": None, "code": code, "message": message, "fix": fix, "values": n}
        for code, message, fix, n in asked.rows()
    ]
    rows = reading.quarantined.filter(~whole).sort("row", maintain_order=True)
    found += [
        {
            "row": row["row"],
            "column": row["column"] or None,
            "code": row["code"],
            "message": row["message"],
            "fix": row["fix"],
            **({"sheet": row["sheet"]} if row["sheet"] else {}),
        }
        for row in rows.head(MOST_ROW_FINDINGS).iter_rows(named=True)
    ]
    if rows.height > MOST_ROW_FINDINGS:
        more = rows.height - MOST_ROW_FINDINGS
        found.append(
            {
                "row": None,
                "column": None,
                "code": "more_findings",
                "message": f"{more} more rows are in quarantine.",
                "fix": "Read them with: fmar replay --list.",
            }
        )
    return found
