"""``fmar layouts``: what people answered for files of one layout, and how to take it back."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.outcome import ActorOption, ReasonOption, WorkspaceOption, say, who_and_why


def register(app: typer.Typer) -> None:
    """Mount the command."""
    app.command("layouts")(layouts)


def layouts(
    workspace: WorkspaceOption,
    forget: Annotated[
        str | None, typer.Option(help="Name of a layout that shall be asked about again.")
    ] = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """List the layouts that ``fmar ingest --map M --remember NAME`` gave a name, or forget one."""
    from app.workflows import named_layouts
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    if forget is not None:
        actor, reason = who_and_why(actor, reason, "Forgetting a layout")
        named_layouts.forget(opened, forget, actor=actor, reason=reason)
        say(f"{forget} is forgotten; files of it are asked about again.")
        return
    held = named_layouts.named(opened)
    for row in held:
        answers = ", ".join(f"{key} {value}" for key, value in row["answers"].items())
        say(f"{row['layout_id']}: {answers} ({row['recorded_by']}, {row['recorded_at'][:10]})")
    if not held:
        say("No layout has a name yet; give one with: fmar ingest FILE --map M --remember NAME.")
