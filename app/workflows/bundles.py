"""Bundles that leave the workspace: built or taken as frozen, and noted in the access log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from app.workflows import disputes, subject_keys
from app.workflows.bundle import Subject, build, of_dispute, of_event, of_flag, verifier
from app.workspace import Workspace
from registry import audit
from registry import disputes as cases

Kind = Literal["event", "flag", "dispute"]
_SUBJECTS: Final = {"event": of_event, "flag": of_flag, "dispute": of_dispute}


@dataclass(frozen=True, slots=True)
class Saved:
    """One bundle on its way out."""

    file: str
    """Name to save it under."""
    data: bytes
    sha256: str
    mpan: str
    encrypted: bool
    """Whether it is about a home: then it opens with the meter point's key alone."""


def save(
    workspace: Workspace,
    kind: Kind,
    name: str,
    *,
    actor: str,
    purpose: str,
    as_it_stands: bool = False,
) -> Saved:
    """Give out the bundle of an event, a flag or a dispute.

    Parameters
    ----------
    purpose
        Why it is wanted: it stands in the access log.
    as_it_stands
        Build a dispute's bundle anew, with what was decided since; by default both sides are given
        the one that was frozen when the dispute was opened.

    Raises
    ------
    EventUnknown, RecordUnknown, BundleMissing
    """
    about = _SUBJECTS[kind](workspace, name)
    if kind == "dispute" and not as_it_stands:
        saved = _as_frozen(workspace, about)
    else:
        made = build(workspace, about, actor=actor, reason=purpose)
        saved = Saved(_file(about), made.data, made.sha256, made.mpan, made.encrypted)
    looked = {"bundle": saved.sha256, "about": kind, "id": name, "mpan": saved.mpan}
    audit.accessed(workspace.ledger, actor, purpose, looked)
    return saved


def hand_out_key(
    workspace: Workspace, saved: Saved, path: Path, *, actor: str, purpose: str
) -> None:
    """Write the key that opens a home's bundle to a file, and note it in the access log."""
    subject_keys.hand_out(workspace, saved.mpan, path, actor=actor, reason=purpose)


def _as_frozen(workspace: Workspace, about: Subject) -> Saved:
    with workspace.ledger.read() as db:
        digest = str(cases.get(db, about.name)["bundle_sha256"])
    data = disputes.frozen_bundle(workspace, digest)
    encrypted = "decrypt.py" in verifier.read_zip(data)
    return Saved(_file(about), data, digest, about.mpan, encrypted)


def _file(about: Subject) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in about.name)
    return f"evidence_{about.kind}_{plain}.zip"
