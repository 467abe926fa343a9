"""Meter extracts as analysts hold them -> canonical half-hours, findings and quarantine.

`read_extract` is pure: the bytes of one file in, a `Reading` out. Everything that a file does not
say plainly is detected from evidence that the report names, or asked for through a `Mapping`;
what stays open is quarantined with one question, never guessed.
"""

from __future__ import annotations

from characterise.extracts.mapping import Mapping, load_mapping
from characterise.extracts.named_layouts import LayoutBook, NamedLayout
from characterise.extracts.reading import LAYOUTS, Reading, read_extract
from characterise.extracts.replay import replay_rows
from characterise.extracts.report import file_report
from characterise.extracts.sources import Source, walk

__all__ = [
    "LAYOUTS",
    "LayoutBook",
    "Mapping",
    "NamedLayout",
    "Reading",
    "Source",
    "file_report",
    "load_mapping",
    "read_extract",
    "replay_rows",
    "walk",
]
