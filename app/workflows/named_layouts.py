"""Answers that are given once for a layout: remembered under a name, used for every later file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from app.workflows.replay import ReplayReport, open_rows, replay
from app.workspace import Workspace
from characterise.errors import AmbiguousExtract
from characterise.extracts import Mapping
from characterise.extracts.mapping import mapping_of
from characterise.extracts.quarantine import facts_of
from characterise.extracts.questions import ANSWERS
from registry import layouts


def remember(
    workspace: Workspace,
    name: str,
    fingerprints: Iterable[tuple[str, ...]],
    mapping: Mapping,
    *,
    actor: str,
    reason: str,
) -> int:
    """Keep what a mapping says about form under a name; its version comes back.

    Parameters
    ----------
    fingerprints
        Of each file that the answers were given for.

    Raises
    ------
    AmbiguousExtract
        The files are of several layouts, of none that can be recognised, or nothing was answered.
    """
    distinct = {one for one in fingerprints if one}
    answers = mapping.of_the_layout
    if not answers:
        raise AmbiguousExtract(
            f"Nothing about a layout is answered, so {name!r} has nothing to remember; "
            'answer in --map, such as {"unit": "kWh"}.'
        )
    if len(distinct) != 1:
        found = f"of {len(distinct)} layouts" if distinct else "of no layout with a header"
        raise AmbiguousExtract(
            f"The files are {found}, so their answers cannot be remembered as {name!r}; "
            "name files of one layout."
        )
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        return layouts.remember(tx, name, list(distinct.pop()), answers)


def forget(workspace: Workspace, name: str, *, actor: str, reason: str) -> None:
    """Stop recognising a layout.

    Raises
    ------
    RecordUnknown
        No layout goes by that name.
    """
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        layouts.forget(tx, name)


def named(workspace: Workspace) -> list[dict[str, Any]]:
    """Every named layout with its answers, author and date."""
    with workspace.ledger.read() as db:
        return layouts.current(db)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that files of one layout do not say.

    Parameters
    ----------
    fingerprint
        What the layout is recognised by.
    file
        One of the files.
    code
        One of `characterise.extracts.questions.QUESTIONS`.
    asks
        The setting of a mapping that answers it.
    choices
        Answers that it takes.
    readings
        How many wait for the answer.
    """

    fingerprint: str
    file: str
    code: str
    asks: str
    choices: tuple[str, ...]
    readings: int


def open_questions(workspace: Workspace) -> list[Question]:
    """Questions that open rows wait for, those first that free the most readings."""
    held = open_rows(workspace).filter(pl.col("code").is_in(list(ANSWERS)))
    waiting: dict[tuple[str, str], tuple[str, int]] = {}
    for file, code, context, values in held.select("file", "code", "context", "values").iter_rows():
        key = facts_of(context).fingerprint, code
        first, count = waiting.get(key, (file, 0))
        waiting[key] = first, count + values
    found = [
        Question(print_, file, code, *ANSWERS[code], readings)
        for (print_, code), (file, readings) in waiting.items()
        if print_
    ]
    return sorted(found, key=lambda one: (-one.readings, one.file, one.code))


def answer(
    workspace: Workspace, question: Question, said: str, name: str, *, actor: str, reason: str
) -> ReplayReport:
    """Remember an answer under a layout's name, beside those given before, and read again."""
    known = workspace.layouts().recognised(question.fingerprint)
    before = known.answers.of_the_layout if known else {}
    mapping = mapping_of({**before, question.asks: said})
    prints = [(question.fingerprint,)]
    remember(workspace, name, prints, mapping, actor=actor, reason=reason)
    return replay(workspace, None, Mapping(), actor=actor, reason=reason)
