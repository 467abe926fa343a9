"""Notices: who was told what about a flag, on which day, and when it was taken back.

A notice is never sent twice for one run of evidence; where the evidence clears it is closed, and
a later run of it is told anew.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

from sqlite_utils import Database

from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction

Role = Literal["fsp", "market_operator"]


class Notice(Record):
    """One version of a notice.

    Parameters
    ----------
    addressed_to
        Provider, or market whose operator is told.
    told_on
        Day of the notice.
    answer_by
        Last day for an answer; None where none is asked for.
    closed_on
        Day on which what it says no longer held; None while it stands.
    """

    notice_id: str | None = None
    flag_id: str
    mpan: str
    role: Role
    addressed_to: str
    said: str
    told_on: dt.date
    answer_by: dt.date | None = None
    closed_on: dt.date | None = None


REGISTER: Final = Register("notice", Notice)


def tell(tx: Transaction, notice: Notice) -> str:
    """Write a notice; its id comes back. One that stands already is not written again."""
    same = {name: getattr(notice, name) for name in ("flag_id", "role", "addressed_to")}
    if held := REGISTER.current(tx.db, closed_on=None, **same):
        return str(held[0]["notice_id"])
    return REGISTER.add(tx, notice, action="tell")


def close(tx: Transaction, flag_id: str, day: dt.date) -> int:
    """Close every standing notice of a flag; how many comes back."""
    held = REGISTER.current(tx.db, flag_id=flag_id, closed_on=None)
    for row in held:
        REGISTER.revise(
            tx, row["notice_id"], row["version"], {"closed_on": day.isoformat()}, action="close"
        )
    return len(held)


def current(
    db: Database,
    *,
    flag_id: str | None = None,
    mpan: str | None = None,
    as_at: dt.datetime | str | None = None,
) -> list[Row]:
    """Notices by day, closed ones included."""
    given = {"flag_id": flag_id, "mpan": mpan}
    equal = {name: value for name, value in given.items() if value is not None}
    rows = REGISTER.current(db, as_at=as_at, **equal)
    return sorted(rows, key=lambda row: (row["told_on"], row["role"], row["notice_id"]))
