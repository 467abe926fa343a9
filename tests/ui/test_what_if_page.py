"""An asset put behind a meter by keyboard alone, in a real browser."""

from __future__ import annotations

import re

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from app.server import Served

pytestmark = pytest.mark.ui
expect.set_options(timeout=120_000)


def unlikely(served: Served, asset_class: str) -> str:
    """Meter point that least shows a class."""
    found = served.desk.workspace.results("detections")
    judged = found.filter(
        (pl.col("asset_class") == asset_class) & pl.col("probability").is_not_null()
    )
    return str(judged.sort("probability", "mpan")["mpan"][0])


def colours(tab: Page) -> int:
    """Most colours that any canvas holds: an empty plot has next to none."""
    return max(
        canvas.evaluate(
            """canvas => {
                const pixels = canvas.getContext('2d')
                    .getImageData(0, 0, canvas.width, canvas.height).data
                const seen = new Set()
                for (let i = 0; i < pixels.length; i += 4 * 97)
                    seen.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2])
                return seen.size
            }"""
        )
        for canvas in tab.locator("canvas").all()
    )


def test_charger_is_put_behind_a_meter_by_keyboard_and_nothing_is_stored(
    served: Served, tab: Page
) -> None:
    tab.set_default_timeout(120_000)
    workspace = served.desk.workspace
    before = workspace.committed()
    tab.goto(f"{served.url}/meter?mpan={unlikely(served, 'EV_CHARGER')}")
    opener = tab.get_by_role("button", name="Put an asset behind this meter")
    opener.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="nothing changed yet")).to_be_visible(timeout=240_000)
    expect(tab.get_by_text("nothing of it is stored")).to_be_visible()
    slider = tab.get_by_role("slider", name="Size to put behind the meter")
    slider.focus()
    tab.keyboard.press("PageUp")
    expect(tab.get_by_role("heading", name=re.compile(r"EV charger of [\d.]+ kW"))).to_be_visible()
    told = tab.get_by_role("definition")
    expect(told.filter(has_text="between").last).to_be_visible()
    tab.get_by_role("button", name="Week").focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name="Toggle theme").click()
    tab.wait_for_timeout(1500)
    assert colours(tab) > 5
    tab.get_by_role("button", name="Put it away").focus()
    tab.keyboard.press("Enter")
    expect(slider).to_be_hidden()
    assert workspace.committed() == before
