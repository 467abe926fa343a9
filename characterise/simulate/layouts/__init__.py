"""Every layout in which analysts hold half-hours, one family a module.

A family is a frozen dataclass of choices with one method ``write(channels, time)``, which gives the
bytes of a file, the half-hours that a reader can recover from it and the answers that the file
does not give itself (`Written`). The functions write the files of the sample folder.
"""

from __future__ import annotations

from characterise.simulate.layouts.books import Book
from characterise.simulate.layouts.labels import LABELS, Labels
from characterise.simulate.layouts.lead import Lead
from characterise.simulate.layouts.long import Long
from characterise.simulate.layouts.messages import KEYS, QUALITY_CODES, If021
from characterise.simulate.layouts.portals import N3rgy, Octopus
from characterise.simulate.layouts.records import D0036, StarkDf2
from characterise.simulate.layouts.sample_records import if021, workbook
from characterise.simulate.layouts.sample_text import (
    long_highlands,
    long_utc,
    wide_by_end,
    wide_by_period,
    wide_with_flags,
)
from characterise.simulate.layouts.stamps import DATE_TIME_NAMES, STAMP_NAMES
from characterise.simulate.layouts.text import Text
from characterise.simulate.layouts.unheard import UNHEARD, register_readings
from characterise.simulate.layouts.wide import BRITISH_GAS, EDF_PORTAL, Wide
from characterise.simulate.layouts.written import TRUTH, Written

__all__ = [
    "BRITISH_GAS",
    "D0036",
    "DATE_TIME_NAMES",
    "EDF_PORTAL",
    "KEYS",
    "LABELS",
    "QUALITY_CODES",
    "STAMP_NAMES",
    "TRUTH",
    "UNHEARD",
    "Book",
    "If021",
    "Labels",
    "Lead",
    "Long",
    "N3rgy",
    "Octopus",
    "StarkDf2",
    "Text",
    "Wide",
    "Written",
    "if021",
    "long_highlands",
    "long_utc",
    "register_readings",
    "wide_by_end",
    "wide_by_period",
    "wide_with_flags",
    "workbook",
]
