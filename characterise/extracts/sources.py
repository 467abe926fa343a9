"""Files to read: paths listed first without a byte read, then opened one by one, in a stable order.

What cannot be opened is a `Source` with a fault in place of bytes, so that one bad file, or one bad
member of an archive, never keeps the others from being read.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final

from characterise.errors import UnreadableExtract
from characterise.extracts.archive import (
    LARGEST_TEXT,
    Allowance,
    Unpackable,
    megabytes,
    unpacked,
    within_bounds,
)
from characterise.extracts.workbook import is_workbook
from characterise.finding import Finding

MOST_NESTED: Final = 3
"""Archives within archives that are opened; a zip may hold itself, so there must be an end."""
_TAKEN: Final = (
    ".csv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".json",
    ".tsv",
    ".df2",
    ".usr",
    ".dat",
    ".xls",
    ".zip",
    "",
)


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a listing; ``member`` is its place in the directory of the archive ``path``."""

    name: str
    path: Path
    member: int | None = None
    fault: str = ""


@dataclass(frozen=True)
class Listing:
    """Everything behind some paths, in the order of reading.

    Parameters
    ----------
    passed_over
        Number of files by suffix that are no kind of extract, such as ``.pdf``.
    """

    entries: Sequence[Entry] = ()
    passed_over: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.entries)


def walk(paths: Iterable[Path]) -> Iterator[Source]:
    """Every file behind ``paths``; archives are opened, hidden files passed over."""
    return opened(listed(paths))


def listed(paths: Iterable[Path]) -> Listing:
    """List the files behind ``paths`` from folders and archive directories; no file is read.

    Raises
    ------
    UnreadableExtract
        A path does not exist, or is neither a file nor a folder.
    """
    entries: list[Entry] = []
    passed_over: Counter[str] = Counter()
    for path in paths:
        if path.is_dir():
            for inner in _below(path, entries):
                name = str(inner.relative_to(path))
                if _wanted(PurePosixPath(name), passed_over):
                    entries += _entries(name, inner, passed_over)
        elif not path.exists():
            raise UnreadableExtract(f"{path} does not exist; name a file, a folder or a zip.")
        elif not path.is_file():
            raise UnreadableExtract(f"{path} is no file; name a file, a folder or a zip.")
        else:
            entries += _entries(path.name, path, passed_over)
    return Listing(entries, passed_over)


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


def _below(folder: Path, entries: list[Entry]) -> list[Path]:
    """Files below a folder in the order of their paths; what cannot be listed is an entry."""

    def refused(error: OSError) -> None:
        name = os.path.relpath(error.filename, folder)
        what = f"The folder {name} cannot be listed ({error.strerror}); check who may read it."
        entries.append(Entry(_label(name), Path(error.filename), fault=what))

    found = [Path(at) / name for at, _, names in os.walk(folder, onerror=refused) for name in names]
    return sorted(path for path in found if path.is_file() or path.is_symlink())


def _wanted(path: PurePosixPath, passed_over: Counter[str]) -> bool:
    if any(part.startswith((".", "__")) and part not in (".", "..") for part in path.parts):
        return False
    taken = path.suffix.lower() in _TAKEN
    if not taken:
        passed_over[path.suffix.lower()] += 1
    return taken


def _entries(name: str, path: Path, passed_over: Counter[str]) -> list[Entry]:
    alone = [Entry(_label(name), path)]
    if path.suffix.lower() != ".zip":
        return alone
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return alone  # reading it says what is wrong
    if any(member.filename.startswith("xl/") for member in members):
        return alone
    kept = _kept(members, passed_over)
    inner = [Entry(_label(f"{name}/{members[at].filename}"), path, at) for at in kept]
    return inner or alone


def _kept(members: Sequence[zipfile.ZipInfo], passed_over: Counter[str]) -> list[int]:
    """Places of the members to read, in the order of their names."""
    kept = [
        at
        for at, member in enumerate(members)
        if not member.is_dir() and _wanted(PurePosixPath(member.filename), passed_over)
    ]
    return sorted(kept, key=lambda at: members[at].filename)


def _label(name: str) -> str:
    """Name of a file as text that every store and terminal can hold."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


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
            for at in _kept(members, Counter()):
                label = _label(f"{name}/{members[at].filename}")
                for source in _member(archive, members[at], label, allowance, depth=depth + 1):
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
