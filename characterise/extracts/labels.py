"""Wide headers: which columns are the half-hours of a day, and what their labels say.

A label is a wall time (``00:30``, ``H0030``, ``12:30 AM``), a range (``00:00 - 00:30``) or a
period number (``HH1``, ``kWh_1``, ``interval_1``, ``1``). Columns whose labels share the text
around them form a block.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from characterise.extracts.label_gaps import (
    MIN_HOURS,
    MOST_ABSENT,
    with_unnamed,
    without_repeats,
)
from characterise.extracts.vocabulary import is_flag_name

MIN_SLOTS: Final = 46
_RANGE: Final = re.compile(
    r"^(?P<before>)(\d{1,2}):(\d{2})(?::00)?\s*(?:-|to)\s*\d{1,2}:\d{2}(?::00)?"
    r"(?P<stem>(?:[ _-][a-z_ ]*)?)$"
)
_EXTRA: Final = re.compile(
    r"^(?P<before>[a-z /_-]*?)\W*dst\s*\+?\s*(\d):(\d{2})\W*?(?P<stem>(?:[ _-][a-z_ ]*)?)$"
)
_CLOCK: Final = re.compile(r"(?<!\d)(\d{1,2})[:_](\d{2})(?:[:_](\d{2}))?(?!\d)\s*([ap]m)?")
_HHMM: Final = re.compile(r"^([a-z][a-z /_.-]*?)[ _]?(\d{2})(00|30)((?:[ _-][a-z_ ]*)?)$")
_NUMBER: Final = re.compile(r"^(.*?)[ _#-]*(?<!\d)0*(\d{1,2})((?:[ _-][a-z_ ]*)?)$")
_PLAIN: Final = re.compile(r"^(\d{1,4})((?:[ _-][a-z_ ]*)?)$")


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that hold one value for each half-hour of a day.

    Parameters
    ----------
    stem
        What the labels share: ``kwh``, ``kvarh``, empty.
    kind
        ``wall`` for times of day, ``period`` for settlement period numbers.
    columns
        Column index of each slot, in order of the day.
    slots
        Wall slot (0-47) or period (1-50) of each column; 48 and 49 in a wall block are the
        repeated hour.
    side
        ``start`` or ``end`` as the order of the labels shows; None where it shows nothing.
    evidence
        The labels that decided it.
    sure
        Whether columns are half-hours for certain; where not, no reading of the day stands.
    """

    stem: str
    kind: str
    columns: tuple[int, ...]
    slots: tuple[int, ...]
    side: str | None
    evidence: str
    minutes: int = 30
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Label:
    kind: str
    number: int
    stem: str


Groups = dict[tuple[str, str], list[tuple[int, int]]]
"""Number or minute and column of labels, by kind and stem."""


def blocks_of(names: list[str]) -> list[Block]:
    """Blocks of half-hour columns of a header row; flag blocks are among them."""
    grouped: Groups = defaultdict(list)
    plain_clock = _plain_numbers_are_times(names)
    for column, name in enumerate(names):
        label = _label(name, plain_clock=plain_clock)
        if label is not None:
            grouped[label.kind, label.stem].append((label.number, column))
    found = []
    for (kind, stem), named in grouped.items():
        members = with_unnamed(*without_repeats(named, names))
        extras = _extras(grouped, stem)
        block = _wall(stem, members, extras) if kind != "period" else _period(stem, members)
        if block is not None:
            found.append(block)
    return found


def _extras(grouped: Groups, stem: str) -> list[tuple[int, int]]:
    """The repeated hour's own columns, which may go without a prefix that the others have."""
    held = [(own, members) for (kind, own), members in grouped.items() if kind == "extra"]
    bare = stem.strip("[]() _-")
    # Without words of their own they are readings: a block of statuses never takes them.
    fitting = [
        (own, members)
        for own, members in held
        if (bare.startswith(own) or bare.endswith(own)) and (own or not is_flag_name(bare))
    ]
    return max(fitting, key=lambda one: len(one[0]), default=("", []))[1]


def is_flag_block(block: Block) -> bool:
    """Whether a block's labels speak of read status."""
    return bool(block.stem) and is_flag_name(block.stem)


def is_label(text: str) -> bool:
    """Whether a cell names a half-hour of a day: a time, a range or a period number."""
    return _label(text, plain_clock=False) is not None


def _plain_numbers_are_times(names: list[str]) -> bool:
    numbers = {int(name) for name in names if name.strip().isdigit() and len(name.strip()) <= 4}
    return len(numbers) >= MIN_SLOTS and max(numbers) > 100


def _label(name: str, *, plain_clock: bool) -> _Label | None:
    text = name.strip().strip("'\"[]() ").lower()
    plain = _PLAIN.match(text) if plain_clock else None
    if plain is not None:
        hour, minute = divmod(int(plain[1]), 100)
        return _Label("wall", hour * 60 + minute, plain[2].strip(" _-"))
    for kind, pattern in (("range", _RANGE), ("extra", _EXTRA)):
        match = pattern.match(text)
        if match:
            stem = f"{match['before']}{match['stem']}".strip(" _-")
            return _Label(kind, int(match[2]) * 60 + int(match[3]), stem)
    match = _CLOCK.search(text)
    if match:
        return _clock_label(text, match)
    return _number_label(text)


def _number_label(text: str) -> _Label | None:
    match = _HHMM.match(text)
    if match and int(match[2]) <= 24:
        stem = f"{match[1]}{match[4]}".strip(" _-")
        return _Label("wall", int(match[2]) * 60 + int(match[3]), stem)
    match = _NUMBER.match(text)
    if match and 1 <= int(match[2]) <= 50:
        return _Label("period", int(match[2]), f"{match[1]}{match[3]}".strip(" _-"))
    return None


def _clock_label(text: str, match: re.Match[str]) -> _Label:
    hour, minute = int(match[1]), int(match[2])
    if match[4] == "pm" and hour < 12:
        hour += 12
    elif match[4] == "am" and hour == 12:
        hour = 0
    stem = (text[: match.start()] + text[match.end() :]).strip(" _-")
    return _Label("wall", hour * 60 + minute, stem)


def _period(stem: str, members: list[tuple[int, int]]) -> Block | None:
    columns: dict[int, int] = {}
    for number, column in members:
        columns.setdefault(number, column)
    last = max(columns)
    if last < MIN_SLOTS or len(columns) < last - MOST_ABSENT:
        return None
    periods = tuple(sorted(columns))
    evidence = f"columns are numbered {periods[0]} to {last}: periods of the day in order"
    return Block(stem, "period", tuple(columns[n] for n in periods), periods, "start", evidence)


def _wall(stem: str, members: list[tuple[int, int]], extras: list[tuple[int, int]]) -> Block | None:
    members = sorted(members, key=lambda member: member[1])
    step = _step([minute for minute, _ in members])
    if step not in (15, 30, 60):
        return None
    if step == 30 and len(members) > 48 and members[-1][0] > 1440:
        return _counted(stem, members)
    members = members[: 1440 // step]
    minutes = [minute for minute, _ in members]
    if len(minutes) < 1440 // step - MOST_ABSENT or len(set(minutes)) < len(minutes):
        return None
    first, last = minutes[0], minutes[-1]
    side = _side_of_labels(first, last, step)
    shown = f"{_clock(first)} .. {_clock(last)}"
    offset = step if side == "end" else 0
    slots = [((minute - offset) % 1440) // step for minute in minutes]
    columns = [column for _, column in members]
    for rank, (_, column) in enumerate(sorted(extras)[:2]):
        slots.append(48 + rank)
        columns.append(column)
    evidence = f"time columns run {shown}"
    return Block(stem, "wall", tuple(columns), tuple(slots), side, evidence, step)


def _counted(stem: str, members: list[tuple[int, int]]) -> Block | None:
    """Labels that run past midnight count settlement periods: a day has 50 of them at most."""
    minutes = [minute for minute, _ in members]
    if len(members) > 50 or _step(minutes) != 30:
        return None
    columns = tuple(column for _, column in members)
    evidence = f"time columns run past midnight to {_clock(minutes[-1])}: periods in order"
    return Block(stem, "period", columns, tuple(range(1, len(members) + 1)), "start", evidence)


def _step(minutes: list[int]) -> int:
    """The usual step of labels, of which every other step is a multiple; else 0."""
    steps = [(later - earlier) % 1440 for earlier, later in pairwise(minutes)]
    if len(steps) < MIN_HOURS - MOST_ABSENT:
        return 0
    usual = Counter(steps).most_common(1)[0][0]
    odd = [step for step in steps if not usual or step % usual]
    return 0 if odd or sum(step != usual for step in steps) > MOST_ABSENT else usual


def _side_of_labels(first: int, last: int, step: int) -> str | None:
    if first == 0 and last == 1440 - step:
        return "start"
    if first == step and last in (0, 1440):
        return "end"
    return None


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
