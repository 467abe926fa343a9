"""Files to read: paths given, folders and zip archives walked, in a stable order."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from characterise.extracts.workbook import is_workbook

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
_MOST_BYTES: Final = 2_000_000_000
"""An archive member beyond this is refused: an archive can unpack to anything."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: its name for people, its bytes, their SHA-256."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Checksum that says whether the file was seen before."""
        return hashlib.sha256(self.data).hexdigest()


def walk(paths: Iterable[Path]) -> Iterator[Source]:
    """Every file behind ``paths``; archives are opened, hidden files passed over."""
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file() and _wanted(inner.relative_to(path)):
                    yield from _opened(str(inner.relative_to(path)), inner.read_bytes())
        else:
            yield from _opened(path.name, path.read_bytes())


def _wanted(path: Path) -> bool:
    hidden = any(part.startswith((".", "__")) for part in path.parts)
    return not hidden and path.suffix.lower() in _TAKEN


def _opened(name: str, data: bytes) -> Iterator[Source]:
    if not zipfile.is_zipfile(io.BytesIO(data)) or is_workbook(data):
        yield Source(name, data)
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in sorted(archive.infolist(), key=lambda info: info.filename):
            inner = Path(member.filename)
            if not member.is_dir() and _wanted(inner) and member.file_size <= _MOST_BYTES:
                yield from _opened(f"{name}/{member.filename}", archive.read(member))
