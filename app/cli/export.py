"""``fmar export``: what leaves the workspace as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.outcome import ActorOption, ReasonOption, WorkspaceOption, fail, say, who_and_why

if TYPE_CHECKING:
    from app.workflows.bundles import Kind


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    group = typer.Typer(no_args_is_help=True, help="Write evidence and tables to files.")
    group.callback()(_exports)
    group.command("bundle")(bundle)
    app.add_typer(group, name="export")


def _exports() -> None:
    """Write evidence and tables to files."""


def bundle(
    workspace: WorkspaceOption,
    out: Annotated[Path, typer.Option("--out", help="Archive to write (.zip).")],
    event: Annotated[str | None, typer.Option("--event", help="An event's verdicts.")] = None,
    flag: Annotated[str | None, typer.Option("--flag", help="A flag, by its id.")] = None,
    dispute: Annotated[
        str | None, typer.Option("--dispute", help="A dispute, by its id: the frozen bundle.")
    ] = None,
    *,
    as_it_stands: Annotated[
        bool,
        typer.Option(
            "--as-it-stands", help="A dispute's bundle anew, with what was decided since."
        ),
    ] = False,
    key_out: Annotated[
        Path | None,
        typer.Option("--key-out", help="Hand out the key of a home's half-hours; it is logged."),
    ] = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Write the evidence of an event, a flag or a dispute as one zip that checks itself.

    Give one of --event, --flag and --dispute. What tells of a home is encrypted under a key of its
    own; --key-out hands that key out. The reason stands in the access log.
    """
    from app.workflows import bundles
    from app.workspace import Workspace

    kind, name = _one_of(event, flag, dispute)
    if as_it_stands and kind != "dispute":
        fail("--as-it-stands goes with --dispute: an event or a flag is always built anew.")
    for path in (out, key_out):
        if path is not None and path.exists():
            fail(f"{path} exists already; name a new file.")
    opened = Workspace.open(workspace)
    actor, reason = who_and_why(actor, reason, "Exporting an evidence bundle")
    try:
        saved = bundles.save(
            opened, kind, name, actor=actor, purpose=reason, as_it_stands=as_it_stands
        )
    except LookupError as error:  # no such event, flag, dispute or frozen file
        fail(str(error))
    if key_out is not None and not saved.encrypted:
        fail("This bundle is not about a home and holds nothing encrypted: leave --key-out out.")
    for path in (out, key_out):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
    if key_out is not None:
        bundles.hand_out_key(opened, saved, key_out, actor=actor, purpose=reason)
        say(f"Wrote the key to {key_out}; whoever holds it can read the home's half-hours.")
    out.write_bytes(saved.data)
    say(f"Wrote {out} ({len(saved.data) / 1e6:.1f} MB), SHA-256 {saved.sha256}.")
    say(f"Check it anywhere: unzip {out} verify.py && python3 -I verify.py {out}")
    if saved.encrypted and key_out is None:
        say("What tells of the home is encrypted; --key-out FILE hands out the key.")


def _one_of(event: str | None, flag: str | None, dispute: str | None) -> tuple[Kind, str]:
    given: list[tuple[Kind, str]] = []
    if event:
        given.append(("event", event))
    if flag:
        given.append(("flag", flag))
    if dispute:
        given.append(("dispute", dispute))
    if len(given) != 1:
        fail("export bundle takes one of --event, --flag and --dispute: give exactly one.")
    return given[0]
