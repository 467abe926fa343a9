"""What a run says of each file, kept on disk once it is much: ten thousand files fit any memory."""

from __future__ import annotations

import json
import weakref
from array import array
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import Any, Final, overload

Entry = dict[str, Any]
"""The plain values of ``--report`` for one file."""
_IN_MEMORY: Final = 16_000_000
"""Bytes held before they go to a temporary file."""


class FileEntries(Sequence[Entry]):
    """Entries in the order they were added; each is read back when it is asked for."""

    def __init__(self) -> None:
        self._spool = SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+b")  # noqa: SIM115
        self._starts = array("Q", [0])
        self._of_source: dict[str, int] = {}
        weakref.finalize(self, self._spool.close)

    def append(self, entry: Entry) -> None:
        """Add an entry; the first of a source is what `of_source` finds."""
        self._of_source.setdefault(entry["source_id"], len(self))
        self._spool.seek(self._starts[-1])
        self._starts.append(self._starts[-1] + self._spool.write(json.dumps(entry).encode()))

    def of_source(self, source_id: str) -> Entry | None:
        """Entry of the first file that was read as this source in this run."""
        at = self._of_source.get(source_id)
        return None if at is None else self[at]

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, at: int) -> Entry: ...

    @overload
    def __getitem__(self, at: slice) -> list[Entry]: ...

    def __getitem__(self, at: int | slice) -> Entry | list[Entry]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        self._spool.seek(self._starts[place])
        held: Entry = json.loads(self._spool.read(self._starts[place + 1] - self._starts[place]))
        return held

    def __iter__(self) -> Iterator[Entry]:
        return (self[place] for place in range(len(self)))
