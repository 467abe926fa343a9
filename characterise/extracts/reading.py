"""The reading of one file: bytes in, canonical half-hours, findings and quarantined rows out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from characterise.errors import AmbiguousExtract, UnknownMethod, UnreadableExtract
from characterise.extracts.assembly import CANONICAL, assemble
from characterise.extracts.cells import Detection
from characterise.extracts.mapping import Mapping
from characterise.extracts.named_layouts import NO_LAYOUTS, LayoutBook, NamedLayout
from characterise.extracts.parts import Part, parts_of
from characterise.extracts.quarantine import QUARANTINED, quarantined
from characterise.finding import Finding
from characterise.settlement import LONDON

LAYOUTS: Final = ("wide", "long", "if021", "d0036", "stark_df2", "n3rgy")
"""Layout families; a workbook's sheets are wide or long."""
_SHARED: Final = {"clock": ("UTC", LONDON), "side": ("start", "end")}
"""What the sheets of one layout in a file have in common, and the answers that count."""


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
        said = str(error)
        return _nothing(name, Finding("not_readable", f"{said[:1].upper()}{said[1:]}."))
    parts = [_remembered(part, known, forced) for part in parts]
    readings = [_read_part(name, part, answers) for part in parts]
    if len(parts) > 1:
        readings = _with_sisters(name, parts, readings, answers)
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
                "Meter points are named by meter serial number; when their MPANs are known, say so "
                "with: fmar load meter-serials FILE.",
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


def _with_sisters(
    name: str, parts: list[Part], readings: list[Reading], answers: Mapping
) -> list[Reading]:
    """Sheets of one layout share what any of them shows: July does not say its clock, March does.

    What two of them show differently stays as each of them has it.
    """
    shown: dict[str, dict[str, set[str]]] = {}
    for part, reading in zip(parts, readings, strict=True):
        own = shown.setdefault(_kin(part), {})
        for _, found in reading.detections:
            if found.what in _SHARED and found.value in _SHARED[found.what]:
                own.setdefault(found.what, set()).add(found.value)
    again = []
    for part, reading in zip(parts, readings, strict=True):
        told = {d.what for _, d in reading.detections if d.value == "open"} & set(_SHARED)
        known = {what: shown[_kin(part)].get(what, set()) for what in told if part.facts}
        sure = {what: values.copy().pop() for what, values in known.items() if len(values) == 1}
        again.append(_read_part(name, _told(part, sure), answers) if sure else reading)
    return again


def _kin(part: Part) -> str:
    return part.facts.fingerprint if part.facts else ""


def _told(part: Part, sure: dict[str, str]) -> Part:
    facts = part.facts
    for what, value in sure.items():
        if facts is not None:
            said = "as other sheets or sections of the file show"
            facts = facts.settle(what, value, said, **{what: value})
    return replace(part, facts=facts)


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
