"""Messages in JSON: DIP IF-021 (and PUB-021) consumption, and n3rgy's consumer series.

IF-021 stamps the UTC end of each period. Keys inside the repeating blocks are not published, so
every spelling that samples of sister interfaces suggest is taken, in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from characterise.extracts.cells import CELLS, Facts

_ALIASES: Final = {
    "mpan": ("mpancore", "mpan"),
    "quantity": ("measurementquantityid", "measurementquantity", "mq", "mqid"),
    "end": (
        "sp",
        "settlementperiodeffectiveto",
        "settlementperiodeffectivetodatetime",
        "settlementperiodeffectivetodate",
        "effectiveto",
        "utcsettlementperiodeffectiveto",
    ),
    "value": ("v", "utcperiodconsumptionvalue", "utcperiodconsumptionvaluev", "value"),
    "quality": (
        "q",
        "qualityindicator",
        "utcperiodconsumptionquality",
        "quality",
        "consumptionqualityindicator",
    ),
    "arrived": ("transactiontimestamp", "sendertimestamp"),
}
_ACTUAL: Final = re.compile(r"^A$")
_DERIVED: Final = re.compile(r"^(A[123]|AAE[123])$")


def read_messages(held: Any) -> tuple[pl.DataFrame, Facts] | None:
    """Cells of every consumption message of a JSON value; None where there is none."""
    if isinstance(held, dict) and "availableCacheRange" in held:
        return _n3rgy(held)
    messages = held if isinstance(held, list) else [held]
    rows = [row for number, one in enumerate(messages, start=1) for row in _message(one, number)]
    if not rows:
        return None
    cells = pl.DataFrame(rows, schema=CELLS, orient="row")
    facts = Facts(layout="if021", kind="stamp", ident_kind="mpan")
    facts = facts.settle("side", "end", "IF-021 gives the end of the period", side="end")
    facts = facts.settle("clock", "UTC", "IF-021 is in UTC", clock="UTC")
    facts = facts.settle("unit", "KWH", "IF-021 is in kWh, or kvarh for RI and RE")
    return cells, facts


def _message(message: Any, number: int) -> Iterator[dict[str, Any]]:
    mpan = _first(message, "mpan")
    quantity = str(_first(message, "quantity") or "")
    if mpan is None:
        return
    arrived = str(_first(message, "arrived") or "")
    for period in _periods(message):
        code = str(period.get("quality") or "").upper()
        yield {
            "line": number,
            "column": f"sp {period['end']}",
            "ident": str(mpan),
            "when": str(period["end"]),
            "time": "",
            "slot": None,
            "value": "" if period.get("value") is None else str(period["value"]),
            "flag": quality_of_code(code),
            "unit": "KVARH" if quantity.upper() in ("RI", "RE") else "KWH",
            "quantity": quantity.upper(),
            "fuel": "",
            "arrived": arrived,
            "fault": "" if quantity.upper() in ("AI", "AE", "RI", "RE") else "quantity_unknown",
        }


def quality_of_code(code: str) -> str:
    """Read status of an IF-021 quality code: only ``A`` is actual.

    Notes
    -----
    The meaning of A1-A3 and AAE1-AAE3 was not published where we looked: validated by the
    advanced data service, so ``derived`` and counted apart; everything else is an estimate.
    """
    if _ACTUAL.match(code):
        return "actual"
    return "derived" if _DERIVED.match(code) else "estimated"


def _key(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _first(node: Any, field: str) -> Any:
    """Value of the first key anywhere in ``node`` that is an alias of ``field``."""
    if isinstance(node, dict):
        for name, value in node.items():
            if _key(name) in _ALIASES[field] and not isinstance(value, dict | list):
                return value
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        found = _first(child, field)
        if found is not None:
            return found
    return None


def _periods(node: Any) -> Iterator[dict[str, Any]]:
    """Every block that has a period end and a value."""
    if isinstance(node, dict):
        named = {
            field: value
            for name, value in node.items()
            for field in ("end", "value", "quality")
            if _key(name) in _ALIASES[field] and not isinstance(value, dict | list)
        }
        if "end" in named:
            yield named
            return
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _periods(child)


def _n3rgy(held: dict[str, Any]) -> tuple[pl.DataFrame, Facts]:
    rows = [
        {
            **dict.fromkeys(CELLS, ""),
            "line": number,
            "column": "value",
            "slot": None,
            "when": str(entry.get("timestamp", "")),
            "value": str(entry.get("value", "")),
            "unit": str(held.get("unit", "")),
        }
        for number, entry in enumerate(held.get("values", ()), start=1)
    ]
    cells = pl.DataFrame(rows, schema=CELLS, orient="row")
    return cells, Facts(layout="n3rgy", kind="stamp", ident_kind="name")
