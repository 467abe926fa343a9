"""Fictional MPANs and AMSIDs with valid check digits, from one obviously made-up block."""

from __future__ import annotations

from typing import Final

_WEIGHTS: Final = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
_BLOCK: Final = 9_900_000_000
"""Every unique part begins 99: no claim is made on a meter point that exists."""

ASSET_METER_PREFIX: Final = "77"


def check_digit(first_twelve: str) -> str:
    """Check digit of twelve digits: weighted by primes without 11, modulo 11, modulo 10."""
    total = sum(int(digit) * weight for digit, weight in zip(first_twelve, _WEIGHTS, strict=True))
    return str(total % 11 % 10)


def is_valid(mpan: str) -> bool:
    """Whether thirteen digits end in their own check digit."""
    return len(mpan) == 13 and mpan.isdigit() and check_digit(mpan[:12]) == mpan[12]


def fictional(prefix: str, number: int) -> str:
    """MPAN or AMSID number ``number`` of the made-up block under a two-digit prefix."""
    first_twelve = f"{prefix}{_BLOCK + number:010d}"
    return first_twelve + check_digit(first_twelve)
