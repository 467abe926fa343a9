"""What a button does, once the page can show it."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui


def on_press(button: pmui.Button, act: Callable[[], None]) -> None:
    """Act when a button is pressed, however early.

    A button can be pressed a moment before the browser has said that the page is ready, and Panel
    drops what changes in between. The act waits for that; outside a server it runs at once.
    """
    button.on_click(lambda _: pn.state.onload(act))
