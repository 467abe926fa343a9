"""How every command ends, who runs it and why, and how it shows progress."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from registry.errors import RegistryError
from registry.transaction import named, reasoned

DONE, FINDINGS, WRONG_INPUT = 0, 1, 2

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", help="Workspace folder (made by fmar init).")
]
ActorOption = Annotated[
    str | None, typer.Option("--actor", help="Who does this; it stands in the audit trail.")
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Why; it stands in the audit trail.")
]


def _reportable(path: Path | None) -> Path | None:
    """Refuse a report that cannot be written before the work is done, not after it."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            fail(f"--report {path} cannot be written; name a file in a folder that you may write.")
    return path


ReportOption = Annotated[
    Path | None,
    typer.Option("--report", help="Write what happened as JSON.", callback=_reportable),
]


def fail(message: str) -> NoReturn:
    """End with exit status 2: wrong input, in one sentence."""
    complain(message)
    raise typer.Exit(WRONG_INPUT)


def complain(message: str) -> None:
    """Tell the person what went wrong, in one sentence on standard error."""
    message = " ".join(message.split())
    Console(stderr=True, soft_wrap=True).print(message, style="red", markup=False, highlight=False)


def findings() -> NoReturn:
    """End with exit status 1: done, with findings that a person must see."""
    raise typer.Exit(FINDINGS)


def say(message: str) -> None:
    """Tell the person at the terminal something, on standard output."""
    Console(soft_wrap=True).print(message, markup=False, highlight=False)


def at_terminal() -> bool:
    """Whether a person sits in front of it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def who_and_why(actor: str | None, reason: str | None, purpose: str) -> tuple[str, str]:
    """Actor and reason of a write: given, or asked for at a terminal, or refused.

    Parameters
    ----------
    purpose
        What the command does; offered as the reason when the person just presses return.
    """
    if at_terminal():
        actor = actor or typer.prompt("Your name", default=getpass.getuser())
        reason = reason or typer.prompt("Reason", default=purpose)
    actor = actor or os.environ.get("FMAR_ACTOR")
    reason = reason or os.environ.get("FMAR_REASON")
    if not actor or not reason:
        fail(f"{purpose} writes to the ledger: give --actor NAME and --reason TEXT.")
    try:
        return named(actor), reasoned(reason)
    except RegistryError as error:
        fail(str(error))


def write_report(path: Path | None, report: object) -> None:
    """Write a report as JSON where one was asked for."""
    if path is not None:
        path.write_text(json.dumps(report, indent=2, default=str) + "\n", encoding="utf-8")


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal, nothing elsewhere; the yielded call advances it by n."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done=1: bar.advance(task, done)
