"""What the catalogue says of 75 supplier feeds, taken apart and completed.

The catalogue was cut out of Ruby source: lists come in three notations, some end in the middle of
a word. What is cut off is completed where its pattern leaves no doubt (the next wall time, the
next number); nothing else is invented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GAS_WORDS = re.compile(r"(?<!british )(?<!united )\bgas\b", re.IGNORECASE)
FLAG = re.compile(r"flag|marker|^type$|readtype|indicator|estimated / actual|^_$", re.IGNORECASE)
DAY = 1440


@dataclass(frozen=True)
class Feed:
    """One description, its lists taken apart and completed."""

    number: int
    title: str
    header: tuple[str, ...]
    values: tuple[int, ...]
    flags: dict[int, int]
    ident: str
    serial: str
    date: str
    time: str
    date_format: str
    above: int
    headed: bool
    long: bool
    positional: bool
    side: str
    delayed: bool
    gas: bool
    fuel: str
    sep_line: bool


def feed_of(number: int, held: dict, sisters: list[dict]) -> Feed | None:
    """Feed of a description; None where it describes no columns at all."""
    held = _completed(held, sisters)
    header = _names(held["header_example"])
    if len(header) < 3:
        return None
    long = held.get("row_per_reading") == "true" and len(header) < 24
    if "times.map" in str(held.get("reading_fields")):
        stem = re.search(r'"(\w+)#', held["reading_fields"])[1]
        walls = [f"{stem}{m // 60:02d}{m % 60:02d}" for m in range(0, DAY, 30)]
        header = [name for name in header if name] + walls
    header = header if long else _counted_on(header)
    fields = set(_names(held.get("reading_fields") or ""))
    values = _value_columns(header, fields, long=long)
    title = f"{held.get('description') or held.get('identifier') or 'no name'}"
    words = f"{title} {held.get('file')}".replace("_", " ")
    rows = re.sub(r"\D.*", "", held.get("number_of_header_rows") or "1")
    above = int(rows or 1)
    return Feed(
        number=number,
        title=title,
        header=tuple(header),
        values=tuple(values),
        flags=_flag_columns(header, values),
        ident=_name(held.get("mpan_mprn_field")) or _stated(header),
        serial=_name(held.get("msn_field")),
        date=_date_column(held, header),
        time=_name(held.get("reading_time_field")),
        date_format=_name(held.get("date_format")) or "%d/%m/%Y",
        above=max(0, above - 1),
        headed=above > 0,
        long=long,
        positional=held.get("positional_index") == "true",
        side=(held.get("half_hourly_labelling") or "").strip(":"),
        delayed=held.get("delayed_reading") == "true",
        gas=_is_gas(words, held.get("notes") or "", header),
        fuel=next((n for n in header if re.search("commodity|fuel|utilitytype", n, re.I)), ""),
        sep_line="sep=" in (held.get("number_of_header_rows") or ""),
    )


def _stated(header: list[str]) -> str:
    """An identifier's column that the description forgot to name."""
    return next((name for name in header if name in ("MPRN", "MPAN", "mpan", "mpxn")), "")


def _completed(held: dict, sisters: list[dict]) -> dict:
    """A description that points at another one, or changes a part of it, with the rest of that."""
    if str(held["header_example"]).startswith("edf_historic"):
        other = next(one for one in sisters if (one.get("description") or "").startswith("EDF"))
        return {**other, "number_of_header_rows": held["number_of_header_rows"]}
    key = (held.get("identifier") or "").strip(":)")
    older = [
        one
        for one in sisters
        if one is not held and one.get("identifier") == key and one.get("date_format")
    ]
    return {**older[-1], **held} if older and not held.get("date_format") else held


def _names(text: object) -> list[str]:
    """Names of a Ruby string, array or word list, the last one perhaps cut."""
    bare = str(text).strip()
    if bare.startswith("%w["):
        return bare[3:].strip("]").split()
    if bare.startswith("["):
        return [(a or b).strip('"') for a, b in re.findall(r"'([^']*)'|\"([^\"]*)\"", bare)]
    # A string literal that was cut keeps its opening quotation mark.
    if bare[:1] in "\"'" and bare.count(bare[:1]) == 1:
        bare = bare[1:]
    elif bare[:1] == "'" == bare[-1:]:
        bare = bare[1:-1]
    return [name.replace('"', "") for name in bare.split(",")]


def _name(text: object) -> str:
    return str(text or "").strip('"').rstrip()


def _minute(name: str) -> int | None:
    match = re.search(r"(\d{1,2})[:_](\d{2})(?:[:_]\d{2})?(?:\s*([AP])M)?", name)
    match = match or re.search(r"(?:H|hr|reading|import)(\d{2})(\d{2})$", name)
    if not match:
        return None
    hour = int(match[1])
    if match.lastindex == 3 and match[3]:
        hour = hour % 12 + (12 if match[3] == "P" else 0)
    return hour * 60 + int(match[2])


def _counted_on(header: list[str]) -> list[str]:
    """The header with the half-hours that its cut end lacks, flags beside them as before."""
    walls = [place for place, name in enumerate(header) if _is_wall(name)]
    numbers = [place for place, name in enumerate(header) if re.search(r"\d{1,2}$", name)]
    if len([name for name in header if re.fullmatch(r"\d{2,4}", name)]) >= 48:
        return header
    if len(header) > 90 and len(walls) >= 48:
        return header
    if len(walls) >= 2:
        return _walls_on(header, walls)
    if len(numbers) >= 6:
        return _numbers_on(header)
    return header


def _is_wall(name: str) -> bool:
    return _minute(name) is not None and not FLAG.search(name)


def _walls_on(header: list[str], walls: list[int]) -> list[str]:
    """Wall times up to 48; a last one that the cut left shorter than the first is dropped."""
    if len(walls) >= 48:
        return header
    whole = len(header[walls[-1]]) >= len(header[walls[0]])
    at = walls[-1] if whole else walls[-2]
    model, flagged = header[at], walls[1] - walls[0] == 2
    first, minute = _minute(header[walls[0]]) or 0, _minute(model) or 0
    kept = header[: at + 1]
    while sum(_is_wall(name) for name in kept) < 48:
        if flagged:
            kept.append(_at(header[walls[0] + 1], minute, first))
        minute += 30
        kept.append(_at(model, minute, first))
    return [*kept, _at(header[walls[0] + 1], minute, first)] if flagged else kept


def _at(model: str, minute: int, first: int) -> str:
    """A label like ``model`` for another time."""
    ranged = re.match(r"^\d{2}:\d{2} - \d{2}:\d{2}$", model)
    shown = minute % DAY if first == 30 and "24" not in model else minute
    hour, rest = divmod(shown, 60)
    if ranged:
        end = (minute + 30) % DAY
        return f"{hour:02d}:{rest:02d} - {end // 60:02d}:{end % 60:02d}"
    if re.search(r"\d{2}_\d{2}_\d{2}", model):
        return re.sub(r"\d{2}_\d{2}_\d{2}", f"{hour:02d}_{rest:02d}_00", model)
    if re.search(r"\d{1,2}:\d{2}", model):
        half = (" PM" if hour >= 12 else " AM") if re.search(" [AP]M", model) else ""
        return re.sub(r"\d{1,2}:\d{2}(?: [AP]M)?", f"{hour:02d}:{rest:02d}{half}", model, count=1)
    return re.sub(r"\d{4}", f"{hour:02d}{rest:02d}", model, count=1)


def _numbers_on(header: list[str]) -> list[str]:
    """Numbered columns up to 48; a word that the cut left in its middle is dropped."""
    told = [name for name in header if re.fullmatch(r"(?:.*?\D)?\d{1,2}(?:_indicator)?", name)]
    numbers = [int(re.findall(r"\d{1,2}", name)[-1]) for name in told]
    if 48 in numbers:
        return header
    last = max(n for n in numbers if f"{n}" in told[-1] or n < 50)
    model = next(name for name in reversed(header) if re.search(rf"(?<!\d){last - 1}$", name))
    kept = header[: header.index(model) + 1]
    flag = next((n for n in header if n.endswith(f"_{last - 1}_indicator")), "")
    for number in range(last, 49):
        if flag:
            kept.append(flag.replace(str(last - 1), str(number)))
        kept.append(re.sub(rf"{last - 1}$", str(number), model))
    return kept


def _value_columns(header: list[str], fields: set[str], *, long: bool) -> list[int]:
    if long:
        bare = {name.strip() for name in fields}
        found = [p for p, name in enumerate(header) if name.strip() in bare]
        return found or [len(header) - 1]
    walls = [place for place, name in enumerate(header) if _is_wall(name)]
    if len(walls) >= 48:
        return walls[:48]
    numbered = [
        place
        for place, name in enumerate(header)
        if re.search(r"(?<!\d)\d{1,4}$", name) and not FLAG.search(name)
    ]
    # The new Drax portal names its columns twice: the second set is of estimates.
    return numbered[:50]


def _flag_columns(header: list[str], values: list[int]) -> dict[int, int]:
    """The status column of each value: right behind it, or right before it."""
    found = [
        {
            place: place + step
            for place in values
            if 0 <= place + step < len(header) and FLAG.search(header[place + step])
        }
        for step in (1, -1)
    ]
    best = max(found, key=len)
    return best if len(values) > 1 and len(best) >= len(values) - 1 else {}


def _date_column(held: dict, header: list[str]) -> str:
    told = _name(held.get("reading_date_field"))
    names = [name.strip() for name in header]
    if told in names:
        return told
    return next((name for name in names if re.search(r"date|day|time", name, re.IGNORECASE)), "")


def _is_gas(title: str, notes: str, header: list[str]) -> bool:
    """Whether a feed is of gas and nothing else, as its title and notes say.

    Suppliers call both kinds of number MPRN where one layout serves both fuels, so a column of
    that name says nothing; nor do the names of British Gas and United Gas and Power.
    """
    both = re.search(r"electric", title, re.IGNORECASE) or "MPAN/MPRN/SPID" in header
    return bool(GAS_WORDS.search(f"{title} {notes}")) and not both
