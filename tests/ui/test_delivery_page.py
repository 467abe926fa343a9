"""One event's page: every chart has ink, and the sentences an analyst needs are there."""

from __future__ import annotations

import re

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from app.server import Served
from app.workflows import claims

expect.set_options(timeout=120_000)
pytestmark = pytest.mark.ui
CHARTS = ("placebo", "fraction", "evidence", "narrowing", "baselines")
COLOURS = """c => {
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, seen = new Set();
  for (let i = 0; i < d.length; i += 4 * 7)
    if (d[i + 3]) seen.add(`${d[i] >> 4},${d[i + 1] >> 4},${d[i + 2] >> 4}`);
  return seen.size; }"""


def open_event(served: Served, tab: Page, event: str) -> None:
    tab.goto(f"{served.url}/delivery?event={event}")
    expect(tab.get_by_role("heading", name=f"Event {event}")).to_be_visible()


def ink(tab: Page, chart: str) -> int:
    """How many colours the chart's canvas holds; an empty one holds none or one."""
    canvas = tab.locator(f".plot-{chart} canvas").first
    expect(canvas).to_be_visible()
    return int(canvas.evaluate(COLOURS))


def shared_events(served: Served) -> pl.DataFrame:
    """Events that share half-hours with another provider's, in the order of the list."""
    declared = served.desk.workspace.declared()
    several = (
        declared.group_by("mpan", "ts_utc")
        .agg(pl.col("fsp_id").n_unique().alias("parties"))
        .filter(pl.col("parties") > 1)
    )
    names = declared.join(several, on=["mpan", "ts_utc"])["event_id"].unique()
    return claims.events(served.desk.workspace).filter(pl.col("event_id").is_in(names.implode()))


def test_unsupported_event_has_every_chart_and_sentence(served: Served, tab: Page) -> None:
    worst = claims.events(served.desk.workspace).row(0, named=True)
    assert worst["verdict"] == "unsupported"
    open_event(served, tab, worst["event_id"])
    for chart in CHARTS:
        assert ink(tab, chart) > 3, chart
    expect(tab.get_by_text("the smallest it could have seen is")).to_be_visible()
    expect(tab.get_by_text(re.compile("than chance explains"))).to_be_visible()
    expect(tab.get_by_role("heading", name="Under every baseline")).to_be_visible()
    expect(tab.get_by_text("The innocent reading").first).to_be_visible()
    expect(tab.get_by_text("What would settle it").first).to_be_visible()
    expect(tab.get_by_text("market operator's call").first).to_be_visible()
    tab.get_by_role("button", name="Toggle theme").click()
    tab.wait_for_timeout(1000)
    assert all(ink(tab, chart) > 3 for chart in CHARTS)


def test_several_parties_stand_beside_one_fall(served: Served, tab: Page) -> None:
    event = shared_events(served).filter(pl.col("verdict") == "unsupported")["event_id"][0]
    open_event(served, tab, event)
    expect(tab.get_by_text(re.compile(r"Declared in all: .* kWh\. The boundary"))).to_be_visible()
    expect(tab.get_by_text("All together").first).to_be_visible()
    expect(tab.get_by_text("one boundary bears out no more than its own")).to_be_visible()


def test_event_without_boundary_data_draws_no_empty_chart(served: Served, tab: Page) -> None:
    unread = claims.events(served.desk.workspace).filter(pl.col("verdict") == "no_boundary_data")
    open_event(served, tab, unread["event_id"][0])
    expect(tab.get_by_text("nothing can be borne out or contradicted")).to_be_visible()
    expect(tab.locator(".plot-placebo canvas")).to_have_count(0)


def test_filter_stands_in_the_address_and_is_restored_by_it(served: Served, tab: Page) -> None:
    provider = claims.events(served.desk.workspace)["fsp_ids"][0].split(", ")[0]
    tab.goto(f"{served.url}/delivery?verdict=undecidable&text={provider}")
    expect(tab.get_by_label("Provider, event or asset meter")).to_have_value(provider)
    expect(tab).to_have_url(re.compile(rf"text={provider}"))
    tab.get_by_label("Provider, event or asset meter").fill("")
    tab.get_by_label("Provider, event or asset meter").blur()
    expect(tab).not_to_have_url(re.compile("text="))
    expect(tab).to_have_url(re.compile("verdict=undecidable"))
