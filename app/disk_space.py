"""Whether an error means that the disk is full: every store says it in its own words."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Final

from registry import disk_room

_CODES: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No room on the device, in the quota, or under the limit of one file."""
_WORDS: Final = tuple(f"os error {code})" for code in _CODES)
"""The Delta writer gives the system's code in its text alone."""


def is_full(error: BaseException | None, folder: Path) -> bool:
    """Whether an error, or what it came from, says that the disk of ``folder`` is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _CODES:
            return True
        if any(word in str(error) for word in _WORDS):
            return True
        if isinstance(error, sqlite3.Error) and disk_room.is_full(error, folder):
            return True
        error = error.__cause__ or error.__context__
    return False
