"""Columns that speak about others: units, quantities, fuels and read statuses of a row or cell."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import polars as pl

from characterise.extracts.header import Header
from characterise.extracts.labels import Block, is_flag_block
from characterise.extracts.table import Table
from characterise.extracts.vocabulary import (
    fuel_word,
    is_flag_name,
    normal,
    quality_of_words,
    quantity_in,
    unit_word,
)

_ESTIMATED: Final = {
    **dict.fromkeys(("Y", "y", "Yes", "YES", "yes", "True", "TRUE", "true", "1"), "estimated"),
    **dict.fromkeys(("N", "n", "No", "NO", "no", "False", "FALSE", "false", "0"), "actual"),
}
_DIRECTION: Final = re.compile(
    r"(?i)(?:(?:re)?active )?(?:import|export|consumption|generation)(?: (?:re)?active)?(?: k\w+)?"
)
_SAMPLE: Final = 400
_FEW: Final = 12


@dataclass(frozen=True, slots=True)
class Beside:
    """Indexes of the columns that describe a whole row; -1 where there is none."""

    unit: int
    quantity: int
    fuel: int
    flag: int
    arrived: int


def read_beside(table: Table, header: Header) -> Beside:
    """Find the describing columns by what their cells say, not by their names alone."""
    found = {"unit": -1, "quantity": -1, "fuel": -1, "flag": -1, "arrived": -1}
    used = {header.ident, header.date, header.time, header.period, header.end, *header.values}
    used |= {column for block in header.blocks for column in block.columns}
    for column, name in enumerate(header.names):
        if column in used:
            continue
        kind = _kind(name, _distinct(table, header, column), header)
        if kind and found[kind] < 0:
            found[kind] = column
    return Beside(**found)


def _distinct(table: Table, header: Header, column: int) -> set[str]:
    rows = table.cells[header.first : header.last][:_SAMPLE]
    return {row[column] for row in rows if column < len(row) and row[column]}


def _kind(name: str, cells: set[str], header: Header) -> str:
    words = normal(name) if header.headed else ""
    if "received" in words or "transaction" in words:
        return "arrived"
    if not cells or len(cells) > _FEW:
        return ""
    speaks = {
        "unit": all(unit_word(cell) for cell in cells)
        and ("unit" in words or all(len(cell) > 1 for cell in cells)),
        "fuel": all(fuel_word(cell) and len(cell) > 1 for cell in cells),
        "quantity": _speaks_of_quantity(words, cells),
        "flag": (is_flag_name(name) and _speaks_of_status(cells))
        or (not header.headed and all(quality_of_words(cell) for cell in cells)),
    }
    return next((kind for kind, holds in speaks.items() if holds), "")


def _speaks_of_status(cells: set[str]) -> bool:
    if any(quality_of_words(cell) for cell in cells):
        return True
    return all(len(cell) <= 3 and cell.isalpha() for cell in cells) or cells <= set(_ESTIMATED)


def _speaks_of_quantity(words: str, cells: set[str]) -> bool:
    if all(cell.upper() in ("AI", "AE", "RI", "RE") for cell in cells):
        return True
    if all(_DIRECTION.fullmatch(cell.strip()) for cell in cells):
        return True
    hints = ("measur", "channel", "type", "direction", "quantity")
    hinted = any(hint in words for hint in hints) or "mq" in words.split()
    return hinted and all(quantity_in(cell) for cell in cells)


def statuses(name: str, texts: pl.Series) -> pl.Series:
    """Texts of a status column, a yes or no to "estimated?" spelt out."""
    words = set(texts.unique().to_list()) - {""}
    if not re.search(r"\best", normal(name)) or not words <= set(_ESTIMATED):
        return texts
    return texts.replace(_ESTIMATED)


def _is_status(name: str, repeated: set[str]) -> bool:
    return normal(name) in repeated or is_flag_name(name)


def _speaks_of(flags: Block, block: Block, header: Header) -> bool:
    """Whether a block of statuses is of this block: it stands among or after it, or alone."""
    values = [other for other in header.blocks if not is_flag_block(other)]
    return len(values) == 1 or flags.columns[-1] > block.columns[0]


def flag_columns(header: Header, block: Block) -> dict[int, int]:
    """Column of the read status of each value column of ``block``, where the file has one.

    Statuses stand in a numbered block of their own, or in a repeated column right behind (or
    before) each value.
    """
    flags = [
        other
        for other in header.blocks
        if other is not block and is_flag_block(other) and _speaks_of(other, block, header)
    ]
    if flags:
        if flags[0].kind != block.kind:
            return dict(zip(block.columns, flags[0].columns, strict=False))
        own = dict(zip(flags[0].slots, flags[0].columns, strict=True))
        return {c: own[s] for s, c in zip(block.slots, block.columns, strict=True) if s in own}
    taken = {column for other in header.blocks for column in other.columns}
    names = Counter(normal(n) for i, n in enumerate(header.names) if i not in taken)
    repeated = {name for name, count in names.items() if count >= 24}
    best: dict[int, int] = {}
    most = len(block.columns) - 2
    for step in (1, -1):
        beside = {column: column + step for column in block.columns}
        hits = sum(
            0 <= flag < len(header.names)
            and flag not in taken
            and _is_status(header.names[flag], repeated)
            for flag in beside.values()
        )
        # Between two values a status could be of either; at the ends it is of one.
        if hits > most or (hits == most and not best):
            best, most = beside, hits
    return best
