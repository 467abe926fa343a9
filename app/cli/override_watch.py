"""``fmar override watch`` and what a person may do about a divergence."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from app.cli.outcome import (
    ActorOption,
    ReasonOption,
    ReportOption,
    WorkspaceOption,
    fail,
    findings,
    say,
    who_and_why,
    write_report,
)

IdArgument = Annotated[str, typer.Argument(metavar="OVERRIDE", help="Id that fmar prints.")]
MpanOption = Annotated[str | None, typer.Option(help="Only this meter point.")]


def mount(group: typer.Typer) -> None:
    """Mount the commands on the group of overrides."""
    group.command("watch")(watch)
    group.command("recheck")(recheck)
    group.command("ignore")(ignore)
    group.command("heed")(heed)
    group.command("notices")(notices)


def watch(
    workspace: WorkspaceOption,
    mpan: MpanOption = None,
    report: ReportOption = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Hold every override against the meter: raise, clear and tell."""
    from app.workflows import override_watch as watching
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    actor, reason = who_and_why(actor, reason, "Watching the overrides")
    done = watching.watch(opened, actor=actor, reason=reason, mpan=mpan)
    write_report(report, done.divergence.to_dicts())
    for row in done.divergence.iter_rows(named=True):
        say(_watch_line(row))
    for role, name in done.told:
        say(f"told: {role.replace('_', ' ')} {name}")
    say(
        f"{done.divergence.height} overrides hold, {done.flagged} of them flagged; "
        f"{done.cleared} flags cleared."
    )
    if done.flagged:
        findings()


def recheck(
    override_id: IdArgument,
    workspace: WorkspaceOption,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Hold one override against the meter now."""
    from app.workflows import override_watch as watching
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    actor, reason = who_and_why(actor, reason, f"Checking {override_id} again")
    row = watching.recheck(opened, override_id, actor=actor, reason=reason)
    say(_watch_line(row))
    if row["status"] == "diverging":
        findings()


def ignore(
    override_id: IdArgument,
    until: Annotated[str, typer.Option(help="Day from which the flag is open again.")],
    because: Annotated[str, typer.Option(help="Why; it stands beside the flag.")],
    workspace: WorkspaceOption,
    actor: ActorOption = None,
) -> None:
    """Set the flag of an override aside until a day, because of something."""
    from app.workflows import override_watch as watching
    from app.workspace import Workspace

    day = day_of(until, "--until")
    opened = Workspace.open(workspace)
    actor, because = who_and_why(actor, because, f"Ignoring {override_id}")
    if day is not None:
        watching.ignore(opened, override_id, day, because, actor=actor)
    say(f"The flag of {override_id} is set aside until {day}, because {because}.")


def heed(
    override_id: IdArgument,
    workspace: WorkspaceOption,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Ignore the flag of an override no longer."""
    from app.workflows import override_watch as watching
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    actor, reason = who_and_why(actor, reason, f"Heeding {override_id} again")
    watching.heed(opened, override_id, actor=actor, reason=reason)
    say(f"The flag of {override_id} is open again.")


def notices(
    workspace: WorkspaceOption, mpan: MpanOption = None, report: ReportOption = None
) -> None:
    """Show who was told what about an override, and when."""
    from app.workflows import override_watch as watching
    from app.workspace import Workspace

    frame = watching.told(Workspace.open(workspace), mpan=mpan)
    write_report(report, frame.to_dicts())
    for row in frame.iter_rows(named=True):
        closed = f", closed {row['closed_on']}" if row["closed_on"] else ""
        who = f"{row['role'].replace('_', ' ')} {row['addressed_to']}"
        say(f"{row['told_on']}{closed}  {who}: {row['said']}")
    if frame.is_empty():
        say("Nobody was told anything about an override.")


def _watch_line(row: dict[str, Any]) -> str:
    return f"{row['override_id']}: {row['status'].replace('_', ' ')}. {row['because']}"


def day_of(text: str | None, option: str) -> dt.date | None:
    """Day that an option gives; one that is none ends the command."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text!r} is no day: give one like 2026-03-29.")
