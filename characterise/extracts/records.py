"""JSON that is a list of records or of pairs, as interfaces of portals give it -> a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from characterise.extracts.moments import moment_of
from characterise.extracts.table import Table

_EPOCH: Final = (946_684_800, 4_102_444_800)
"""Seconds of 2000 and 2100: whole numbers between them beside readings are moments."""
_LEAST: Final = 1


def table_of_records(held: Any) -> Table | None:
    """The longest list of alike records in a JSON value, None where there is none.

    Scalars beside the list are kept as lines above the data, where units and identifiers stand.
    """
    found = max(_lists(held, []), key=lambda one: len(one[0]), default=None)
    if found is None or len(found[0]) < _LEAST:
        return None
    rows, notes = found
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [*notes, names, *([_text(row.get(name)) for name in names] for row in rows)]
    return Table(name="", cells=cells, lines=list(range(1, len(cells) + 1)))


def _lists(
    node: Any, notes: list[list[str]]
) -> Iterator[tuple[list[dict[str, Any]], list[list[str]]]]:
    if isinstance(node, dict):
        own = [
            [str(name), _text(value)]
            for name, value in node.items()
            if value is not None and not isinstance(value, dict | list)
        ]
        for value in node.values():
            yield from _lists(value, [*notes, *own])
    elif isinstance(node, list):
        rows = [_record(item) for item in node]
        if rows and all(row is not None for row in rows):
            yield [row for row in rows if row is not None], notes
        for item in node:
            if isinstance(item, dict):
                yield from _lists(item, notes)


def _record(item: Any) -> dict[str, Any] | None:
    if isinstance(item, dict):
        flat = {name: value for name, value in item.items() if not isinstance(value, dict | list)}
        return flat if len(flat) > 1 else None
    if isinstance(item, list) and len(item) == 2 and not any(isinstance(x, list) for x in item):
        return {"timestamp": item[0], "value": item[1]}
    return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value / 1000 if value > _EPOCH[1] else value
        if _EPOCH[0] <= seconds <= _EPOCH[1]:
            return moment_of(int(seconds))
    return str(value)
