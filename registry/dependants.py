"""Which records rest on a record: what must go, or move, before it can."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlite_utils import Database

from registry.errors import RecordInUse
from registry.rows import Row, read


class Dependant(NamedTuple):
    """A record that names another."""

    entity: str
    record_id: str


_LINKS: Final[dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]]] = {
    "organisation": (
        ("asset", "organisation_id", ("organisation_id",)),
        ("agreement", "fsp", ("organisation_id", "mpid")),
        ("event", "fsp_id", ("organisation_id", "mpid")),
    ),
    "asset": (("asset_meter", "asset_id", ("asset_id",)),),
    "asset_meter": (
        ("agreement", "amsid", ("import_amsid", "export_amsid")),
        ("event", "amsid", ("import_amsid", "export_amsid")),
    ),
    "event": (("declared", "event_id", ("event_id",)), ("dispute", "event_id", ("event_id",))),
}
"""Of each entity: who names it, in which column, by which of its own fields."""


def of(
    db: Database, entity: str, record: Row, *, names: Sequence[str] | None = None
) -> list[Dependant]:
    """Current records that name ``record``.

    Parameters
    ----------
    names
        Look among these entities only.
    """
    found: list[Dependant] = []
    for other, column, fields in _LINKS.get(entity, ()):
        if names is not None and other not in names:
            continue
        values = [record[field] for field in fields if record[field] is not None]
        key = "event_id" if other == "declared" else f"{other}_id"
        marks = ", ".join("?" * len(values))
        rows = read(
            db, f"SELECT DISTINCT {key} AS id FROM {other} WHERE {column} IN ({marks})", values
        )
        found += [Dependant(other, str(row["id"])) for row in rows]
    return found


def refuse(
    db: Database,
    entity: str,
    record: Row,
    *,
    names: Sequence[str] | None = None,
    but: Collection[Dependant] = (),
) -> None:
    """Refuse to let go of a record that others name.

    Parameters
    ----------
    but
        Records that go with it.

    Raises
    ------
    RecordInUse
        The sentence names the first few.
    """
    left = [held for held in of(db, entity, record, names=names) if held not in but]
    if not left:
        return
    shown = ", ".join(f"{held.entity} {held.record_id}" for held in left[:3])
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    raise RecordInUse(
        f"{entity} {record[f'{entity}_id']} is named by {shown}{more}: undo or move those first."
    )
