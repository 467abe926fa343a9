"""The reading of one file: bytes in, canonical half-hours, findings and quarantined rows out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from characterise.errors import AmbiguousExtract, UnknownMethod, UnreadableExtract
from characterise.extracts.assembly import CANONICAL, assemble
from characterise.extracts.cells import Detection
from characterise.extracts.mapping import Mapping
from characterise.extracts.named_layouts import LayoutBook, NamedLayout
from characterise.extracts.parts import Part, parts_of
from characterise.extracts.quarantine import QUARANTINED, quarantined
from characterise.finding import Finding

LAYOUTS: Final = ("wide", "long", "if021", "d0036", "stark_df2", "n3rgy")
"""Layout families; a workbook's sheets are wide or long."""
NO_LAYOUTS: Final = LayoutBook()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave.

    Parameters
    ----------
    accepted
        `CANONICAL` half-hours.
    quarantined
        `QUARANTINED` rows, one for each source row and code.
    findings
        What the file itself shows, as a whole.
    detections
        What was settled about each sheet, and from what.
    fingerprints
        What the layouts in the file are recognised by in others.
    """

    name: str
    layout: str
    rows_read: int
    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    findings: tuple[Finding, ...]
    detections: tuple[tuple[str, Detection], ...]
    fingerprints: tuple[str, ...] = ()


def read_extract(
    data: bytes,
    name: str,
    *,
    layout: str | None = None,
    mapping: Mapping | None = None,
    known: LayoutBook = NO_LAYOUTS,
) -> Reading:
    """Read one extract.

    Parameters
    ----------
    name
        File name, for the report; nothing is inferred from it.
    layout
        One of `LAYOUTS`, to force what would be sniffed, or a name in ``known``.
    known
        Layouts that somebody has answered for; their answers stand behind those of ``mapping``.

    Raises
    ------
    UnknownMethod
        No layout has that name.
    """
    forced = None if layout is None or layout in LAYOUTS else known.called(layout)
    if layout is not None and layout not in LAYOUTS and forced is None:
        names = ", ".join((*LAYOUTS, *known.names))
        raise UnknownMethod(f"no layout is called {layout!r}; use {names}.")
    answers = (mapping or Mapping()).for_file(name)
    try:
        parts = parts_of(data, None if forced else layout)
    except (UnreadableExtract, AmbiguousExtract) as error:
        return _nothing(name, Finding("not_readable", f"{error}."))
    readings = [_read_part(name, _remembered(part, known, forced), answers) for part in parts]
    if not readings:
        return _nothing(name, Finding("empty_file", "The file holds no rows."))
    return _merged(name, readings)


def _remembered(part: Part, known: LayoutBook, forced: NamedLayout | None) -> Part:
    """The part with the answers of the layout that it is recognised as."""
    facts = part.facts
    layout = forced or (None if facts is None else known.recognised(facts.fingerprint))
    if layout is None or facts is None:
        return part
    said = ", ".join(f"{key} {value}" for key, value in layout.answers.of_the_layout.items())
    told = facts.settle("named layout", layout.name, f"answered before: {said}")
    return replace(part, facts=told, answers=layout.answers)


def _read_part(name: str, part: Part, mapping: Mapping) -> Reading:
    if part.cells is None or part.facts is None:
        return _nothing(name, *part.findings, rows=len(part.table.cells))
    done = assemble(part.cells, part.facts, mapping.over(part.answers))
    sheet = part.table.name
    findings = [*part.findings, *done.findings]
    if done.blanks:
        what = f"{done.blanks} half-hours hold no reading; they are missing, not zero."
        findings.append(Finding("blank_readings", what, {"half_hours": done.blanks}))
    serials = done.accepted.filter(pl.col("meter_point_id").str.starts_with("serial:"))
    if part.facts.ident_kind == "serial" and (serials.height or done.rejected.height):
        findings.append(
            Finding(
                "meter_serial_only",
                "Meter points are named by meter serial number; map them to MPANs when known.",
            )
        )
    return Reading(
        name=name,
        layout=done.facts.layout,
        rows_read=int(part.cells["line"].n_unique()),
        accepted=done.accepted,
        quarantined=quarantined(done.rejected, done.facts, sheet),
        findings=tuple(findings),
        detections=tuple((sheet, found) for found in done.facts.detections),
        fingerprints=tuple(filter(None, (done.facts.fingerprint,))),
    )


def _nothing(name: str, *findings: Finding, rows: int = 0) -> Reading:
    empty = CANONICAL.to_frame()
    return Reading(name, "none", rows, empty, QUARANTINED.to_frame(), findings, ())


def _merged(name: str, readings: list[Reading]) -> Reading:
    layouts = sorted({reading.layout for reading in readings} - {"none"}) or ["none"]
    return Reading(
        name=name,
        layout="+".join(layouts),
        rows_read=sum(reading.rows_read for reading in readings),
        accepted=pl.concat([reading.accepted for reading in readings]),
        quarantined=pl.concat([reading.quarantined for reading in readings]),
        findings=tuple(found for reading in readings for found in reading.findings),
        detections=tuple(found for reading in readings for found in reading.detections),
        fingerprints=tuple(sorted({one for reading in readings for one in reading.fingerprints})),
    )
