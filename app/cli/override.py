"""``fmar override``: a provider's own values, and the watch on them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import override_watch
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
from app.cli.override_watch import IdArgument, MpanOption, day_of

if TYPE_CHECKING:
    from typing import Any


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    override = typer.Typer(help="Values that providers declare.", no_args_is_help=True)
    override.command("submit")(submit)
    override.command("list")(list_)
    override.command("lanes")(lanes)
    override.command("order")(order)
    override.command("withdraw")(withdraw)
    override_watch.mount(override)
    app.add_typer(override, name="override")


def submit(
    fsp: Annotated[str, typer.Option(help="MPID or organisation id of the provider.")],
    mpan: Annotated[str, typer.Option(help="Meter point, either side of the boundary.")],
    parameter: Annotated[
        str, typer.Option(help="rated_import_kw, rated_export_kw, duration_h or a ramp.")
    ],
    value: Annotated[float, typer.Option(help="The value.")],
    workspace: WorkspaceOption,
    unit: Annotated[str | None, typer.Option(help="Its unit: kW, MW, h, min, kW/min.")] = None,
    statistic: Annotated[str, typer.Option(help="min, p10, p50, p90 or max.")] = "max",
    amsid: Annotated[str | None, typer.Option(help="Asset meter; whole site without.")] = None,
    asset_class: Annotated[
        str | None, typer.Option(help="Class; what the register says without.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="First day it holds no more.")] = None,
    review: Annotated[str | None, typer.Option(help="Day to look at it again.")] = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Submit a provider's value for its own asset; it counts at once, with no engine run."""
    from app.workflows import overrides
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    actor, reason = who_and_why(actor, reason, f"Submitting {parameter} of {mpan}")
    done = overrides.submit(
        opened,
        fsp=fsp,
        mpan=mpan,
        amsid=amsid,
        asset_class=asset_class,
        parameter=parameter,
        statistic=statistic,
        value=value,
        unit=unit,
        expires_on=day_of(expires, "--expires"),
        review_on=day_of(review, "--review"),
        actor=actor,
        reason=reason,
    )
    held = overrides.get(opened, done.override_id)
    say(
        f"Accepted as version {done.version} of {done.override_id}: {held['given']} counts from "
        f"{held['submitted_on']} until {held['expires_on']}, to be looked at by "
        f"{held['review_on']}."
    )
    for odd in done.odd:
        say(f"odd: {odd}")
    if done.odd:
        findings()


def list_(
    workspace: WorkspaceOption,
    mpan: MpanOption = None,
    fsp: Annotated[str | None, typer.Option(help="Only of this provider.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="As of this day; today without.")] = None,
    as_at: Annotated[str | None, typer.Option(help="As recorded at this UTC time.")] = None,
    report: ReportOption = None,
) -> None:
    """List the values that providers declared and did not withdraw."""
    from app.workflows import overrides
    from app.workspace import Workspace

    if as_at is not None:
        try:
            dt.datetime.fromisoformat(as_at)
        except ValueError:
            fail(f"--as-at {as_at!r} is no time: give one like 2026-03-29T00:30:00Z.")
    frame = overrides.listed(
        Workspace.open(workspace), mpan=mpan, fsp=fsp, day=day_of(on, "--on"), as_at=as_at
    )
    write_report(report, frame.to_dicts())
    for row in frame.iter_rows(named=True):
        say(
            f"{row['override_id']} v{row['version']}  {row['given']}  [{row['tag']}] "
            f"{row['state']} {row['submitted_on']} to {row['expires_on']} ({row['because']})"
        )
    if frame.is_empty():
        say("No provider has declared a value that fits.")


def lanes(
    workspace: WorkspaceOption,
    mpan: MpanOption = None,
    on: Annotated[str | None, typer.Option("--on", help="As of this day; today without.")] = None,
    report: ReportOption = None,
) -> None:
    """Show declared beside external and observed, and which of them counts and why."""
    from app.workflows.lanes import lanes as beside
    from app.workspace import Workspace

    frame = beside(Workspace.open(workspace), mpan, day=day_of(on, "--on"))
    write_report(report, frame.to_dicts())
    for row in frame.iter_rows(named=True):
        say(_lane_line(row))
    if frame.is_empty():
        say("No lane holds a value that fits.")


def order(
    workspace: WorkspaceOption,
    wanted: Annotated[
        str | None,
        typer.Argument(metavar="ORDER", help="As declared,observed,external; shown without."),
    ] = None,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Set which lane comes first, or show it."""
    from app.workflows import lanes as lane_flow
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    if wanted is None:
        with opened.ledger.read() as db:
            held = lane_flow.order(db)
    else:
        actor, reason = who_and_why(actor, reason, f"Ordering the lanes {wanted}")
        names = [name.strip() for name in wanted.split(",")]
        held = lane_flow.set_order(opened, names, actor=actor, reason=reason)
    say(f"{', then '.join(held.lanes)}: set by {held.set_by} at {held.set_at}.")


def withdraw(
    override_id: IdArgument,
    workspace: WorkspaceOption,
    actor: ActorOption = None,
    reason: ReasonOption = None,
) -> None:
    """Take an override back: what the other lanes say counts again."""
    from app.workflows import overrides
    from app.workspace import Workspace

    opened = Workspace.open(workspace)
    actor, reason = who_and_why(actor, reason, f"Withdrawing {override_id}")
    overrides.get(opened, override_id)
    version = overrides.withdraw(opened, override_id, actor=actor, reason=reason)
    say(f"{override_id} is withdrawn (version {version}): the other lanes count again.")


def _lane_line(row: dict[str, Any]) -> str:
    values = ", ".join(
        f"{lane} {row[lane]:g}" if row[lane] is not None else f"{lane} -"
        for lane in ("declared", "external", "observed")
    )
    asset = row["amsid"] or "site"
    return (
        f"{row['mpan']} {asset} {row['asset_class']} {row['parameter']} {row['statistic']}: "
        f"{values}; effective {row['effective']:g} [{row['effective_lane']}]. {row['rule']}"
    )
