"""Whether an error means that the disk is full: every store says it in its own words."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from typing import Final

_CODES: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No room on the device, in the quota, or under the limit of one file."""
_WORDS: Final = tuple(f"os error {code}" for code in _CODES)
"""The Delta writer gives the system's code in its text alone."""
_SQLITE: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")
_NO_ROOM: Final = 1_000_000
"""Bytes left beneath which SQLite's vaguer complaints are put down to a full disk."""


def is_full(error: BaseException | None, folder: Path) -> bool:
    """Whether an error, or what it came from, says that the disk of ``folder`` is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _CODES:
            return True
        if any(word in str(error) for word in _WORDS):
            return True
        if isinstance(error, sqlite3.Error) and _sqlite_is_full(error, folder):
            return True
        error = error.__cause__ or error.__context__
    return False


def _sqlite_is_full(error: sqlite3.Error, folder: Path) -> bool:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name == "SQLITE_FULL":
        return True
    return name.startswith(_SQLITE) and shutil.disk_usage(folder).free < _NO_ROOM
