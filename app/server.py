"""Serve the workbench on this machine, and say whether it is well."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import panel as pn
from tornado.web import RedirectHandler, RequestHandler

from app.downloads import BundleDownload
from app.session import Desk
from app.workspace import Workspace, WorkspaceError

ADDRESS: Final = "127.0.0.1"
"""One person's own machine: the workbench listens nowhere else."""
FIRST_PAGE: Final = "/queue"


class PortTaken(WorkspaceError):
    """Something listens on the port already."""


class Health(RequestHandler):
    """``GET /health``: 200 and JSON while the server answers."""

    def get(self) -> None:
        """Say that the server answers, and which version it is."""
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps({"status": "ok", "version": _version()}))


@dataclass(frozen=True, slots=True)
class Served:
    """A workbench that runs beside the caller."""

    url: str
    desk: Desk

    def stop(self) -> None:
        """End the server and every session."""
        pn.state.reset()  # ends the thread too; calling its stop() first raises


def serve(workspace_root: Path, port: int, show: bool = False, actor: str | None = None) -> None:
    """Serve a workspace until interrupted.

    Raises
    ------
    WorkspaceError
        The folder is no workspace, or the port is taken.
    """
    _start(Workspace.open(workspace_root), port, actor, show=show, threaded=False)


def start_threaded(workspace_root: Path, port: int, actor: str | None = None) -> Served:
    """Serve a workspace from a thread of this process, and return once it answers."""
    return _start(Workspace.open(workspace_root), port, actor, show=False, threaded=True)


def _start(
    workspace: Workspace, port: int, actor: str | None, *, show: bool, threaded: bool
) -> Served:
    from app.pages import pages

    if _listens(port):
        raise PortTaken(f"port {port} on {ADDRESS} is in use; give another with --port.")
    desk = Desk(workspace, actor)
    pn.extension("tabulator", throttled=True)
    settings: dict[str, Any] = {
        "address": ADDRESS,
        "port": port,
        "websocket_origin": [f"{ADDRESS}:{port}", f"localhost:{port}"],
        "show": False,
        "threaded": threaded,
        "extra_patterns": [
            (r"/health", Health),
            (r"/bundle", BundleDownload, {"desk": desk}),
            (r"/", RedirectHandler, {"url": FIRST_PAGE, "permanent": False}),
        ],
    }
    served = Served(url=f"http://{ADDRESS}:{port}", desk=desk)
    if show:
        _open_browser(served.url)
    pn.serve(pages(desk), verbose=not threaded, **settings)
    if threaded:
        _await_listener(port)
    return served


def _open_browser(url: str) -> None:
    import threading
    import webbrowser

    # After the server had a moment to listen; without a browser nothing happens.
    threading.Timer(1.5, webbrowser.open, args=(url,)).start()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((ADDRESS, port)) == 0


def _await_listener(port: int, patience_s: float = 15.0) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if _listens(port):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")


def _version() -> str:
    try:
        return version("fmar-workbench")
    except PackageNotFoundError:
        return "unknown"
