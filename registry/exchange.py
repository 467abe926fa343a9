"""Files in: every row or none, what is wrong by row, and a load that can be taken back whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from registry import bulk_declared, loads
from registry.canonical import sha256_of
from registry.cells import CellInvalid
from registry.errors import RegistryError, UnreadableSheet
from registry.ledger import Ledger
from registry.load_report import ACCEPTED, LoadReport, RowError, errors_of
from registry.sheets import Sheet, sheet
from registry.spreadsheet import SheetRow, Spreadsheet, spreadsheet
from registry.transaction import Transaction, named, new_id, reasoned

__all__ = ["LoadReport", "RowError", "load", "undo"]


class _NothingKept(Exception):
    """Leaves the transaction without a trace: errors, a dry run, or nothing new."""


def load(
    ledger: Ledger,
    entity: str,
    rows: Iterable[Mapping[str, object]] | Path,
    *,
    actor: str | None,
    reason: str | None,
    dry_run: bool = False,
) -> LoadReport:
    """Load a CSV file, or rows, of one entity: all of it or nothing, in one transaction.

    Every row is checked, against the ledger and against the rows before it. A row that the ledger
    holds already changes nothing; one whose natural key it holds changes that record.

    Parameters
    ----------
    entity
        A name of `registry.sheets.SHEETS`.
    dry_run
        Check and count, write nothing.

    Raises
    ------
    UnknownEntity, UnreadableSheet, ActorUnknown, ReasonMissing, LedgerUnavailable
    """
    named(actor), reasoned(reason)
    kind, table = sheet(entity), spreadsheet(rows)
    warnings = _header_warnings(entity, kind, table)
    parsed, errors = _parsed(kind, table)
    loading = _Loading(entity, kind, parsed, errors, warnings)
    try:
        with ledger.write(actor=actor, reason=reason) as tx:
            loading.run(tx)
            if loading.errors or dry_run or not loading.accepted:
                raise _NothingKept
            digest = sha256_of([row.cells for row in table.rows])
            load_id = loads.record(tx, entity, len(table.rows), loading.accepted, digest)
    except _NothingKept:
        load_id = None
    return LoadReport(
        load_id=load_id,
        entity=entity,
        rows_read=len(table.rows),
        accepted=0 if loading.errors else loading.accepted,
        errors=sorted(loading.errors, key=lambda error: error.row),
        warnings=sorted(loading.warnings, key=lambda error: error.row),
        unchanged=loading.unchanged,
        dry_run=dry_run,
    )


def undo(ledger: Ledger, load_id: str, *, actor: str | None, reason: str | None) -> int:
    """Take a whole load back; how many records and half-hours that put back.

    Raises
    ------
    RecordUnknown, DecisionRefused, RecordInUse
        There is no such load, it was undone before, or something was built upon it.
    """
    with ledger.write(actor=actor, reason=reason) as tx:
        return loads.take_back(tx, load_id)


class _Loading:
    """The rows of one file on their way in."""

    def __init__(
        self,
        entity: str,
        kind: Sheet,
        rows: list[tuple[int, dict[str, Any]]],
        errors: list[RowError],
        warnings: list[RowError],
    ) -> None:
        self.entity, self.kind, self.rows = entity, kind, rows
        self.errors, self.warnings = errors, warnings
        self.accepted = self.unchanged = 0
        self._written: dict[str, int] = {}

    def run(self, tx: Transaction) -> None:
        """Place every row; a row that cannot be placed is an error and stops no other."""
        tx.load_id = new_id()
        if self.kind.place is None:
            outcome = bulk_declared.place(tx, self.rows)
            self.accepted, self.unchanged = outcome.accepted, outcome.unchanged
            self.errors += outcome.errors
            self.warnings += outcome.warnings
            return
        for number, fields in self.rows:
            try:
                placed = self.kind.place(tx, fields)
            except RegistryError as error:
                self.errors += errors_of(number, error, self._written)
                continue
            self.warnings += [
                RowError(number, odd.column, odd.code, f"{odd.because}.", ACCEPTED)
                for odd in placed.odd
            ]
            self.accepted += placed.written
            self.unchanged += not placed.written
            if placed.written:
                self._written[placed.record_id] = number


def _header_warnings(entity: str, kind: Sheet, table: Spreadsheet) -> list[RowError]:
    known = [column.name for column in kind.columns]
    if missing := [name for name in kind.required if name not in table.columns]:
        raise UnreadableSheet(
            f"The {entity} file lacks {', '.join(missing)}; its header needs {', '.join(known)}."
        )
    if not table.rows:
        raise UnreadableSheet(f"The {entity} file has a header and no rows: add some.")
    return [
        RowError(1, name, "unknown_column", f"{name!r} is no column of {entity}.", "It is ignored.")
        for name in table.columns
        if name not in known
    ]


def _parsed(
    kind: Sheet, table: Spreadsheet
) -> tuple[list[tuple[int, dict[str, Any]]], list[RowError]]:
    """Rows whose cells could all be read, and what was wrong with the others."""
    columns = [column for column in kind.columns if column.name in table.columns]
    parsed: list[tuple[int, dict[str, Any]]] = []
    errors: list[RowError] = []
    for row in table.rows:
        fields: dict[str, Any] = {}
        before = len(errors)
        for column in columns:
            try:
                fields[column.name] = column.value(row.cells.get(column.name, ""))
            except CellInvalid as fault:
                errors.append(
                    RowError(row.number, column.name, fault.code, fault.message, fault.fix)
                )
        errors += _surplus(row)
        if len(errors) == before:
            parsed.append((row.number, _without_blank_defaults(fields)))
    return parsed, errors


def _surplus(row: SheetRow) -> list[RowError]:
    if not row.surplus:
        return []
    text = "The row has cells to the right of the last column."
    return [RowError(row.number, "", "surplus_cells", text, "Quote cells that hold a comma.")]


def _without_blank_defaults(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out blank cells of fields that are never null, so that their default stands."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None or name not in ("primacy_type", "roles")
    }
