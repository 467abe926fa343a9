"""What a reading names its meter point by: MPAN, serial, or nothing that can be trusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WEIGHTS: Final = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
_CORE: Final = 13
_FULL: Final = (21, 22)
_LOST: Final = re.compile(r"^\d(\.\d+)?e\+?\d+$", re.IGNORECASE)
ASK_METER_POINT: Final = "Say which meter point this is: give meter_points in --map."


@dataclass(frozen=True, slots=True)
class Identity:
    """Meter point of one identifier text, or why there is none."""

    meter_point: str | None
    code: str = ""
    message: str = ""
    fix: str = ""


def check_digit_holds(core: str) -> bool:
    """Whether the 13th digit of an MPAN core is its check digit.

    Notes
    -----
    (sum of digit x prime weight, 11 left out, mod 11) mod 10; the MPAN rule of the MDD.
    """
    if len(core) != _CORE or not core.isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(core, _WEIGHTS, strict=False))
    return total % 11 % 10 == int(core[-1])


def clean(text: str) -> str:
    """Identifier without the dress that spreadsheets put on it."""
    bare = text.strip().removeprefix("=").strip("'\" ")
    return re.sub(r"\.0+$", "", bare)


def identify(text: str, kind: str) -> Identity:
    """Meter point of an identifier cell.

    Parameters
    ----------
    kind
        ``mpan`` where the column says so, ``serial`` for meter serial numbers, ``name`` for
        anything else.
    """
    bare = clean(text)
    if not bare:
        return Identity(None, "meter_point_unknown", "No meter point is named.", ASK_METER_POINT)
    if kind == "serial":
        return Identity(f"serial:{bare}")
    if kind == "name":
        message = f"{bare!r} is no MPAN and no serial number."
        return Identity(None, "meter_point_unknown", message, ASK_METER_POINT)
    return _of_mpan(bare)


def _of_mpan(bare: str) -> Identity:
    digits = re.sub(r"[ -]", "", bare)
    if _LOST.match(digits):
        return Identity(
            None,
            "mpan_lost_digits",
            f"A spreadsheet turned the MPAN into {bare!r}; its last digits are gone.",
            "Export the file again with the column as text.",
        )
    core = digits[-_CORE:] if len(digits) in _FULL else digits
    if not core.isdigit() or len(core) != _CORE:
        message = f"{bare!r} is no 13-digit MPAN."
        return Identity(None, "mpan_malformed", message, "Correct it, or map it in --map.")
    if not check_digit_holds(core):
        message = f"The check digit of {core} does not hold."
        return Identity(None, "mpan_check_digit", message, "Correct it, or map it in --map.")
    return Identity(core)


def is_valid_mpan(text: str) -> bool:
    """Whether a cell holds an MPAN whose check digit holds."""
    return identify(text, "mpan").meter_point is not None
