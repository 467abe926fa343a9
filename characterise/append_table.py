"""A Delta table that only grows: append, go back, retry; the ground under reads and quarantine.

The last version that a ledger row names is what readers see. ``restore`` puts the content of that
version back on top, so a process that was killed between the table and the ledger leaves nothing.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from characterise.errors import StoreUnavailable

_ATTEMPTS: Final = 8
_PROPERTIES: Final = WriterProperties(compression="ZSTD")


class AppendTable:
    """One Delta table of a fixed schema in a local folder.

    Parameters
    ----------
    root
        Folder of the table; made by the first append.
    schema
        Columns and types, in order.
    """

    def __init__(self, root: Path, schema: pl.Schema) -> None:
        self.root = root
        self.schema = schema

    def exists(self) -> bool:
        """Whether anything was ever appended."""
        return DeltaTable.is_deltatable(str(self.root))

    def version(self) -> int | None:
        """Version whose content stands: the latest, or the one that a restore went back to."""
        if not self.exists():
            return None
        table = self._open()
        last = table.history(1)[0]
        if last.get("operation") == "RESTORE":
            return int(_parameter(last, "version"))
        return int(table.version())

    def append(self, frame: pl.DataFrame) -> int:
        """Append rows; return the version to commit.

        Raises
        ------
        OSError
            With ENOSPC where the disk has no room for them.
        """
        rows = frame.select(pl.col(name).cast(dtype) for name, dtype in self.schema.items())
        data = rows.to_arrow()
        _see_room(self.root, data.nbytes)

        def write() -> None:
            write_deltalake(self.root, data, mode="append", writer_properties=_PROPERTIES)

        _retried(write, self.root)
        return self._latest()

    def restore(self, version: int | None) -> None:
        """Go back to ``version``; None means that nothing was ever committed."""
        if not self.exists() or self.version() == version:
            return
        if version is None:
            # One rename, so that a kill in the middle leaves no half of a table.
            gone = self.root.with_name(f".{self.root.name}.gone")
            shutil.rmtree(gone, ignore_errors=True)
            self.root.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
            return
        _retried(lambda: self._open().restore(version), self.root)

    def scan(self, version: int | None = None) -> pl.LazyFrame:
        """Rows as of a version, by default the latest; empty before the first append."""
        if not self.exists():
            return pl.LazyFrame(schema=self.schema)
        return pl.scan_delta(str(self.root), version=version).select(
            pl.col(name).cast(dtype) for name, dtype in self.schema.items()
        )

    def rewrite(self, frame: pl.DataFrame) -> int:
        """Replace the content by the same rows in another order; return the version to commit."""
        data = frame.select(self.schema.names()).to_arrow()
        _see_room(self.root, data.nbytes)

        def write() -> None:
            write_deltalake(self.root, data, mode="overwrite", writer_properties=_PROPERTIES)

        _retried(write, self.root)
        return self._latest()

    def delete(self, predicate: str) -> int | None:
        """Delete the rows that satisfy an SQL predicate; return the version to commit."""
        if not self.exists():
            return None
        _retried(lambda: self._open().delete(predicate), self.root)
        return self._latest()

    def purge(self) -> None:
        """Remove every file that the latest version does not use. Call it after the commit."""
        if self.exists():
            self._open().vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)

    def _latest(self) -> int:
        return int(self._open().version())

    def _open(self) -> DeltaTable:
        try:
            return DeltaTable(self.root)
        except (DeltaError, OSError) as error:
            raise StoreUnavailable(
                f"the table in {self.root} cannot be opened: {error}."
            ) from error


def quoted(values: list[str]) -> str:
    """SQL list of string literals."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _see_room(root: Path, size: int) -> None:
    """Refuse to begin what may not fit: a write that fails midway is loud and leaves a part behind.

    Packed, rows take a twentieth of their size in memory (measured); the rest is room for the
    ledger's own entry.
    """
    folder = next(parent for parent in (root, *root.parents) if parent.exists())
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(root))


def _retried(write: Callable[[], object], root: Path) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            write()
            return
        except CommitFailedError as error:
            if attempt == _ATTEMPTS - 1:
                raise StoreUnavailable(
                    f"{root} is being written by another process; try again."
                ) from error
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)


def _parameter(entry: dict[str, object], name: str) -> str:
    held = entry.get("operationParameters", {})
    parameters = json.loads(held) if isinstance(held, str) else held
    return str(parameters[name])  # type: ignore[index]
