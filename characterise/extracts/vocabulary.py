"""The words that suppliers use: units, quantities, read statuses, fuels, column names."""

from __future__ import annotations

import re
from typing import Final

KWH_OF_UNIT: Final = {"WH": 1e-3, "KWH": 1.0, "MWH": 1e3, "W": 5e-4, "KW": 0.5, "MW": 500.0}
"""kWh in a half-hour of one such unit; powers are means over the half-hour."""
REACTIVE_UNITS: Final = {"VARH": 1e-3, "KVARH": 1.0, "MVARH": 1e3, "KVAR": 0.5, "MVAR": 500.0}
QUANTITIES: Final = ("AI", "AE", "RI", "RE")

_UNIT: Final = re.compile(r"(?<![a-z])([km]?(?:varh|var|wh|w))(?:r?s)?(?![a-z])")
_WATT: Final = re.compile(r"(?i)[(\[]\s*w\s*[)\]]|\b(?:units?|in|total)\W+w\b")
_QUANTITY_WORDS: Final = (
    ("RE", re.compile(r"reactive\s*export|export\s*reactive|export\s*k?var")),
    ("RI", re.compile(r"reactive|k?varh?\b")),
    ("AE", re.compile(r"\bexport(ed|s)?\b|\bgenerat(ed|ion|or)\b|\bpv\b|\bsolar\b|\bspill\b")),
    ("AI", re.compile(r"\bimport(ed|s)?\b|\bconsum\w*|\bdemand\b|\busage\b")),
)
_QUALITY: Final = {
    "actual": "a actual act valid validated ok good normal measured metered",
    "estimated": "e est estimate estimated estimation substituted sub profiled forecast "
    "interpolated deemed",
    "missing": "missing unavailable nodata absent",
}
_QUALITY_OF: Final = {
    word: quality for quality, words in _QUALITY.items() for word in words.split()
}
_FUELS: Final = {
    "electricity": "electricity",
    "elec": "electricity",
    "power": "electricity",
    "e": "electricity",
    "gas": "gas",
    "water": "water",
    "heat": "heat",
    "oil": "oil",
}
FLAG_WORDS: Final = re.compile(
    r"flag|indicator|\best\b|estimat|act_est|act est|status|quality|marker|read ?type|\bdq\b|"
    r"\but\b|^type$|actual"
)
_SESSION_WORDS: Final = re.compile(
    r"charg(e|ing)[ _]?(event|session|point|station)|connector|\bcp[ _]?id\b|session|\bevse\b|plug"
)


def normal(name: str) -> str:
    """Column name in lower-case words: camel case split, punctuation to spaces."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    spaced = re.sub(r"(?i)\b([km])\s?(w|var)\s?(h?)\b", r"\1\2\3", spaced)
    return re.sub(r"[^a-z0-9%]+", " ", spaced.lower()).strip()


def unit_in(text: str) -> str | None:
    """Unit that a name or a note states, upper case; None where it states none or several."""
    spaced = re.sub(r"[_\d]+", " ", text)
    both = f"{spaced.lower()} {normal(spaced)}"
    found = {match.upper() for match in _UNIT.findall(both)}
    return found.pop() if len(found) == 1 else None


def unit_named(text: str) -> str | None:
    """Unit that a name or a note states for sure: a lone W or "wh" may be part of anything."""
    unit = unit_in(text)
    return unit if unit and (len(unit) > 1 or _WATT.search(text)) else None


def unit_word(text: str) -> str | None:
    """Unit that a cell names by itself."""
    unit = re.sub(r"[^A-Z]", "", text.upper())
    return unit if unit in KWH_OF_UNIT or unit in REACTIVE_UNITS else None


def quantity_in(text: str) -> str | None:
    """Quantity that a name, a code or a note states."""
    bare = text.strip().upper()
    if bare in QUANTITIES:
        return bare
    words = normal(text)
    return next((code for code, pattern in _QUANTITY_WORDS if pattern.search(words)), None)


def quality_of_words(text: str) -> str | None:
    """Quality that a status word means; None for a word that nobody explained."""
    words = re.sub(r"[^a-z]+", " ", text.lower()).split()
    found = {_QUALITY_OF[word] for word in words if word in _QUALITY_OF}
    return found.pop() if len(found) == 1 else None


def fuel_word(text: str) -> str | None:
    """Fuel that a cell names by itself."""
    return _FUELS.get(text.strip().lower())


def is_flag_name(name: str) -> bool:
    """Whether a column name speaks of read status."""
    return bool(FLAG_WORDS.search(normal(name))) and "%" not in name


def is_session_header(names: list[str]) -> bool:
    """Whether the columns are those of charging sessions."""
    hits = sum(bool(_SESSION_WORDS.search(name.lower().strip())) for name in names)
    return hits >= 2
