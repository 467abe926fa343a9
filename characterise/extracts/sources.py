"""Files to read, opened one by one in the order of their listing.

What cannot be opened is a `Source` with a fault in place of bytes, so that one bad file, or one bad
member of an archive, never keeps the others from being read.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from characterise.extracts.archive import (
    LARGEST_TEXT,
    Allowance,
    Unpackable,
    megabytes,
    unpacked,
    within_bounds,
)
from characterise.extracts.listing import Entry, Listing, kept, label, listed
from characterise.extracts.workbook import is_workbook
from characterise.finding import Finding

MOST_NESTED: Final = 3
"""Archives within archives that are opened; a zip may hold itself, so there must be an end."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: its name for people and its bytes, or why there are none.

    Parameters
    ----------
    name
        A label; nothing is ever written to it, so ``../x`` in an archive does no harm.
    step
        Entries of the listing that are done with this file: 0 for the later ones of an archive
        that lies within another.
    """

    name: str
    data: bytes
    fault: Finding | None = None
    step: int = 1


def walk(paths: Iterable[Path]) -> Iterator[Source]:
    """Every file behind ``paths``; archives are opened, hidden files passed over."""
    return opened(listed(paths))


def opened(listing: Listing) -> Generator[Source, None, None]:
    """Read the files of a listing one by one; an archive is unpacked member by member."""
    for (path, packed), group in groupby(
        listing.entries, key=lambda entry: (entry.path, entry.member is not None)
    ):
        if packed:
            yield from _members(path, list(group))
        else:
            for entry in group:
                yield from _file(entry)


def _file(entry: Entry) -> Iterator[Source]:
    if entry.fault:
        yield _refused(entry.name, entry.fault)
        return
    try:
        size = entry.path.stat().st_size
        if size > LARGEST_TEXT:
            yield _refused(
                entry.name,
                f"The file holds {megabytes(size)}, more than the {megabytes(LARGEST_TEXT)} that "
                "are read at once; split it and read the parts.",
            )
            return
        data = entry.path.read_bytes()
    except OSError as error:
        because = error.strerror or type(error).__name__
        what = f"The file cannot be read ({because}); check that it is there and who may read it."
        yield _refused(entry.name, what)
        return
    yield from _bytes(entry.name, data, Allowance.of(len(data)), depth=0)


def _members(path: Path, entries: Sequence[Entry]) -> Iterator[Source]:
    try:
        allowance = Allowance.of(path.stat().st_size)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            for entry in entries:
                member = members[entry.member or 0]
                yield from _member(archive, member, entry.name, allowance, depth=0)
    except (zipfile.BadZipFile, OSError, IndexError) as error:
        yield _refused(path.name, f"The archive changed while it was read ({error}); try again.")


def _member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    name: str,
    allowance: Allowance,
    *,
    depth: int,
) -> Iterator[Source]:
    try:
        data = unpacked(archive, member, allowance)
    except Unpackable as error:
        yield _refused(name, f"{error}.")
        return
    yield from _bytes(name, data, allowance, depth=depth)


def _bytes(name: str, data: bytes, allowance: Allowance, *, depth: int) -> Iterator[Source]:
    """One file, or the files of the archive that the bytes are."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        cut = data.startswith(b"PK\x03\x04")
        what = "The zip archive or workbook is cut short; fetch it or export it again."
        yield _refused(name, what) if cut else Source(name, data)
        return
    try:
        if is_workbook(data):
            within_bounds(data, allowance)
            yield Source(name, data)
            return
        if depth >= MOST_NESTED:
            what = f"Archives lie {depth + 1} deep in one another; unpack the inner ones first"
            raise Unpackable(what)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            found = 0
            for at in kept(members, Counter()):
                inner = label(f"{name}/{members[at].filename}")
                for source in _member(archive, members[at], inner, allowance, depth=depth + 1):
                    yield Source(source.name, source.data, source.fault, step=int(not found))
                    found += 1
            if not found:
                raise Unpackable("The archive holds no file of a kind that is read")
    except Unpackable as error:
        yield _refused(name, f"{error}.")
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        yield _refused(name, f"The archive is damaged ({error}); fetch it or make it again.")


def _refused(name: str, what: str) -> Source:
    return Source(name, b"", Finding("not_readable", what))
