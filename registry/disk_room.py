"""Whether SQLite failed because the disk is full: it says so plainly only where it was writing."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Final

_VAGUE: Final = ("SQLITE_IOERR", "SQLITE_CANTOPEN")
NO_ROOM: Final = 1_000_000
"""Bytes left beneath which SQLite's vaguer complaints are put down to a full disk: reading a
ledger makes a file of shared memory beside it, and that too finds no room."""


def is_full(error: sqlite3.Error, folder: Path) -> bool:
    """Whether an error of a file in ``folder`` comes from a full disk."""
    name = getattr(error, "sqlite_errorname", None) or ""
    if name == "SQLITE_FULL":
        return True
    return name.startswith(_VAGUE) and shutil.disk_usage(folder).free < NO_ROOM
