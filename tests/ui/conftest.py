"""Chromium as the system has it, and a real server over a copy of the demonstration workspace."""

from __future__ import annotations

import gc
import shutil
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from panel.io.threads import StoppableThread
from playwright.sync_api import Browser, Page

from app.server import Served, start_threaded
from app.workspace import Workspace

PATIENCE_MS = 60_000  # one thread builds every page, on a machine that does other work too
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one, else the one that Playwright installed."""
    found = {"executable_path": _CHROMIUM} if _CHROMIUM else {}
    return (
        browser_type_launch_args
        | found
        | {
            "args": [
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        }
    )


def end(workbench: Served) -> None:
    """Stop a workbench, and wait until its thread has let its connections go."""
    threads = [thread for thread in threading.enumerate() if isinstance(thread, StoppableThread)]
    with warnings.catch_warnings():
        # Panel leaves open connections to the garbage collector; seen later, they would fail
        # whichever test comes next.
        warnings.simplefilter("ignore", ResourceWarning)
        workbench.stop()
        for thread in threads:
            thread.join(timeout=5)
        gc.collect()


@pytest.fixture
def serve(free_port: int) -> Iterator[Callable[[Path], Served]]:
    """Start a workbench over a workspace; it ends with the test."""
    started: list[Served] = []

    def start(root: Path) -> Served:
        started.append(start_threaded(root, free_port, actor="Ana Lyst"))
        return started[-1]

    yield start
    for workbench in started:
        end(workbench)


@pytest.fixture
def served(workspace: Workspace, serve: Callable[[Path], Served]) -> Served:
    """A workbench over a workspace that the test may change."""
    return serve(workspace.root)


@pytest.fixture
def served_empty(tmp_path: Path, serve: Callable[[Path], Served]) -> Served:
    """A workbench over a workspace into which nothing was loaded."""
    root = tmp_path / "empty"
    Workspace.create(root, actor="Test", reason="An empty workspace")
    return serve(root)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A tab of a laptop's size whose console errors fail the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    yield page
    context.close()
    assert faults == []
