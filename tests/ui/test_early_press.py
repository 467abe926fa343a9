"""A button pressed before the browser has told the server that the page is ready."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from app.server import Served

pytestmark = pytest.mark.ui
_FRAMES = 3
"""Frames of a message of the browser: its header, its metadata, its content."""


def ready_comes_after_the_press(tab: Page) -> list[str]:
    """Keep back what says that the page is ready until a button was pressed.

    Returns
    -------
    The order in which the two went on, filled as they do.
    """
    order: list[str] = []

    def between(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        frames: list[str | bytes] = []
        kept: list[str | bytes] = []

        def onward(frame: str | bytes) -> None:
            frames.append(frame)
            if len(frames) < _FRAMES:
                return
            message, content = list(frames), str(frame)
            frames.clear()
            if "document_ready" in content and not order:
                kept.extend(message)
                return
            for part in message:
                server.send(part)
            if "dom_event" in content and kept:
                order.extend(["press", "ready"])
                for part in kept:
                    server.send(part)
                kept.clear()

        browser.on_message(onward)

    tab.route_web_socket(re.compile(r"/ws$|/ws\?"), between)
    return order


def test_early_press_is_not_lost(served: Served, tab: Page) -> None:
    order = ready_comes_after_the_press(tab)
    mpan = served.desk.workspace.results("detections")["mpan"][0]
    tab.goto(f"{served.url}/meter?mpan={mpan}")
    tab.get_by_role("button", name="Put an asset behind this meter").click()
    expect(tab.get_by_role("button", name="Put it away")).to_be_visible(timeout=240_000)
    assert order == ["press", "ready"]
