"""Named layouts: what a person answered for one kind of file, so that nobody is asked again."""

from __future__ import annotations

from typing import Any, Final

from sqlite_utils import Database

from registry.errors import RecordExists, RecordInvalid
from registry.records import Record, Register
from registry.rows import Row
from registry.transaction import Transaction


class Layout(Record):
    """One version of a named layout.

    Parameters
    ----------
    layout_id
        The name that a person gave it.
    fingerprints
        What files of the layout are recognised by.
    answers
        What such files do not say: plain values by question.
    """

    layout_id: str
    fingerprints: list[str]
    answers: dict[str, Any]


REGISTER: Final = Register("layout", Layout)


def remember(tx: Transaction, name: str, fingerprints: list[str], answers: dict[str, Any]) -> int:
    """Keep the answers for a layout under a name; the version comes back.

    The same name again takes the new answers and knows the new fingerprints beside the old.

    Raises
    ------
    RecordInvalid
        The name is blank, or nothing was answered.
    RecordExists
        One of the fingerprints goes by another name.
    """
    if not name.strip() or not answers or not fingerprints:
        raise RecordInvalid("A named layout needs a name, a file it is known by and an answer.")
    for held in REGISTER.current(tx.db):
        shared = set(held["fingerprints"]) & set(fingerprints)
        if shared and held["layout_id"] != name:
            raise RecordExists(
                f"This layout is remembered as {held['layout_id']!r}: use that name, or forget it "
                "first."
            )
    latest = REGISTER.latest(tx.db, name)
    if latest is None or latest["retired"]:
        held_names = sorted(set(fingerprints))
        layout = Layout(layout_id=name, fingerprints=held_names, answers=answers)
        REGISTER.add(tx, layout)
        return int(REGISTER.get(tx.db, name)["version"])
    known = REGISTER.get(tx.db, name)
    both = sorted({*known["fingerprints"], *fingerprints})
    return REGISTER.revise(tx, name, known["version"], {"fingerprints": both, "answers": answers})


def forget(tx: Transaction, name: str) -> int:
    """Stop recognising a layout; its versions stay readable.

    Raises
    ------
    RecordUnknown
        No layout goes by that name.
    """
    return REGISTER.retire(tx, name, REGISTER.get(tx.db, name)["version"])


def current(db: Database) -> list[Row]:
    """Every named layout as it stands, by name."""
    return REGISTER.current(db)
