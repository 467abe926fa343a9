"""Questions that files leave open, put to the person at the terminal one at a time."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import typer

from app.cli.outcome import say

if TYPE_CHECKING:
    from app.workspace import Workspace

_LATER = "later"


def ask(workspace: Workspace, *, actor: str, reason: str) -> None:
    """Ask what open rows wait for; each answer is remembered with its layout and used at once."""
    from app.workflows import named_layouts
    from characterise.extracts.questions import message_of
    from registry.errors import RegistryError

    put_off: set[tuple[str, str]] = set()
    while True:
        waiting = named_layouts.open_questions(workspace)
        left = [one for one in waiting if (one.fingerprint, one.code) not in put_off]
        if not left:
            return
        question = left[0]
        say(f"{question.file} ({question.readings:,} readings wait): {message_of(question.code)}")
        choices = ", ".join((*question.choices, _LATER))
        said = typer.prompt(f"{question.asks}? ({choices})", default=_LATER)
        chosen = next((one for one in question.choices if one.lower() == said.lower()), None)
        if chosen is None:
            put_off.add((question.fingerprint, question.code))
            continue
        known = workspace.layouts().recognised(question.fingerprint)
        stem = PurePath(question.file).stem
        name = known.name if known else typer.prompt("Name of this layout", default=stem)
        try:
            done = named_layouts.answer(
                workspace, question, chosen, name, actor=actor, reason=reason
            )
        except RegistryError as error:
            say(str(error))
            put_off.add((question.fingerprint, question.code))
            continue
        say(f"{done.accepted:,} half-hours accepted; later files of {name!r} are not asked about.")
