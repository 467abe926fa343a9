"""Versioned records: one kind of thing, every version of it kept, an audit entry beside each.

Rows come back as plain dictionaries that JSON can hold: dates and times are ISO 8601 text (UTC
with a Z), booleans are booleans, lists and objects are themselves.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlite_utils import Database

from registry.canonical import canonical, plain
from registry.errors import RecordExists, RecordInvalid, RecordUnknown, StaleVersion
from registry.rows import Row, difference, moment, read
from registry.transaction import Transaction, new_id

BOOKKEEPING = ("retired", "recorded_at", "recorded_by", "load_id")


class Record(BaseModel):
    """The fields of one version of a record; frozen, and refusing fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


R = TypeVar("R", bound=Record)


def faults(error: ValidationError) -> list[tuple[str, str]]:
    """Field and sentence of everything that a model refused."""
    return [
        (
            ".".join(str(part) for part in fault["loc"][:1]),
            fault["msg"].removeprefix("Value error, "),
        )
        for fault in error.errors(include_url=False)
    ]


@dataclass(frozen=True)
class Register(Generic[R]):
    """The verbs of one versioned entity.

    Parameters
    ----------
    entity
        Name of its view; its versions are in ``<entity>_version``.
    model
        The fields of one version. A field ``<entity>_id`` may be None: an id is made then.
    """

    entity: str
    model: type[R]

    @property
    def key(self) -> str:
        """Name of the id column."""
        return f"{self.entity}_id"

    @property
    def table(self) -> str:
        """Name of the table of versions."""
        return f"{self.entity}_version"

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields a version holds beside its id."""
        return tuple(name for name in self.model.model_fields if name != self.key)

    @cached_property
    def _booleans(self) -> tuple[str, ...]:
        return tuple(n for n, f in self.model.model_fields.items() if "bool" in str(f.annotation))

    @cached_property
    def _objects(self) -> tuple[str, ...]:
        shapes = ("list", "tuple", "dict", "Any")
        found = {n: str(f.annotation) for n, f in self.model.model_fields.items()}
        return tuple(n for n, text in found.items() if any(shape in text for shape in shapes))

    @cached_property
    def _insert(self) -> str:
        columns = (self.key, "version", *map(_quoted, self.fields), *BOOKKEEPING)
        marks = ", ".join("?" * len(columns))
        return f"INSERT INTO {self.table} ({', '.join(columns)}) VALUES ({marks})"

    def add(self, tx: Transaction, record: R, *, action: str = "add") -> str:
        """Write the first version of a record, or the next of a retired one; its id comes back.

        Raises
        ------
        RecordExists
            A current record has the id.
        """
        held = record.model_dump(mode="json")
        given = held.pop(self.key, None)
        entity_id = str(given) if given else new_id()
        before = self.latest(tx.db, entity_id) or {}
        if before and not before["retired"]:
            raise RecordExists(
                f"{self.entity} {entity_id} is in the ledger already: revise it instead."
            )
        version = before.get("version", 0) + 1
        self.append(tx, entity_id, version, held, before=before, action=action)
        return entity_id

    def get(self, db: Database, entity_id: str, *, as_at: dt.datetime | str | None = None) -> Row:
        """Return the current version of one record, or the one that was current at a moment.

        Raises
        ------
        RecordUnknown
        """
        found = self.current(db, as_at=as_at, **{self.key: entity_id})
        if not found:
            raise RecordUnknown(f"The ledger holds no {self.entity} {entity_id}.")
        return found[0]

    def current(
        self, db: Database, as_at: dt.datetime | str | None = None, **equal: object
    ) -> list[Row]:
        """Return the current version of every record that is not retired.

        Parameters
        ----------
        as_at
            See the ledger as it was recorded at this moment.
        equal
            Values that columns must have; None asks for null.
        """
        tests = [f"{column} IS :{column}" for column in equal]
        values: dict[str, object] = dict(equal)
        if as_at is None:
            source = self.entity
        else:
            values["as_at_"] = moment(as_at)
            source = (
                f"(SELECT * FROM {self.table} AS held WHERE retired = 0 AND version = "
                f"(SELECT max(version) FROM {self.table} AS later WHERE later.{self.key} = "
                f"held.{self.key} AND later.recorded_at <= :as_at_))"
            )
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        rows = read(db, f"SELECT * FROM {source}{where} ORDER BY {self.key}", values)
        return [self._decoded(row) for row in rows]

    def history(self, db: Database, entity_id: str) -> list[Row]:
        """Every version of one record, oldest first."""
        rows = read(
            db, f"SELECT * FROM {self.table} WHERE {self.key} = ? ORDER BY version", (entity_id,)
        )
        if not rows:
            raise RecordUnknown(f"The ledger holds no {self.entity} {entity_id}.")
        return [self._decoded(row) for row in rows]

    def versions(self, db: Database) -> Iterator[Row]:
        """Every version of every record, by id and version."""
        cursor = db.conn.execute(f"SELECT * FROM {self.table} ORDER BY {self.key}, version")
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield self._decoded(dict(zip(names, row, strict=True)))

    def revise(
        self,
        tx: Transaction,
        entity_id: str,
        version: int,
        changes: Mapping[str, object],
        *,
        action: str = "revise",
    ) -> int:
        """Write the next version with some fields changed; the new version comes back.

        Nothing is written, and ``version`` comes back, where the changes change nothing.

        Raises
        ------
        StaleVersion
            ``version`` is not the latest.
        RecordInvalid
            A field is unknown, or the result does not stand.
        """
        before = self.held(tx.db, entity_id, version)
        if unknown := sorted(set(changes) - set(self.fields)):
            raise RecordInvalid(f"A {self.entity} has no field {unknown[0]}.")
        merged = (
            {name: before[name] for name in self.fields} | {self.key: entity_id} | dict(changes)
        )
        if self.key not in self.model.model_fields:
            merged.pop(self.key)
        after = self.checked(merged).model_dump(mode="json")
        after.pop(self.key, None)
        if all(before[name] == after[name] for name in self.fields) and not before["retired"]:
            return version
        self.append(tx, entity_id, version + 1, after, before=before, action=action)
        return version + 1

    def retire(
        self, tx: Transaction, entity_id: str, version: int, *, action: str = "retire"
    ) -> int:
        """Take a record out of the current view; every version stays readable."""
        before = self.held(tx.db, entity_id, version)
        held = {name: before[name] for name in self.fields}
        self.append(tx, entity_id, version + 1, held, before=before, action=action, retired=True)
        return version + 1

    def checked(self, fields: Mapping[str, object]) -> R:
        """Build the model, or say in one sentence what is wrong with it."""
        try:
            return self.model.model_validate(dict(fields))
        except ValidationError as error:
            field, message = faults(error)[0]
            raise RecordInvalid(f"{self.entity} {field}: {message}") from error

    def latest(self, db: Database, entity_id: str) -> Row | None:
        """Return the last version of a record, retired or not, if there is one."""
        rows = read(
            db,
            f"SELECT * FROM {self.table} WHERE {self.key} = ? ORDER BY version DESC LIMIT 1",
            (entity_id,),
        )
        return self._decoded(rows[0]) if rows else None

    def held(self, db: Database, entity_id: str, version: int) -> Row:
        """Return the latest version where it is the one the caller read.

        Raises
        ------
        RecordUnknown, StaleVersion
        """
        found = self.latest(db, entity_id)
        if found is None:
            raise RecordUnknown(f"The ledger holds no {self.entity} {entity_id}.")
        if found["version"] != version:
            raise StaleVersion(
                self.entity, entity_id, version, found["version"], found["recorded_by"]
            )
        return found

    def append(
        self,
        tx: Transaction,
        entity_id: str,
        version: int,
        held: Mapping[str, object],
        *,
        before: Mapping[str, object],
        action: str,
        retired: bool = False,
    ) -> None:
        """Write one version and its audit entry; the difference to ``before`` is the change."""
        values = [_stored(held[name]) for name in self.fields]
        tx.db.conn.execute(
            self._insert,
            (entity_id, version, *values, int(retired), tx.at, tx.actor, tx.load_id),
        )
        after = {**{name: plain(held[name]) for name in self.fields}, "retired": retired}
        change = difference(before, after, (*self.fields, "retired"))
        tx.audit(action, self.entity, entity_id, version, change)

    def _decoded(self, row: Row) -> Row:
        for name in (*self._booleans, "retired"):
            row[name] = None if row[name] is None else bool(row[name])
        for name in self._objects:
            row[name] = None if row[name] is None else json.loads(row[name])
        return row


def _quoted(name: str) -> str:
    return '"primary"' if name == "primary" else name  # the one field that is an SQL keyword


def _stored(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (list, tuple, dict)):
        return canonical(value)
    return value
