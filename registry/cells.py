"""Cells of a spreadsheet: text in, value out, or what is wrong with it and how to put it right."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from registry import identifiers
from registry.errors import IdentifierInvalid

_UK_DATE: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0"})
_INTEGER: Final = re.compile(r"[+-]?[0-9]+(\.0+)?")
_CACHED: Final = 65_536


class CellInvalid(Exception):
    """The text of a cell is not what its column holds."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its name, how its cells are read, and whether each must be filled."""

    name: str
    parse: Callable[[str], Any]
    required: bool = False

    def value(self, cell: str) -> Any:
        """Value of a cell; None where it is blank.

        Raises
        ------
        CellInvalid
        """
        if not cell:
            if self.required:
                raise CellInvalid("blank", f"{self.name} is blank.", "Every row needs it.")
            return None
        if cell[0] in "=@":
            raise CellInvalid(
                "formula", f"{self.name} holds a formula.", "Paste the value in its place."
            )
        return self.parse(cell)


def text(cell: str) -> str:
    """Text as it stands."""
    return cell


@lru_cache(maxsize=_CACHED)
def mpan(cell: str) -> str:
    """MPAN core."""
    return _identifier(identifiers.mpan_core, cell)


@lru_cache(maxsize=_CACHED)
def amsid(cell: str) -> str:
    """AMSID."""
    return _identifier(identifiers.amsid, cell)


def mpid(cell: str) -> str:
    """Market participant id."""
    return _identifier(identifiers.mpid, cell)


def gsp_group(cell: str) -> str:
    """GSP Group."""
    return _identifier(identifiers.gsp_group, cell)


def code(cell: str) -> str:
    """Code of a list: capitals."""
    return cell.upper()


def words(cell: str) -> list[str]:
    """Several words in one cell, parted by ``;``, ``|`` or a comma."""
    return [word.strip() for word in re.split(r"[;|,]", cell) if word.strip()]


def decimal(cell: str) -> float:
    """Return a finite number; thousands are not parted."""
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise CellInvalid("not_a_number", f"{cell!r} is no number.", "Write it as 12.5.")
    return value


def integer(cell: str) -> int:
    """Return a whole number."""
    if not _INTEGER.fullmatch(cell):
        raise CellInvalid("not_a_whole_number", f"{cell!r} is no whole number.", "Write 1, 2, 3.")
    return int(float(cell))


def boolean(cell: str) -> bool:
    """True or false, in the words that spreadsheets use."""
    word = cell.casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise CellInvalid("not_true_or_false", f"{cell!r} is neither true nor false.", "Write true.")


@lru_cache(maxsize=_CACHED)
def day(cell: str) -> dt.date:
    """Date as ``2026-04-01``, or the British ``01/04/2026``."""
    try:
        if found := _UK_DATE.fullmatch(cell):
            return dt.date(int(found[3]), int(found[2]), int(found[1]))
        moment = dt.datetime.fromisoformat(cell)
    except ValueError:
        raise CellInvalid(
            "not_a_date", f"{cell!r} is no date.", "Write it as 2026-04-01."
        ) from None
    if moment.time() != dt.time():
        raise CellInvalid("not_a_date", f"{cell!r} holds a time of day.", "Give the date alone.")
    return moment.date()


@lru_cache(maxsize=_CACHED)
def instant(cell: str) -> dt.datetime:
    """Instant in UTC, as ``2026-04-01T17:00:00Z``; without a zone it is UTC, as its column says."""
    try:
        moment = dt.datetime.fromisoformat(cell)
    except ValueError:
        raise CellInvalid(
            "not_a_time", f"{cell!r} is no time.", "Write it as 2026-04-01T17:00:00Z."
        ) from None
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _identifier(clean: Callable[[str], str], cell: str) -> str:
    try:
        return clean(cell)
    except IdentifierInvalid as error:
        raise CellInvalid(error.code, error.message, error.fix) from None
