"""What became of a file: counts, and every row that is wrong or odd, with how to put it right."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from registry.errors import AgreementClash, IdentifierInvalid, RecordInvalid, RegistryError
from registry.records import faults

ACCEPTED: Final = "Check it; it is accepted as it is."
"""What to do about a row that is odd and not wrong."""
_FIXES: Final = {
    "exclusive_overlap": "End one of the two first, or make both shared.",
    "same_rank": "Give this agreement another rank, or other days.",
    "other_provider_exclusive": "Agree with the other provider that both share the asset.",
    "record_exists": "Correct the id, or change the record that is there.",
    "record_unknown": "Load what it names first, or correct the id.",
    "record_in_use": "Move what names it first.",
}


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong, or odd, about one row; the header of the file is row 1."""

    row: int
    column: str
    code: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did; nothing was written where it holds errors or was a dry run.

    Parameters
    ----------
    load_id
        What `undo` takes; None where nothing was written.
    accepted
        Rows that were new or changed a record (in a dry run: would have).
    unchanged
        Rows that the ledger held already.
    """

    load_id: str | None
    entity: str
    rows_read: int
    accepted: int
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    unchanged: int = 0
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return asdict(self)


def errors_of(row: int, error: RegistryError, written: dict[str, int]) -> list[RowError]:
    """Row errors that an exception of the register stands for.

    Parameters
    ----------
    written
        Row of this file by the id of the record it made, to name the other row of a clash.
    """
    if isinstance(error, AgreementClash):
        other = written.get(error.clashes_with)
        where = f" That one is row {other} of this file." if other else ""
        return [_row_error(row, "valid_from", error.code, f"{error}{where}")]
    if isinstance(error, IdentifierInvalid):
        return [RowError(row, "", error.code, error.message, error.fix)]
    cause = error.__cause__
    if isinstance(error, RecordInvalid) and isinstance(cause, ValidationError):
        return [_row_error(row, column, "invalid", text) for column, text in faults(cause)]
    return [_row_error(row, "", _snake(type(error).__name__), str(error))]


def _row_error(row: int, column: str, code: str, message: str) -> RowError:
    return RowError(row, column, code, message, _FIXES.get(code, "Correct the row and load again."))


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
