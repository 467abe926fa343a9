"""Each page in a real browser, over the demonstration workspace."""

from __future__ import annotations

import json
import re
from urllib.error import HTTPError
from urllib.request import urlopen

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from app.server import PortTaken, Served, start_threaded
from app.workflows import claims, evidence, review
from registry import audit

pytestmark = pytest.mark.ui
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


def choose(tab: Page, label: str, option: str) -> None:
    """Pick an option of a select by its words."""
    tab.get_by_role("combobox", name=label).click()
    tab.get_by_role("listbox").get_by_text(option, exact=True).click()


def flag_in_address(tab: Page) -> str:
    found = re.search(r"flag=([^&]+)", tab.url)
    assert found, tab.url
    return found[1]


def ink(tab: Page, index: int) -> int:
    """How many colours the n-th canvas holds: an empty plot has next to none."""
    return int(
        tab.locator("canvas")
        .nth(index)
        .evaluate(
            """canvas => {
                const pixels = canvas.getContext('2d')
                    .getImageData(0, 0, canvas.width, canvas.height).data
                const seen = new Set()
                for (let i = 0; i < pixels.length; i += 4 * 97)
                    seen.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2])
                return seen.size
            }"""
        )
    )


def test_health_answers_and_the_root_leads_to_the_queue(served: Served) -> None:
    with urlopen(f"{served.url}/health") as answer:
        assert answer.status == 200
        assert json.load(answer)["status"] == "ok"
    with urlopen(served.url) as answer:
        assert answer.url.endswith("/queue")
    with pytest.raises(HTTPError):
        urlopen(f"{served.url}/nonesuch")


def test_taken_port_is_said_in_a_sentence(served: Served) -> None:
    port = int(served.url.rsplit(":", 1)[1])
    with pytest.raises(PortTaken, match="--port"):
        start_threaded(served.desk.workspace.root, port)


def test_flag_is_corrected_the_next_comes_up_and_undo_brings_it_back(
    served: Served, tab: Page
) -> None:
    tab.goto(f"{served.url}/queue?kind=medium_confidence")
    expect(tab.get_by_text("Why it is here:")).to_be_visible()
    expect(tab).to_have_url(re.compile("flag="))
    first = flag_in_address(tab)
    tab.get_by_role("button", name="Correct").click()
    choose(tab, "Reason", "The class is right, the size is not")
    tab.get_by_label("Rated power, kW (blank: no change)").fill("3.6")
    tab.get_by_label("Note").fill("Seen on site")
    tab.get_by_label("Note").blur()
    tab.get_by_role("button", name="Record decision").click()
    expect(
        tab.get_by_text(re.compile(r"Corrected; recorded in the audit trail as #\d+"))
    ).to_be_visible()
    expect(tab).not_to_have_url(re.compile(first))
    workspace = served.desk.workspace
    held = review.flag(workspace, first)
    assert (held["state"], held["correction"]["rated_kw"]) == ("corrected", 3.6)
    with workspace.ledger.read() as db:
        entry = audit.entries(db, entity_id=first, limit=1)[0]
        assert audit.verify(db).whole
    assert (entry["actor"], entry["reason"]) == ("Ana Lyst", "Seen on site")
    tab.get_by_role("button", name="Undo the last decision").click()
    expect(tab.get_by_text("Undone; recorded in the audit trail")).to_be_visible()
    expect(tab).to_have_url(re.compile(first))
    assert review.flag(workspace, first)["state"] == "open"


def test_row_and_buttons_choose_the_flag_that_they_show(served: Served, tab: Page) -> None:
    tab.goto(f"{served.url}/queue")
    expect(tab).to_have_url(re.compile("flag="))
    expect(tab.locator(".tabulator-row").first).to_have_class(re.compile("tabulator-selected"))
    ids = review.queue(served.desk.workspace)["flag_id"].to_list()
    tab.locator(".tabulator-row").nth(3).click()
    expect(tab).to_have_url(re.compile(ids[3]))
    tab.get_by_role("button", name="Next", exact=True).first.click()
    expect(tab).to_have_url(re.compile(ids[4]))
    tab.get_by_role("button", name="Previous").click()
    expect(tab).to_have_url(re.compile(ids[3]))


def test_address_restores_the_view_in_another_tab(served: Served, tab: Page) -> None:
    tab.goto(f"{served.url}/queue")
    expect(tab).to_have_url(re.compile("day="))
    second = review.queue(served.desk.workspace).row(1, named=True)
    tab.get_by_role("button", name="Next", exact=True).first.click()
    expect(tab).to_have_url(re.compile(second["flag_id"]))
    tab.get_by_role("group", name="Day").get_by_role("spinbutton", name="Day").wait_for()
    shown = tab.url
    tab.get_by_role("button", name="Day before").click()
    expect(tab).not_to_have_url(shown)
    address = tab.url
    day = re.search(r"day=([\d-]+)", address)
    assert day
    tab.goto("about:blank")
    tab.goto(address)
    expect(tab.get_by_role("heading", name=second["title"])).to_be_visible()
    expect(tab.get_by_role("heading", name=f"{int(day[1][8:]):02d} ")).to_be_visible()
    assert tab.url == address


def test_meter_point_is_found_by_part_of_its_number_and_shown_masked(
    served: Served, tab: Page
) -> None:
    points = evidence.meter_points(served.desk.workspace)
    mpan = points.filter(pl.col("classes") != "")["mpan"][0]
    tab.goto(f"{served.url}/meter")
    tab.get_by_label("Find a meter point by part of its MPAN").fill(mpan[4:])
    tab.get_by_role("button", name="Find").click()
    expect(tab.get_by_role("heading", name=f"Meter point •••••••••{mpan[-4:]}")).to_be_visible()
    expect(tab).to_have_url(re.compile(f"mpan={mpan}"))
    assert mpan not in tab.locator("body").inner_text()
    for part in ("What the meter shows", "What it can do", "Observed operation"):
        expect(tab.get_by_role("heading", name=part)).to_be_visible()
    expect(tab.locator("canvas").first).to_be_visible()
    assert ink(tab, 0) > 5
    tab.get_by_text("The same numbers as a table").first.click()
    expect(tab.get_by_text("Half-hours, kW")).to_be_visible()


def test_claim_becomes_a_dispute_with_its_chart_and_is_decided(served: Served, tab: Page) -> None:
    worst = claims.events(served.desk.workspace).row(0, named=True)
    tab.goto(f"{served.url}/delivery?event={worst['event_id']}")
    expect(tab.get_by_role("heading", name=f"Event {worst['event_id']}")).to_be_visible()
    expect(tab.get_by_text("The innocent reading").first).to_be_visible()
    tab.get_by_label("What is claimed, and by whom").fill("The provider says it delivered all")
    tab.get_by_label("Reason for the audit trail").fill("The boundary bears out less")
    tab.get_by_label("Reason for the audit trail").blur()
    tab.get_by_role("button", name="Open a dispute with this evidence frozen").click()
    tab.get_by_role("link", name="Go to the dispute").click()
    expect(tab.get_by_text("Evidence as frozen on")).to_be_visible()
    expect(tab.locator("canvas").first).to_be_visible()
    assert ink(tab, 0) > 5
    choose(tab, "Outcome", "No Action Required")
    tab.get_by_label("Ruling, with its reasons").fill("Another load explains it")
    tab.get_by_label("Ruling, with its reasons").blur()
    tab.get_by_role("button", name="Record ruling").click()
    expect(tab.get_by_text("settled it on")).to_be_visible()
    with served.desk.workspace.ledger.read() as db:
        actions = [entry["action"] for entry in audit.entries(db, entity="dispute")]
        assert audit.verify(db).whole
    assert actions == ["decide", "open"]


def test_register_shows_its_tables_and_takes_a_sheet(served: Served, tab: Page) -> None:
    tab.goto(f"{served.url}/register?entity=agreements")
    expect(tab.get_by_role("heading", name="Add an agreement")).to_be_visible()
    expect(tab.locator("caption").first).to_have_text(re.compile(r"\d+ agreements"))
    sheet = b"organisation_id,name,mpid,mpid_role,roles,email\norg-ui-1,A & <i>B</i>,ZZZZ,,FSP,\n"
    tab.get_by_role("button", name="Organisations").click()
    expect(tab.locator("caption").first).to_have_text(re.compile(r"\d+ organisations"))
    tab.locator("input[type=file]").set_input_files(
        {"name": "organisations.csv", "mimeType": "text/csv", "buffer": sheet}
    )
    tab.get_by_label("Reason for the audit trail").last.fill("A new provider")
    tab.get_by_label("Reason for the audit trail").last.blur()
    tab.get_by_role("button", name="Load", exact=True).click()
    expect(tab.get_by_text("1 of 1 rows loaded")).to_be_visible()
    expect(tab.get_by_text("A & <i>B</i>")).to_be_visible()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("queue?day=31-01-2026", "was left out"),
        ("queue?flag=nonesuch", "no flag has the id nonesuch"),
        ("meter?mpan=%3Cscript%3E", "Nothing is known"),
        ("meter?day=1999-01-01", "Choose a meter point"),
        ("delivery?event=nonesuch", "nothing was declared"),
        ("disputes?dispute=nonesuch", "No dispute has the id nonesuch"),
        ("register?entity=nonesuch", "organisations"),
    ],
)
def test_senseless_address_is_answered_in_words(
    served_empty: Served, tab: Page, address: str, said: str
) -> None:
    tab.goto(f"{served_empty.url}/{address}")
    expect(tab.get_by_text(said).first).to_be_visible()


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("queue", "fmar ingest"),
        ("meter", "fmar ingest"),
        ("delivery", "fmar load"),
        ("disputes", "Open one from an event"),
        ("register", "Nothing is entered"),
    ],
)
def test_empty_workspace_says_what_to_do(
    served_empty: Served, tab: Page, page: str, said: str
) -> None:
    tab.goto(f"{served_empty.url}/{page}")
    expect(tab.get_by_text(said).first).to_be_visible()


def test_no_request_leaves_the_host_while_every_page_is_used(served: Served, tab: Page) -> None:
    outside: list[str] = []
    port = served.url.rsplit(":", 1)[1]
    own = (served.url, f"ws://127.0.0.1:{port}", "data:", "blob:", "about:")
    tab.on("request", lambda sent: sent.url.startswith(own) or outside.append(sent.url))
    tab.on("websocket", lambda sent: sent.url.startswith(own) or outside.append(sent.url))
    event = claims.events(served.desk.workspace)["event_id"][0]
    mpan = evidence.meter_points(served.desk.workspace)["mpan"][0]
    for address in (
        "queue",
        f"meter?mpan={mpan}",
        f"delivery?event={event}",
        "disputes",
        "register",
    ):
        tab.goto(f"{served.url}/{address}")
        expect(tab.get_by_role("navigation", name="Pages")).to_be_visible()
        expect(tab.get_by_role("button").nth(2)).to_be_visible()
        tab.get_by_role("button", name="Toggle theme").click()
        tab.wait_for_timeout(700)
    assert outside == []


def test_every_field_and_button_has_a_name(served: Served, tab: Page) -> None:
    for page in ("queue", "delivery", "register"):
        tab.goto(f"{served.url}/{page}")
        expect(tab.get_by_role("button", name="Find")).to_be_visible()
        tab.wait_for_timeout(1500)
        fields = tab.get_by_role("textbox").all() + tab.get_by_role("combobox").all()
        assert fields
        for field in fields:
            named = field.evaluate(
                """e => e.getAttribute('aria-label') || (e.labels && e.labels.length) ||
                    (e.getAttribute('aria-labelledby') || '').split(' ').some(
                        id => e.getRootNode().getElementById(id))"""
            )
            assert named, f"{page}: {field.evaluate('e => e.outerHTML')[:200]}"
