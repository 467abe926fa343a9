"""What there is to read behind some paths: folders and archive directories, no file read."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from characterise.errors import UnreadableExtract

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


def _below(folder: Path, entries: list[Entry]) -> list[Path]:
    """Files below a folder in the order of their paths; what cannot be listed is an entry."""

    def refused(error: OSError) -> None:
        name = os.path.relpath(error.filename, folder)
        what = f"The folder {name} cannot be listed ({error.strerror}); check who may read it."
        entries.append(Entry(label(name), Path(error.filename), fault=what))

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
    alone = [Entry(label(name), path)]
    if path.suffix.lower() != ".zip":
        return alone
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return alone  # reading it says what is wrong
    if any(member.filename.startswith("xl/") for member in members):
        return alone
    taken = kept(members, passed_over)
    inner = [Entry(label(f"{name}/{members[at].filename}"), path, at) for at in taken]
    return inner or alone


def kept(members: Sequence[zipfile.ZipInfo], passed_over: Counter[str]) -> list[int]:
    """Places of the members to read, in the order of their names."""
    taken = [
        at
        for at, member in enumerate(members)
        if not member.is_dir() and _wanted(PurePosixPath(member.filename), passed_over)
    ]
    return sorted(taken, key=lambda at: members[at].filename)


def label(name: str) -> str:
    """Return the name of a file as text that every store and terminal can hold."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)
