"""The register from the command line: load a file, take a load back, look at the audit trail."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from app.workspace import Workspace
    from registry.load_report import LoadReport, RowError

WEATHER = "weather"
MOST_SHOWN = 20
"""Faults printed before a report file serves better."""


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    app.command("load")(load)
    app.command("undo")(undo)
    audit = typer.Typer(help="The trail of every write.", no_args_is_help=True)
    audit.command("verify")(verify)
    audit.command("show")(show)
    app.add_typer(audit, name="audit")


def load(
    entity: Annotated[
        str,
        typer.Argument(
            help="organisations, assets, asset-meters, pairings, meter-serials, agreements,"
            " connections, events, signals, declared or weather."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="CSV file with a header; weather also Parquet.")],
    workspace: WorkspaceOption,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check every row, write nothing.")
    ] = False,
    report: ReportOption = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Load a CSV file into the register: every row of it, or none."""
    from app.workspace import Workspace
    from registry import exchange

    opened = Workspace.open(workspace)
    if dry_run:
        actor, reason = actor or getpass.getuser(), reason or "Dry run"
    else:
        actor, reason = who_and_why(actor, reason, f"Loading {file.name}")
    if entity == WEATHER:
        return _load_weather(opened, file, actor, reason, dry_run)
    done = exchange.load(opened.ledger, entity, file, actor=actor, reason=reason, dry_run=dry_run)
    write_report(report, done.as_dict())
    _say_faults(done.warnings, "odd")
    if done.errors:
        _say_faults(done.errors, "wrong")
        fail(
            f"{file.name}: {len(done.errors)} faults in {done.rows_read} rows, so nothing was "
            "loaded: put them right and load the file again."
        )
    say(_sentence(done, file.name))
    if done.warnings:
        findings()


def _load_weather(workspace: Workspace, file: Path, actor: str, reason: str, dry_run: bool) -> None:
    """Weather is a series, not a record: it goes beside the reads, station by station."""
    from app.workflows.facts import load_weather
    from characterise.inputs import read_weather

    rows = read_weather(file)[0].height
    if dry_run:
        say(f"{file.name}: {rows} rows of weather could be loaded; nothing was written.")
        return
    new = load_weather(workspace, file, actor=actor, reason=reason)
    say(f"{file.name}: {new} rows of weather loaded." if new else f"{file.name} is held already.")


def undo(
    load_id: Annotated[str, typer.Argument(metavar="LOAD", help="Id that fmar load printed.")],
    workspace: WorkspaceOption,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Take a whole load back: what it added is retired, what it changed is as it was."""
    from app.workspace import Workspace
    from registry import exchange

    ledger = Workspace.open(workspace).ledger
    actor, reason = who_and_why(actor, reason, f"Undoing load {load_id}")
    count = exchange.undo(ledger, load_id, actor=actor, reason=reason)
    say(f"Load {load_id} is undone: {count} records are as they were before it.")


def verify(
    workspace: WorkspaceOption,
    anchor: Annotated[
        str | None,
        typer.Option("--anchor", help="PLACE:HASH noted earlier; the trail must still hold it."),
    ] = None,
) -> None:
    """Walk the audit chain and say whether it is whole, or where it first breaks."""
    from app.workspace import Workspace
    from registry import audit, proof

    noted = None
    if anchor is not None:
        place, _, digest = anchor.partition(":")
        if not place.isdigit() or not digest:
            fail(f"{anchor!r} is no anchor: give the place and the hash, as PLACE:HASH.")
        noted = audit.Anchor(int(place), digest)
    with Workspace.open(workspace).ledger.read() as db:
        chain = proof.verify(db, anchor=noted)
    if not chain.whole:
        say(f"The audit trail is broken. {chain.broken_because}")
        findings()
    say(
        f"The audit trail is whole: {chain.entries} entries. "
        f"Anchor to note elsewhere: {chain.head.seq}:{chain.head.hash}"
    )


def show(
    workspace: WorkspaceOption,
    entity: Annotated[str | None, typer.Option(help="Only this kind of record.")] = None,
    record: Annotated[str | None, typer.Option("--id", help="Only this record.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Only what this person did.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this UTC time on.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    report: ReportOption = None,
) -> None:
    """Show who wrote what, when and why, newest first."""
    from app.workspace import Workspace
    from registry import audit

    if since is not None:
        try:
            dt.datetime.fromisoformat(since)
        except ValueError:
            fail(f"--since {since!r} is no time: give one like 2026-03-29 or 2026-03-29T00:30:00.")
    with Workspace.open(workspace).ledger.read() as db:
        entries = audit.entries(
            db, entity=entity, entity_id=record, actor=by, since=since, limit=limit
        )
    write_report(report, entries)
    for entry in entries:
        version = f" v{entry['version']}" if entry["version"] is not None else ""
        say(
            f"{entry['seq']:>6}  {entry['at']}  {entry['actor']}: {entry['action']} "
            f"{entry['entity']} {entry['entity_id']}{version} ({entry['reason']})"
        )
    if not entries:
        say("No entry of the audit trail fits.")


def _say_faults(faults: list[RowError], word: str) -> None:
    for fault in faults[:MOST_SHOWN]:
        column = f", {fault.column}" if fault.column else ""
        say(f"row {fault.row}{column} [{fault.code}] {fault.message} {fault.fix}")
    if len(faults) > MOST_SHOWN:
        say(f"... and {len(faults) - MOST_SHOWN} more that are {word}; --report lists them all.")


def _sentence(done: LoadReport, name: str) -> str:
    counts = f"{done.accepted} of {done.rows_read} rows new or changed, {done.unchanged} as held"
    if done.dry_run:
        return f"{name}: nothing is wrong; {counts}. Nothing was written (dry run)."
    if done.load_id is None:
        return f"{name}: the register holds every row already; nothing was written."
    return f"{name}: {counts}. To take it back: fmar undo {done.load_id}"
