"""Headers with a label too few or too many: the neighbours say which half-hour a column is."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Final

MIN_HOURS: Final = 22
MOST_ABSENT: Final = 2
"""Labels that a header may lack: the others still say which half-hour they are."""


def with_unnamed(members: list[tuple[int, int]], names: list[str]) -> list[tuple[int, int]]:
    """Labels with those of columns without a name whose neighbours say what they are.

    Parameters
    ----------
    members
        Number or minute of each label, and its column.
    """
    ordered = sorted(members, key=lambda member: member[1])
    if len(ordered) < MIN_HOURS - MOST_ABSENT:
        return members
    pairs = list(pairwise(ordered))
    step = Counter(later[0] - earlier[0] for earlier, later in pairs).most_common(1)[0][0]
    apart = Counter(later[1] - earlier[1] for earlier, later in pairs).most_common(1)[0][0]
    found = []
    for (number, column), (next_number, next_column) in pairs:
        between = column + apart
        gap = next_number - number == 2 * step and next_column - column == 2 * apart
        if gap and not names[between].strip():
            found.append((number + step, between))
    first, last = ordered[0], ordered[-1]
    before, after = first[1] - apart, last[1] + apart
    if first[0] == 2 * step and before >= 0 and not names[before].strip() and step == 1:
        found.append((1, before))
    if last[0] == 47 * step and after < len(names) and not names[after].strip():
        found.append((48 * step, after))
    return [*members, *found]


def without_repeats(
    members: list[tuple[int, int]], names: list[str]
) -> tuple[list[tuple[int, int]], list[str]]:
    """Labels and names in which each stands once: where its neighbours count, not elsewhere."""
    times = Counter(number for number, _ in members)
    repeated = [number for number, count in times.items() if count > 1]
    if not repeated or len(repeated) > MOST_ABSENT:
        return members, names
    at = {column: number for number, column in members}
    kept, left = list(members), list(names)
    for number in repeated:
        columns = [column for other, column in members if other == number]
        near = {
            c: (at.get(c - 1, number) < number) + (at.get(c + 1, number) > number) for c in columns
        }
        best = max(columns, key=lambda column: (near[column], -column))
        for column in columns:
            if column != best:
                kept.remove((number, column))
                left[column] = ""
    return kept, left
