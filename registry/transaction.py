"""One write to the ledger: who, why, when, and an audit entry beside everything it changes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlite_utils import Database

from registry import audit
from registry.canonical import utc_text
from registry.errors import ActorUnknown, ReasonMissing

NOBODY: Final = frozenset({"guest", "anonymous", "nobody", "none", "null", "unknown", "user"})
"""Names that answer for nothing (Panel gives ``guest`` to an unsigned cookie)."""


class Transaction:
    """An open write. Made by `Ledger.write`; everything in it commits together or not at all.

    Attributes
    ----------
    db
        The connection; use it to read what this transaction has written so far.
    actor, reason
        Who answers for the write, and why.
    at
        When, UTC, ISO 8601 with microseconds; later than every entry before it.
    load_id
        The bulk load that this write belongs to, if it does.
    """

    def __init__(self, db: Database, actor: str, reason: str) -> None:
        self.db, self.actor, self.reason = db, actor, reason
        self.load_id: str | None = None
        self._head = audit.head(db)
        self.at = _later_than(self._last_at())

    def audit(
        self,
        action: str,
        entity: str,
        entity_id: str,
        version: int | None,
        change: Mapping[str, Any],
    ) -> int:
        """Write an audit entry; its place in the chain comes back.

        Parameters
        ----------
        change
            Field by field, ``[before, after]``; or a summary of a bulk write.
        """
        entry = {
            "at": self.at,
            "actor": self.actor,
            "reason": self.reason,
            "action": action,
            "entity": entity,
            "entity_id": entity_id,
            "version": version,
            "change": dict(change),
        }
        self._head = audit.append(self.db, self._head, entry)
        return self._head.seq

    def _last_at(self) -> str:
        row = self.db.conn.execute("SELECT at FROM audit_entry ORDER BY seq DESC LIMIT 1")
        found = row.fetchone()
        return str(found[0]) if found else ""


def named(actor: str | None) -> str:
    """Return the actor's name, or refuse nobody in particular."""
    name = (actor or "").strip()
    if not name or name.casefold() in NOBODY:
        raise ActorUnknown(
            f"{actor!r} is nobody in particular: sign in, or give the name of who does this."
        )
    return name


def reasoned(reason: str | None) -> str:
    """Return the reason, or refuse a blank one."""
    text = (reason or "").strip()
    if not text:
        raise ReasonMissing("A write needs a reason: say in a few words why this is done.")
    return text


def new_id() -> str:
    """Return an id that never changes and says nothing: a random UUID."""
    return str(uuid.uuid4())


def _later_than(last: str) -> str:
    now = utc_text(dt.datetime.now(dt.UTC))
    if now > last:
        return now
    # The clock stepped back, or two writes fell into one microsecond: as-at reads need an order.
    return utc_text(dt.datetime.fromisoformat(last) + dt.timedelta(microseconds=1))
