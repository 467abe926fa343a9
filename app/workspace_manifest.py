"""The folder's own description, ``workspace.json``: its format, and how an older one is opened.

Format 1 had no meter serials, format 2 no overrides and no notices. Opening either keeps the ledger
as it was beside the new one, brings it up to date with an audit entry, and rewrites the
description last: whoever is killed in between does it again.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from app.workspace_errors import (
    WorkspaceDamaged,
    WorkspaceError,
    WorkspaceMissing,
    WorkspaceTooNew,
)

FORMAT: Final = 3
OLDEST: Final = 1
LEGAL_BASES: Final = ("public_task", "consent_only")
LEDGER: Final = "ledger.db"
_MANIFEST: Final = "workspace.json"
_LOG: Final = logging.getLogger("fmar")


def described(root: Path) -> dict[str, Any]:
    """Format and legal basis of a workspace.

    Raises
    ------
    WorkspaceDamaged
        The description cannot be read.
    """
    path = root / _MANIFEST
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        found = {**held, "format": int(held["format"]), "legal_basis": held["legal_basis"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkspaceDamaged(
            f"{path} cannot be read ({error}); restore the workspace from a backup."
        ) from error
    return found


def describe(root: Path, *, legal_basis: str) -> None:
    """Write the description of a new workspace."""
    manifest = {
        "format": FORMAT,
        "legal_basis": legal_basis,
        "created_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    _write_durably(root / _MANIFEST, manifest)


def refuse_unknown_basis(legal_basis: str) -> None:
    """Refuse a legal basis that is none of `LEGAL_BASES`."""
    if legal_basis not in LEGAL_BASES:
        raise WorkspaceError(
            f"{legal_basis!r} is no legal basis; choose {' or '.join(LEGAL_BASES)}."
        )


def brought_up_to_date(root: Path, open_ledger: Callable[[], object]) -> None:
    """See that a workspace has this program's format; an older one is taken forward.

    Parameters
    ----------
    open_ledger
        Opens the ledger, which brings its tables up to date and notes that in the audit trail.

    Raises
    ------
    WorkspaceMissing, WorkspaceTooNew, WorkspaceDamaged
    """
    if not (root / _MANIFEST).is_file():
        raise WorkspaceMissing(f"{root} is no workspace; make one with: fmar init {root}")
    manifest = described(root)
    held = manifest["format"]
    if held > FORMAT:
        raise WorkspaceTooNew(
            f"{root} has format {held} and this program knows {FORMAT}; update the program."
        )
    if held < OLDEST:
        raise WorkspaceDamaged(
            f"{root / _MANIFEST} names format {held}, which never was; restore the workspace from "
            "a backup."
        )
    if held < FORMAT:
        kept = _ledger_kept(root, held)
        open_ledger()
        _write_durably(root / _MANIFEST, {**manifest, "format": FORMAT})
        _LOG.warning(
            "%s was made by an older version (format %d) and now has format %d; the ledger as it "
            "was is kept in %s, and a whole copy is made by: fmar backup %s FILE",
            root,
            held,
            FORMAT,
            kept,
            root,
        )


def _ledger_kept(root: Path, held: int) -> Path:
    """A copy of the ledger before it changes; the first copy stands, a half-made one is redone."""
    kept = root / f"{LEDGER}.format-{held}"
    if not kept.exists():
        staged = kept.with_name(f"{kept.name}.{os.getpid()}.part")
        with (
            closing(sqlite3.connect(root / LEDGER)) as ledger,
            closing(sqlite3.connect(staged)) as copy,
        ):
            ledger.backup(copy)
        staged.replace(kept)
    return kept


def _write_durably(path: Path, manifest: dict[str, Any]) -> None:
    # Two programs may open one old workspace at once: each stages under a name of its own.
    staged = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    staged.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    staged.replace(path)
