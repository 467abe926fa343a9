"""``fmar dispute``: what comes back about a dispute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.outcome import ActorOption, ReasonOption, WorkspaceOption, fail, say, who_and_why


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    group = typer.Typer(no_args_is_help=True)
    group.callback()(_disputes)
    group.command("answer")(answer)
    app.add_typer(group, name="dispute")


def _disputes() -> None:
    """Take in what parties send back about a dispute."""


def answer(
    page: Annotated[Path, typer.Argument(help="Page of the bundle, saved with the answer.")],
    workspace: WorkspaceOption,
    dispute: Annotated[str, typer.Option("--dispute", help="The dispute, by its id.")],
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Record a party's answer, half-hour by half-hour, from the page that it sent back."""
    from app.workflows import disputes
    from app.workspace import Workspace

    try:
        text = page.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{page} is no page of an evidence bundle: give the saved .html file.")
    opened = Workspace.open(workspace)
    actor, reason = who_and_why(actor, reason, "Recording a party's answer")
    try:
        version = disputes.take_answer(opened, dispute, text, actor=actor, reason=reason)
    except LookupError as error:  # no such dispute, or its evidence is gone
        fail(str(error))
    say(f"Recorded in dispute {dispute} as version {version}.")
