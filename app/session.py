"""What one browser tab is looking at, and who looks: both views and pages read from here."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import param

if TYPE_CHECKING:
    from app.workspace import Workspace

_LONGEST: Final = 120
"""Characters of one field of an address."""
_NOBODY: Final = ("", "guest", "anonymous")


class Place(param.Parameterized):
    """What the tab shows; every field stands in the address, so that a link restores it."""

    mpan = param.String(default="", doc="Meter point (engine key).")
    find = param.String(default="", doc="Part of a meter point, as typed in the search box.")
    flag = param.String(default="", doc="Flag under review.")
    kind = param.String(default="", doc="Only flags of this kind.")
    state = param.String(default="open", doc="Only flags or disputes in this state.")
    text = param.String(default="", doc="Only rows that hold this text.")
    event = param.String(default="", doc="Dispatch event.")
    verdict = param.String(default="", doc="Only events with this verdict.")
    dispute = param.String(default="", doc="Dispute.")
    entity = param.String(default="", doc="Table of the register.")
    day = param.CalendarDate(default=None, allow_None=True, doc="Local day on the plots.")

    def read(self, arguments: Mapping[str, str]) -> list[str]:
        """Take the fields from an address; return one sentence for each that makes no sense."""
        problems: list[str] = []
        taken: dict[str, Any] = {}
        for name, value in arguments.items():
            if name not in FIELDS or not value:
                continue
            try:
                taken[name] = _parsed(name, value)
            except ValueError:
                problems.append(
                    f"The address says {name}={value[:40]!r}, which is no {_MEANING[name]};"
                    " it was left out."
                )
        self.param.update(**taken)
        return problems

    def query(self, *, only: Sequence[str] = ()) -> str:
        """Address query of every field that is not at its default: ``?a=b`` or nothing."""
        held = {
            name: str(getattr(self, name))
            for name in only or FIELDS
            if getattr(self, name) != self.param[name].default
        }
        return f"?{urlencode(held)}" if held else ""

    def follow(self, show: Callable[[str], None]) -> None:
        """Call ``show`` with the whole query now and whenever a field changes."""
        self.param.watch(lambda *_: show(self.query()), list(FIELDS))
        show(self.query())


FIELDS: Final = tuple(name for name in Place.param if name != "name")
_MEANING: Final = {name: "date (write 2026-01-31)" if name == "day" else name for name in FIELDS}


class Desk(param.Parameterized):
    """The person at this server: one workspace, one name for the audit trail."""

    actor = param.String(default="", doc="Who decides; it stands in the audit trail.")

    def __init__(self, workspace: Workspace, actor: str | None = None) -> None:
        super().__init__(actor=actor or _login())
        self.workspace = workspace
        self.revealed: frozenset[str] = frozenset()

    def who(self) -> str:
        """Name for the audit trail.

        Raises
        ------
        ActorMissing
            Nobody gave a name.
        """
        name = self.actor.strip()
        if name.lower() in _NOBODY:
            raise ActorMissing("Write your name at the top of the page: decisions carry it.")
        return name

    def note_revealed(self, mpan: str) -> None:
        """Remember that this meter point was unmasked with a recorded purpose."""
        self.revealed |= {mpan}


class ActorMissing(ValueError):
    """A decision without a name."""


def link(page: str, **fields: str | dt.date | None) -> str:
    """Address of a page with some fields set."""
    held = {name: str(value) for name, value in fields.items() if value}
    return f"/{page}?{urlencode(held)}" if held else f"/{page}"


def _parsed(name: str, value: str) -> object:
    if name == "day":
        return dt.date.fromisoformat(value)
    if len(value) > _LONGEST or not value.isprintable():
        raise ValueError(value)
    return value


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
