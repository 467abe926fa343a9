"""Layouts that a person has answered for once: recognised by their header, never asked again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from characterise.extracts.header import Header
from characterise.extracts.identity import is_valid_mpan
from characterise.extracts.mapping import Mapping
from characterise.extracts.stamps import parse
from characterise.extracts.vocabulary import normal

_DIGITS: Final = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class NamedLayout:
    """One layout and the answers given for it.

    Parameters
    ----------
    name
        As the person called it.
    fingerprints
        Of `fingerprint_of`: one for each kind of sheet.
    answers
        What files of this layout do not say.
    """

    name: str
    fingerprints: tuple[str, ...]
    answers: Mapping


@dataclass(frozen=True, slots=True)
class LayoutBook:
    """Every named layout of a workspace."""

    layouts: tuple[NamedLayout, ...] = ()

    def called(self, name: str) -> NamedLayout | None:
        """Layout of that name."""
        return next((layout for layout in self.layouts if layout.name == name), None)

    def recognised(self, fingerprint: str) -> NamedLayout | None:
        """Layout with that fingerprint; None for an empty one."""
        if not fingerprint:
            return None
        return next((one for one in self.layouts if fingerprint in one.fingerprints), None)

    @property
    def names(self) -> Sequence[str]:
        """In order of the alphabet."""
        return sorted(layout.name for layout in self.layouts)


NO_LAYOUTS: Final = LayoutBook()


def fingerprint_of(header: Header, layout: str) -> str:
    """What a table's layout is recognised by: the words of its columns, not their contents.

    Identifiers, dates and long numbers in a column's name are of one file, so they do not count. A
    table without a header is known by how many columns it has and where its date stands.
    """
    if header.headed:
        names = [_word(name) for name in header.names]
        while names and not names[-1]:
            names.pop()
        text = "|".join((layout, *names))
    else:
        text = f"{layout}|bare|{len(header.names)}|{header.ident}|{header.date}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _word(name: str) -> str:
    if is_valid_mpan(name) or parse(name):
        return "#"
    return _DIGITS.sub("#", normal(name))
