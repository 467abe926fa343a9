"""Serving the workbench: a workspace of your own, or the demonstration."""

from __future__ import annotations

import getpass
import os
import socket
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from app.cli.outcome import WorkspaceOption, fail, say

_TRIED_PORTS, _LAST_PORT = 20, 65535
Port = Annotated[
    int,
    typer.Option(
        min=1, max=_LAST_PORT, help="Port on 127.0.0.1; the next free one where it is taken."
    ),
]


def register(app: typer.Typer) -> None:
    """Mount the commands."""
    app.command("demo")(demo)
    app.command("serve")(serve)


def demo(
    workspace: Annotated[
        Path, typer.Option("--workspace", help="Folder to build the demonstration in.")
    ] = Path("workspace"),
    port: Port = 5006,
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Build the workspace and stop.")
    ] = False,
) -> None:
    """Build a workspace from the sample data, characterise it, serve the workbench."""
    from app.workflows import demo as demonstration

    if not demonstration.is_complete(workspace):
        demonstration.build(
            workspace,
            demonstration.sample_folder(),
            actor=_person(),
            jobs=os.cpu_count() or 1,
            say=say,
        )
    if not build_only:
        _serve(workspace, port)


def serve(workspace: WorkspaceOption, port: Port = 5006) -> None:
    """Serve the workbench over a workspace, on this machine alone."""
    from app.workspace import Workspace

    Workspace.open(workspace)
    _serve(workspace, port)


def _serve(workspace: Path, port: int) -> None:
    from app.server import serve as serve_pages

    free = _free_port(port)
    address = f"http://127.0.0.1:{free}/queue"
    say(f"The workbench is at {address}  (Ctrl-C stops it)")
    if os.environ.get("DISPLAY") or os.name == "nt":
        webbrowser.open(address)
    serve_pages(workspace, free)


def _person() -> str:
    return os.environ.get("FMAR_ACTOR") or getpass.getuser()


def _free_port(wanted: int) -> int:
    for port in range(wanted, min(wanted + _TRIED_PORTS, _LAST_PORT + 1)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    fail(f"ports {wanted} to {port} are taken; name another with --port.")
