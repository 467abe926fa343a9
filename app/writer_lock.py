"""The one writer of a workspace folder: a lock that goes with its process, however that ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.disk_space import is_full
from app.workspace_errors import WorkspaceBusy, WorkspaceFull

PATIENCE_S: Final = 5.0


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Hold the writer lock of a workspace folder.

    Raises
    ------
    WorkspaceBusy
        Another process holds it for longer than a few seconds.
    WorkspaceFull
        The disk had no room left for what was written under the lock.
    """
    # SQLite's own lock works on every system and is dropped when a process is killed.
    lock = sqlite3.connect(root / "writer.lock", timeout=PATIENCE_S, isolation_level=None)
    try:
        _begin(lock, root)
        yield
    except Exception as error:
        if is_full(error, root):
            raise WorkspaceFull(
                f"the disk that holds {root} is full: nothing of this step was kept, all before "
                "it was; free some space and run the same command again."
            ) from error
        raise
    finally:
        lock.close()


def _begin(lock: sqlite3.Connection, root: Path) -> None:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise
        raise WorkspaceBusy(
            f"another process is writing to {root}; try again when it has finished."
        ) from error
