"""``fmar ingest`` and ``fmar replay``: extracts into the workspace, and quarantine out of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.outcome import (
    ActorOption,
    ReasonOption,
    ReportOption,
    WorkspaceOption,
    fail,
    findings,
    progress,
    say,
    who_and_why,
    write_report,
)

if TYPE_CHECKING:
    from app.workflows.ingest_report import IngestReport
    from characterise.extracts import Mapping

_WIDE = 200
"""Columns of the table where nobody's terminal sets them."""
MapOption = Annotated[
    Path | None,
    typer.Option(
        "--map", help="JSON or CSV: meter point, unit, clock, side that files do not say."
    ),
]


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    app.command("ingest")(ingest)
    app.command("replay")(replay)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders or zip archives.")],
    workspace: WorkspaceOption,
    layout: Annotated[
        str | None,
        typer.Option(help="Force a layout: wide, long, if021, d0036, stark_df2 or n3rgy."),
    ] = None,
    source: Annotated[
        str, typer.Option(help="What the meters measure: boundary or asset.")
    ] = "boundary",
    mapping: MapOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and report; keep nothing.")
    ] = False,
    report: ReportOption = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Read meter extracts: accept what is plain, quarantine what is not, say why and what to do."""
    from app.workflows import ingest as workflow
    from app.workspace import Workspace

    if source not in workflow.TARGETS:
        fail(f"--source is {source!r}; use boundary or asset.")
    opened = Workspace.open(workspace)
    if not dry_run:
        actor, reason = who_and_why(actor, reason, "Reading extracts")
    answers = _mapping(mapping)
    with progress("Reading extracts", None) as advance:
        done = workflow.ingest(
            opened,
            paths,
            actor=actor or "",
            reason=reason or "",
            layout=layout,
            source=source,
            mapping=answers,
            dry_run=dry_run,
            progress=advance,
        )
    if not done.files:
        fail(f"{', '.join(map(str, paths))}: no file is there; name the files to read.")
    write_report(report, done.as_dict())
    _show(done)
    if done.needs_a_person:
        findings()


def replay(
    workspace: WorkspaceOption,
    mapping: MapOption = None,
    source_id: Annotated[
        str | None, typer.Option("--source-id", help="Only this source; by default every open row.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List open rows; change nothing.")] = False,
    report: ReportOption = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Read quarantined rows again with the answers of ``--map``; ``--list`` shows what is open."""
    from app.workflows import replay as workflow
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    if show:
        held = workflow.open_rows(opened, source_id)
        _show_open(held.to_dicts())
        if held.height:
            findings()
        return
    actor, reason = who_and_why(actor, reason, "Replaying quarantine")
    answers = _mapping(mapping)
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


def _show(report: IngestReport) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("File", "Layout", "Rows", "Accepted", "Quarantined", "Findings"):
        right = title in ("Rows", "Accepted", "Quarantined")
        table.add_column(title, justify="right" if right else "left", overflow="fold")
    for file in report.files:
        counts = file["by_quantity"]
        table.add_row(
            file["file"],
            file["layout"],
            f"{file['rows_read']:,}",
            _by_quantity(counts, "accepted"),
            _by_quantity(counts, "quarantined"),
            _codes(file["findings"]),
        )
    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(table)
    say(
        f"{len(report.files):,} files: {report.accepted:,} half-hours accepted, "
        f"{report.quarantined:,} in quarantine."
    )
    if report.next_step:
        say(f"Next: {report.next_step}")


def _by_quantity(counts: dict[str, dict[str, int]], what: str) -> str:
    shown = [f"{quantity} {n[what]:,}" for quantity, n in counts.items() if n[what]]
    return ", ".join(shown) or "0"


def _codes(found: list[dict[str, Any]]) -> str:
    counts = Counter(finding["code"] for finding in found)
    return ", ".join(code if n == 1 else f"{code} x{n}" for code, n in counts.items())


def _show_open(rows: list[dict[str, Any]]) -> None:
    grouped: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        grouped[row["file"], row["message"], row["fix"]] += 1
    for (file, message, fix), count in grouped.most_common():
        say(f"{file}: {count:,} rows. {message} {fix}")
