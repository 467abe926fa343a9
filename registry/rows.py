"""Rows of the ledger as plain dictionaries, and how they are read, dated and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlite_utils import Database

from registry.canonical import utc_text

Row = dict[str, Any]


class Odd(NamedTuple):
    """What is odd about a field without being wrong: coded, with a sentence."""

    column: str
    code: str
    because: str


def read(
    db: Database, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> list[Row]:
    """Rows of a query as dictionaries."""
    cursor = db.conn.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def moment(as_at: dt.datetime | str) -> str:
    """Text of a moment as ``recorded_at`` holds it; a time without a zone is taken as UTC."""
    at = dt.datetime.fromisoformat(as_at) if isinstance(as_at, str) else as_at
    return utc_text(at if at.tzinfo else at.replace(tzinfo=dt.UTC))


def difference(
    before: Mapping[str, object], after: Mapping[str, object], names: Sequence[str]
) -> dict[str, list[object]]:
    """Fields that differ, each as ``[before, after]``; before the first version all are null."""
    was = before or {"retired": False}
    return {name: [was.get(name), after[name]] for name in names if was.get(name) != after[name]}
