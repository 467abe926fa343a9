"""What the industry calls things: MPAN core, AMSID, MPID, GSP Group; checked, cleaned, explained.

A valid check digit is no proof: about 1.6 % of single-digit slips and 1.9 % of neighbouring swaps
pass it. The AMSID check digit is presumed to be the MPAN's, so a wrong one only warns.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final

from registry.errors import IdentifierInvalid

CORE_LENGTH: Final = 13
WEIGHTS: Final = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
"""Primes from 3 without 11, for digits 1 to 12."""
ASSET_METER_PREFIXES: Final = ("77", "78")
_LEGACY_LENGTH: Final = 21  # profile class 2, MTC 3, LLFC 3, core 13
_MHHS_LENGTH: Final = 22  # "00", SSC 4, DUoS tariff 3, core 13
_DIGITS: Final = re.compile(r"[0-9]+")
_ROUNDED: Final = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+")
_SEPARATORS: Final = re.compile(r"[\s\u00a0\u200b\ufeff/\-]+")
_MPID: Final = re.compile(r"[A-Z0-9]{4}")
_GSP_GROUP: Final = re.compile(r"_[A-HJ-NP]")


def check_digit(first_twelve: str) -> int:
    """Check digit of the first twelve digits: (weighted sum mod 11) mod 10."""
    total = sum(int(d) * w for d, w in zip(first_twelve, WEIGHTS, strict=True))
    return total % 11 % 10


def has_valid_check_digit(core: str) -> bool:
    """Whether thirteen digits end in the check digit of the first twelve."""
    return check_digit(core[:12]) == int(core[12])


def mpan_core(text: str) -> str:
    """MPAN core, 13 digits, out of what people type: spaces, quotes, 21 and 22 digit forms.

    Raises
    ------
    IdentifierInvalid
        With code ``blank``, ``spreadsheet_rounded``, ``not_digits``, ``wrong_length`` or
        ``bad_check_digit``.
    """
    core = _thirteen(text, "MPAN")
    if not has_valid_check_digit(core):
        raise IdentifierInvalid(
            "bad_check_digit",
            f"MPAN {core} ends in {core[12]} where its check digit is {check_digit(core[:12])}.",
            "Compare it with the bill or the registration system; a digit is wrong or swapped.",
        )
    return core


def mpan_warnings(core: str) -> list[str]:
    """Codes of what is odd, but not wrong, about a valid MPAN core."""
    if core[:2] in ASSET_METER_PREFIXES:
        return ["asset_meter_as_mpan"]
    return [] if core[:2] in distributors() else ["unknown_distributor"]


def amsid(text: str) -> str:
    """AMSID, 13 digits, cleaned as an MPAN is; prefix and check digit are not enforced."""
    return _thirteen(text, "AMSID")


def amsid_warnings(cleaned: str) -> list[str]:
    """Codes of what is odd about an AMSID: its prefix (77, 78) or its presumed check digit."""
    odd = [] if cleaned[:2] in ASSET_METER_PREFIXES else ["unknown_amsid_prefix"]
    return odd if has_valid_check_digit(cleaned) else [*odd, "amsid_check_digit"]


def mpid(text: str) -> str:
    """Market participant id: four capitals or digits; it names a company only with its role."""
    cleaned = text.strip().upper()
    if not _MPID.fullmatch(cleaned):
        raise IdentifierInvalid(
            "not_an_mpid",
            f"{text.strip()!r} is no MPID.",
            "An MPID is four letters or digits; a provider without one goes by organisation id.",
        )
    return cleaned


def gsp_group(text: str) -> str:
    """GSP Group id: an underscore and a letter from A to P without I and O."""
    cleaned = text.strip().upper()
    cleaned = cleaned if cleaned.startswith("_") else f"_{cleaned}"
    if not _GSP_GROUP.fullmatch(cleaned):
        raise IdentifierInvalid(
            "not_a_gsp_group",
            f"{text.strip()!r} is no GSP Group.",
            "Use _A to _P without _I and _O.",
        )
    return cleaned


def gsp_group_of(core: str) -> str | None:
    """GSP Group that the distributor id implies; none for independent networks."""
    return distributors().get(core[:2], {}).get("gsp_group") or None


@cache
def distributors() -> dict[str, dict[str, str]]:
    """Distributors by the first two digits of an MPAN: code, gsp_group (or ''), network."""
    source = files("registry").joinpath("data/distributors.csv").read_text("utf-8")
    return {row["distributor_id"]: row for row in csv.DictReader(source.splitlines())}


def _thirteen(text: str, name: str) -> str:
    cleaned = _SEPARATORS.sub("", text.strip().strip("'\"`\u2018\u2019"))
    cleaned = cleaned.removesuffix(".0")  # a number column read as decimals
    if not cleaned:
        raise IdentifierInvalid("blank", f"The {name} is blank.", "Give its 13 digits.")
    if _ROUNDED.fullmatch(cleaned):
        raise IdentifierInvalid(
            "spreadsheet_rounded",
            f"{cleaned} is an {name} that a spreadsheet rounded to a number.",
            "The lost digits cannot be recovered: format the column as text and paste it again.",
        )
    if not _DIGITS.fullmatch(cleaned):
        raise IdentifierInvalid(
            "not_digits", f"{text.strip()!r} is no {name}.", "Give 13 digits and nothing else."
        )
    legacy = len(cleaned) == _LEGACY_LENGTH
    mhhs = len(cleaned) == _MHHS_LENGTH and cleaned.startswith("00")
    if name == "MPAN" and (legacy or mhhs):
        return cleaned[-CORE_LENGTH:]
    if len(cleaned) != CORE_LENGTH:
        raise IdentifierInvalid(
            "wrong_length",
            f"{cleaned} has {len(cleaned)} digits where an {name} has 13.",
            "Give the 13-digit core, or the full 21 or 22 digits of an MPAN.",
        )
    return cleaned
