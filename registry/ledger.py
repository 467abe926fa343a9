"""The ledger: one SQLite file that many processes read and write, one short connection at a time.

Writers queue for the file (WAL, IMMEDIATE transactions, busy timeout) and commit with full
synchronisation, so a killed process leaves either all of its transaction or none.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from registry import disk_room, guards, schema, settings
from registry.errors import LedgerFull, LedgerUnavailable, LedgerUnguarded
from registry.transaction import Transaction, named, reasoned

__all__ = ["Ledger", "Transaction"]

BUSY_SECONDS: Final = 30.0
INSTALLER: Final = "fmar-workbench"
"""Author of the settings that come with the program."""


class Ledger:
    """The register's file; made and brought up to date when it is opened.

    Parameters
    ----------
    path
        The SQLite file; its folder must exist.

    Raises
    ------
    LedgerTooNew, LedgerUnavailable, LedgerUnguarded
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            with self._connected() as db:
                self._use_wal(db)
                self._migrate(db)
        except sqlite3.DatabaseError as error:
            raise LedgerUnavailable(
                f"{self.path} cannot be opened as a ledger ({error}): "
                "check the path, or restore the file from a backup."
            ) from error

    @contextmanager
    def write(self, *, actor: str | None, reason: str | None) -> Iterator[Transaction]:
        """Open one transaction that commits at the end, or leaves nothing behind on any error.

        Raises
        ------
        ActorUnknown, ReasonMissing
            Before anything is touched.
        LedgerUnavailable
            Another process held the file for longer than 30 s.
        """
        who, why = named(actor), reasoned(reason)
        with self._connected() as db:
            self._begin(db)
            try:
                yield Transaction(db, who, why)
                db.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise

    @contextmanager
    def read(self) -> Iterator[Database]:
        """Open a short-lived, read-only connection that sees one moment of the ledger."""
        with self._connected() as db:
            db.execute("PRAGMA query_only = ON")
            db.execute("BEGIN")
            yield db

    def copy_to(self, path: Path) -> None:
        """Write a whole copy of the ledger as of one moment, while others go on writing."""
        with self._connected() as db, closing(sqlite3.connect(path)) as target:
            db.conn.backup(target)

    @contextmanager
    def _connected(self) -> Iterator[Database]:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        try:
            db = Database(connection, execute_plugins=False)
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")
            yield db
        except sqlite3.OperationalError as error:
            if disk_room.is_full(error, self.path.parent):
                raise LedgerFull(
                    f"the disk that holds {self.path} is full: what was written before is whole; "
                    "free some space and run the same command again."
                ) from error
            raise
        finally:
            connection.close()

    def _begin(self, db: Database) -> None:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise LedgerUnavailable(
                f"{self.path} is being written by another process ({error}): try again."
            ) from error

    def _use_wal(self, db: Database) -> None:
        """Switch to write-ahead logging; several processes may try at once, so it retries."""
        deadline = time.monotonic() + BUSY_SECONDS
        while db.conn.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                db.conn.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _migrate(self, db: Database) -> None:
        # Tables first: another process may be making the file, tables and mark in one commit.
        tables = db.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        marked = db.conn.execute("PRAGMA application_id").fetchone()[0]
        if tables and marked != schema.APPLICATION_ID:
            raise LedgerUnavailable(f"{self.path} is a database, but not a ledger of this program.")
        if tables and not schema.migrations.pending(db) and not settings.missing(db):
            schema.migrate(db)  # refuses a newer file
            self._check_guards(db)
            return
        self._begin(db)
        try:
            older = len(schema.migrations.applied(db)) > 0
            taken = schema.migrate(db)
            if older and taken:
                tx = Transaction(db, INSTALLER, "opened by a newer version of the program")
                tx.audit("migrate", "ledger", "schema", None, {"migrations": taken})
            tx = Transaction(db, INSTALLER, "settings that come with the program")
            settings.install(tx)
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise

    def _check_guards(self, db: Database) -> None:
        if lost := guards.unguarded(db):
            raise LedgerUnguarded(
                f"{self.path} lost its guard {lost[0]}, so its records are not safe: "
                "restore the file from a backup."
            )
