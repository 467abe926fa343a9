"""Everything that goes into one bundle, as named bytes; a home's half-hours encrypted."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import polars as pl

from app.workflows import subject_keys
from app.workflows.bundle import decryptor, figures, frozen, report, subject, verifier
from app.workflows.bundle.event import event_evidence, expected_of
from app.workflows.bundle.inputs import Inputs, gather
from app.workflows.bundle.subject import Subject
from app.workflows.claims import DeliveryEvidence
from app.workspace import Workspace
from app.workspace_errors import WorkspaceError
from registry import commits

FORMAT: Final = 1
EVIDENCE: Final = "evidence.json"
"""The first event's evidence, as the pages draw it."""
CLEAR: Final = ("parameters.json", "README.txt", "index.html", "inputs/weather.parquet")
"""Members of a domestic bundle that say nothing of the home."""
MOST_BYTES: Final = 2**32 - 1
"""What a plain zip can hold."""


class BundleTooLarge(WorkspaceError):
    """The evidence does not fit into one archive."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One evidence bundle."""

    data: bytes
    """The zip archive."""
    sha256: str
    """SHA-256 of ``data``: what both sides compare."""
    mpan: str
    encrypted: bool
    evidence: DeliveryEvidence | None
    """Evidence of the first event; None where no event is concerned."""


def build(workspace: Workspace, about: Subject, *, actor: str, reason: str) -> Bundle:
    """Put a bundle together; the same inputs give the same bytes.

    Parameters
    ----------
    actor, reason
        Who asks and why: making a home's first key is a write of its own.
    """
    inputs = gather(workspace, about.mpan)
    domestic = is_domestic(inputs)
    key = None
    if domestic:
        key = subject_keys.key_of(workspace, about.mpan, actor=actor, reason=reason)
    load = expected_of(inputs)
    held = subject.decisions(workspace, about)
    market = {row["event_id"]: row["market"] for row in held["events"]}
    claimed = set(inputs.frames["declared"]["event_id"])
    shown = [
        event_evidence(inputs, name, load, market.get(name))
        for name in about.event_ids
        if name in claimed
    ]
    members = _members(workspace, about, inputs, shown, held, domestic=domestic)
    if key is not None:
        members = _encrypted(members, key)
        members["decrypt.py"] = _source(decryptor)
    members["verify.py"] = _source(verifier)
    kind = {"format": FORMAT, "about": about.kind, "encrypted": domestic}
    members[verifier.MANIFEST] = verifier.manifest_of(members, kind)
    if sum(map(len, members.values())) > MOST_BYTES:
        raise BundleTooLarge("the evidence is over 4 GB: ask for one event instead of a flag.")
    data = verifier.zipped(members)
    first = shown[0] if shown else None
    return Bundle(data, verifier.sha256(data), about.mpan, domestic, first)


def is_domestic(inputs: Inputs) -> bool:
    """Whether the meter point is a home; one that nobody described counts as one."""
    known = inputs.frames["meters"]["premises"].drop_nulls().to_list()
    return known != ["non_domestic"]


def _members(
    workspace: Workspace,
    about: Subject,
    inputs: Inputs,
    shown: list[DeliveryEvidence],
    held: dict[str, Any],
    *,
    domestic: bool,
) -> dict[str, bytes]:
    parameters = _parameters(workspace, about, inputs)
    members = {
        "parameters.json": _json(parameters),
        "README.txt": README.encode(),
        "inputs/settings.json": _json(inputs.settings),
        "decisions/decisions.json": _json(held),
        verifier.AUDIT: _json(subject.audit_slice(workspace, about, held)),
    }
    for folder, frames in (("inputs", inputs.frames), ("results", inputs.results)):
        for name, frame in frames.items():
            members[f"{folder}/{name}.parquet"] = _parquet(frame)
    drawn = []
    for evidence in shown:
        name = evidence.event["event_id"]
        pictures = _pictures(evidence)
        drawn.append((evidence, list(pictures.values())))
        for what, svg in pictures.items():
            members[f"figures/{_plain(name)}_{what}.svg"] = svg.encode()
    first = frozen.written(shown[0]) if shown else b""
    page = report.report(parameters, drawn, held, verifier.sha256(first)).encode()
    if domestic:
        parties = sorted({name for evidence in shown for name in evidence.event["fsp_ids"]})
        members["report.html"] = page
        members["index.html"] = report.cover(parameters, parties).encode()
    else:
        members["index.html"] = page
    if shown:
        members[EVIDENCE] = first
    return members


def _pictures(evidence: DeliveryEvidence) -> dict[str, str]:
    pictures = {}
    if evidence.series.height:
        pictures["boundary"] = figures.boundary_figure(evidence.series, evidence.assets)
    if evidence.assets["asset_kw"].is_not_null().any():
        pictures["asset_meters"] = figures.asset_figure(evidence.series, evidence.assets)
    return pictures


def _parameters(workspace: Workspace, about: Subject, inputs: Inputs) -> dict[str, Any]:
    with workspace.ledger.read() as db:
        runs = commits.history(db, "characterise")
    run = next((row for row in runs if row["at"] <= inputs.cut.received_at), None)
    return {
        "format": FORMAT,
        "subject": {
            "kind": about.kind,
            "id": about.name,
            "meter_point": report.masked(about.mpan),
            "event_ids": list(about.event_ids),
        },
        "received_at": inputs.cut.received_at,
        "cut_by": inputs.cut.kind,
        "versions": inputs.cut.versions,
        "settings": inputs.settings,
        "baseline": {"method": "auto, one day ahead", "refit": "weekly"},
        "code": {"fmar": _version("fmar-workbench"), "polars": _version("polars")},
        "model_version": None if run is None else run["detail"].get("model_version"),
    }


def _encrypted(members: dict[str, bytes], key: bytes) -> dict[str, bytes]:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    cipher = AESSIV(key)
    return {
        (name if name in CLEAR else name + decryptor.SUFFIX): (
            data if name in CLEAR else cipher.encrypt(data, [name.encode()])
        )
        for name, data in members.items()
    }


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, default=str) + "\n").encode()


def _source(module: Any) -> bytes:
    return Path(module.__file__).read_bytes()


def _plain(name: str) -> str:
    """Name of an event as a file may be called."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


README: Final = """Evidence bundle of the FMAR workbench

index.html        what people read and print; it needs nothing outside itself
parameters.json   the moment up to which readings count, settings, versions
inputs/           exactly what the check took in for this meter point; a half-hour without a value
                  only marks the span that the check looked at
results/          what came of it, as committed
figures/          the drawings of the page
evidence.json     the first event as the workbench draws it
decisions/        flags and disputes with every version, and the register entries they rest on
audit/            the audit entries of all these; each holds the hash of the one before it
MANIFEST.json     SHA-256 of every member, and of the whole list
verify.py         python3 -I verify.py BUNDLE.zip   (Python alone; exit status 0 whole, 1 not)

The check again on the same inputs:  fmar verify --inputs FOLDER/inputs --out RESULTS

Of a home, or of premises that nobody described, all that tells of it is encrypted: members ending
in .siv, AES-SIV (RFC 5297), 512-bit key, the member's name without .siv as associated text.
With the key:  python3 decrypt.py BUNDLE.zip KEY.json FOLDER   (needs the package cryptography)
The checksums are of the bytes in the archive: verify.py needs no key.
"""
