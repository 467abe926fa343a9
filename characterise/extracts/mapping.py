"""Answers that a person gives for files that do not say: `--map FILE`, JSON or CSV.

JSON holds any of ``unit``, ``clock``, ``side``, ``quantity``, ``meter_point``, ``date_order``,
``day`` (a row's date ``opens`` or ``closes`` its day), ``swap`` (import and export are exchanged),
``meter_points`` (identifier -> meter point), ``flags``
(status word -> quality) and ``files`` (file name pattern -> the same again). CSV holds
``setting,value[,file]`` rows, where a setting ``meter_points:K0229`` or ``flags:V`` answers for one
identifier or status word.
"""

from __future__ import annotations

import csv
import fnmatch
import hashlib
import io
import json
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, Final

from characterise.errors import AmbiguousExtract
from characterise.extracts.stamps import ORDERS
from characterise.extracts.vocabulary import KWH_OF_UNIT, QUANTITIES
from characterise.frames import QUALITIES
from characterise.settlement import LONDON, zone_of

_DAYS: Final = ("opens", "closes")
_SIDES: Final = ("start", "end")
_SINGLE: Final = (
    "unit",
    "clock",
    "side",
    "quantity",
    "meter_point",
    "date_order",
    "day",
    "swap",
)
_TABLES: Final = ("meter_points", "flags")
OF_LAYOUT: Final = ("unit", "clock", "side", "quantity", "date_order", "day", "swap", "flags")
"""Answers that are remembered with a layout: they hold for any meter in it."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Answers for one file; an absent answer is None."""

    unit: str | None = None
    clock: str | None = None
    side: str | None = None
    quantity: str | None = None
    meter_point: str | None = None
    date_order: str | None = None
    day: str | None = None
    swap: bool = False
    meter_points: AnyMapping[str, str] = field(default_factory=dict)
    flags: AnyMapping[str, str] = field(default_factory=dict)
    files: AnyMapping[str, Mapping] = field(default_factory=dict)

    def for_file(self, name: str) -> Mapping:
        """Answers that hold for the file called ``name``: its own before the general ones."""
        answers = self
        for pattern, own in self.files.items():
            if fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(PurePath(name).name, pattern):
                answers = own.over(answers)
        return answers

    def over(self, general: Mapping) -> Mapping:
        """These answers before those of ``general``; answers for single files are left out."""
        singles = {key: getattr(self, key) or getattr(general, key) for key in _SINGLE}
        return Mapping(
            **singles,
            meter_points={**general.meter_points, **self.meter_points},
            flags={**general.flags, **self.flags},
        )

    @property
    def of_the_layout(self) -> dict[str, Any]:
        """Answers about form as plain values: what another file of the same layout shares."""
        return {key: value for key, value in _plain(self).items() if key in OF_LAYOUT}

    @property
    def digest(self) -> str:
        """SHA-256 of the answers; empty where there are none."""
        answers = _plain(self)
        if not answers:
            return ""
        return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()


def load_mapping(path: Path) -> Mapping:
    """Mapping of a JSON or CSV file.

    Raises
    ------
    AmbiguousExtract
        The file cannot be read or an answer is none that the question allows.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AmbiguousExtract(f"{path} cannot be read as a mapping: {error}.") from error
    if path.suffix.lower() == ".csv":
        return mapping_of(_from_csv(text, path), str(path))
    try:
        answers = json.loads(text)
    except json.JSONDecodeError as error:
        raise AmbiguousExtract(f"{path} is no JSON: {error}; correct that place.") from error
    if not isinstance(answers, dict):
        raise AmbiguousExtract(f'{path} must hold one JSON object such as {{"unit": "kWh"}}.')
    return mapping_of(answers, str(path))


def mapping_of(answers: AnyMapping[str, Any], where: str = "the mapping") -> Mapping:
    """Mapping of plain answers, each checked.

    Raises
    ------
    AmbiguousExtract
        An answer is none that its question allows.
    """
    unknown = set(answers) - {*_SINGLE, *_TABLES, "files"}
    if unknown:
        known = ", ".join((*_SINGLE, *_TABLES, "files"))
        raise AmbiguousExtract(f"{where} answers {sorted(unknown)[0]!r}; it may hold {known}.")
    unit = _one_of(answers, "unit", tuple(KWH_OF_UNIT), where)
    quantity = _one_of(answers, "quantity", QUANTITIES, where)
    flags = {str(k).lower(): str(v) for k, v in dict(answers.get("flags", {})).items()}
    for word, quality in flags.items():
        if quality not in QUALITIES:
            raise AmbiguousExtract(
                f"{where} maps flag {word!r} to {quality!r}; use one of {', '.join(QUALITIES)}."
            )
    meter_point = answers.get("meter_point")
    return Mapping(
        unit=unit,
        clock=_clock(answers.get("clock"), where),
        side=_one_of(answers, "side", _SIDES, where),
        quantity=quantity,
        meter_point=None if meter_point is None else str(meter_point),
        date_order=_one_of(answers, "date_order", ORDERS, where),
        day=_one_of(answers, "day", _DAYS, where),
        swap=_one_of(answers, "swap", ("true", "false"), where) == "true",
        meter_points={str(k): str(v) for k, v in dict(answers.get("meter_points", {})).items()},
        flags=flags,
        files={
            str(pattern): mapping_of(own, f"{where}, {pattern}")
            for pattern, own in dict(answers.get("files", {})).items()
        },
    )


def _one_of(
    answers: AnyMapping[str, Any], key: str, allowed: tuple[str, ...], where: str
) -> str | None:
    answer = answers.get(key)
    if answer is None:
        return None
    found = next((choice for choice in allowed if choice.lower() == str(answer).lower()), None)
    if found is None:
        raise AmbiguousExtract(f"{where}: {key} is {answer!r}; use one of {', '.join(allowed)}.")
    return found


def _clock(answer: object, where: str) -> str | None:
    if answer is None:
        return None
    if str(answer).lower() in ("utc", "gmt"):
        return "UTC"
    if str(answer).lower() == "local":
        return LONDON
    try:
        zone_of(str(answer))
    except ValueError as error:
        raise AmbiguousExtract(f"{where}: {error}.") from error
    return str(answer)


def _from_csv(text: str, path: Path) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    if not {"setting", "value"} <= set(rows.fieldnames or ()):
        raise AmbiguousExtract(f"{path} needs the columns setting,value and may have file.")
    for row in rows:
        own = answers
        if row.get("file"):
            own = answers.setdefault("files", {}).setdefault(str(row["file"]), {})
        table, _, key = str(row["setting"]).partition(":")
        if key:
            own.setdefault(table, {})[key] = row["value"]
        else:
            own[table] = row["value"]
    return answers


def _plain(mapping: Mapping) -> dict[str, Any]:
    plain: dict[str, Any] = {key: getattr(mapping, key) for key in _SINGLE if getattr(mapping, key)}
    plain |= {key: dict(getattr(mapping, key)) for key in _TABLES if getattr(mapping, key)}
    if mapping.files:
        plain["files"] = {pattern: _plain(own) for pattern, own in mapping.files.items()}
    return plain
