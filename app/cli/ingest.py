"""``fmar ingest`` and ``fmar replay``: extracts into the workspace, and quarantine out of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.cli.asking import ask
from app.cli.ingest_tables import show
from app.cli.interruption import Interruption, interruptible
from app.cli.outcome import (
    ActorOption,
    ReasonOption,
    ReportOption,
    WorkspaceOption,
    at_terminal,
    complain,
    fail,
    findings,
    progress,
    say,
    who_and_why,
    write_report,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.workflows.ingest_report import IngestReport
    from app.workspace import Workspace
    from characterise.extracts import Mapping

MapOption = Annotated[
    Path | None,
    typer.Option(
        "--map", help="JSON or CSV: meter point, unit, clock, side that files do not say."
    ),
]


RememberOption = Annotated[
    str | None,
    typer.Option(
        help="Name under which the answers of --map are kept for later files of this layout."
    ),
]


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    app.command("ingest")(ingest)
    app.command("replay")(replay)


def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Files, folders or zip archives; thousands of files are fine."),
    ],
    workspace: WorkspaceOption,
    layout: Annotated[
        str | None,
        typer.Option(
            help="Force a layout: wide, long, if021, d0036, stark_df2, n3rgy or a remembered name."
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(help="What the meters measure: boundary or asset.")
    ] = "boundary",
    mapping: MapOption = None,
    remember: RememberOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and report; keep nothing.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes that read files; the result is the same.")
    ] = 1,
    report: ReportOption = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Read meter extracts: accept what is plain, quarantine what is not, say why and what to do.

    The same command again reads only what is new: a file whose bytes were read before changes
    nothing. So a run that was stopped, by Ctrl-C, a kill or a full disk, goes on where it was.
    """
    with interruptible() as interruption:
        from app.workflows import ingest as workflow
        from app.workflows.ingest_report import IngestReport
        from app.workspace import Workspace
        from characterise.extracts.listing import listed

        if source not in workflow.TARGETS:
            fail(f"--source is {source!r}; use boundary or asset.")
        opened = Workspace.open(workspace)
        if not dry_run:
            actor, reason = who_and_why(actor, reason, "Reading extracts")
        answers = _mapping(mapping)
        listing = listed(paths)
        if not listing:
            fail(f"{', '.join(map(str, paths))}: no file is there; name the files to read.")
        done = IngestReport(listed=len(listing))
        try:
            with progress("Reading extracts", len(listing)) as advance:
                workflow.ingest(
                    opened,
                    listing,
                    actor=actor or "",
                    reason=reason or "",
                    layout=layout,
                    source=source,
                    mapping=answers,
                    dry_run=dry_run,
                    progress=advance,
                    jobs=jobs,
                    stopping=interruption.asked,
                    report=done,
                )
        except KeyboardInterrupt:
            done.stopped = True
        if report is not None:
            done.write(report)
        if done.files:
            show(done)
        if done.stopped:
            _stopped(done, interruption, dry_run=dry_run)
        if not dry_run:
            _settle(opened, remember, done, answers, actor=actor or "", reason=reason or "")
    if done.needs_a_person:
        findings()


def _settle(
    workspace: Workspace,
    name: str | None,
    done: IngestReport,
    answers: Mapping,
    *,
    actor: str,
    reason: str,
) -> None:
    """Keep the answers that were given, and ask at a terminal for those that were not."""
    if name is not None:
        _remember(workspace, name, done.fingerprints, answers, actor, reason)
    if at_terminal():
        ask(workspace, actor=actor, reason=reason)


def _remember(
    workspace: Workspace,
    name: str,
    fingerprints: Iterable[tuple[str, ...]],
    answers: Mapping,
    actor: str | None,
    reason: str | None,
) -> None:
    from app.workflows import named_layouts

    named_layouts.remember(
        workspace, name, fingerprints, answers, actor=actor or "", reason=reason or ""
    )
    say(f"Later files of this layout are read as {name!r}; fmar layouts lists them.")


def _stopped(done: IngestReport, interruption: Interruption, *, dry_run: bool) -> NoReturn:
    held = "were looked at" if dry_run else "are kept"
    n = len(done.files) if dry_run else done.kept
    end = "" if dry_run else "; the same command again goes on from there"
    complain(f"Stopped by {interruption.word}: {n:,} of {done.listed:,} files {held}{end}.")
    raise typer.Exit(interruption.status)


def replay(
    workspace: WorkspaceOption,
    mapping: MapOption = None,
    remember: RememberOption = None,
    source_id: Annotated[
        str | None, typer.Option("--source-id", help="Only this source; by default every open row.")
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List open rows; change nothing.")
    ] = False,
    report: ReportOption = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Read quarantined rows again with the answers of ``--map``; ``--list`` shows what is open.

    Answers that were remembered for a layout are used too.
    """
    from app.workflows import replay as workflow
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    if listing:
        held = workflow.open_rows(opened, source_id)
        _show_open(held.to_dicts())
        if held.height:
            findings()
        return
    actor, reason = who_and_why(actor, reason, "Replaying quarantine")
    answers = _mapping(mapping)
    if remember is not None:
        prints = workflow.fingerprints(opened, source_id)
        _remember(opened, remember, prints, answers, actor, reason)
    done = workflow.replay(opened, source_id, answers, actor=actor, reason=reason)
    write_report(report, done.as_dict())
    outdated = f", {done.outdated:,} outdated by later files" if done.outdated else ""
    say(f"{done.rows:,} rows were read again: {done.accepted:,} half-hours accepted{outdated}.")
    _show_open(done.still_open.to_dicts())
    if done.still_open.height:
        findings()


def _mapping(path: Path | None) -> Mapping:
    from characterise.extracts import Mapping, load_mapping

    return Mapping() if path is None else load_mapping(path)


def _show_open(rows: list[dict[str, Any]]) -> None:
    grouped: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        grouped[row["file"], row["message"], row["fix"]] += 1
    for (file, message, fix), count in grouped.most_common():
        say(f"{file}: {count:,} rows. {message} {fix}")
