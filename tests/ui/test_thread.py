"""The whole thread: a file -> flags -> a decision; two providers behind one meter -> a ruling."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from app.server import Served
from app.workflows import claims, disputes, review
from app.workspace import Workspace
from registry import audit, proof

pytestmark = pytest.mark.ui
WHO = ("--actor", "Thread Test", "--reason", "From a file to a decided flag")
LOADS = (
    *("organisations", "assets", "pairings", "asset-meters", "agreements"),
    *("signals", "events", "declared"),
)


def fmar(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr  # 1: findings that a person must see


@pytest.fixture
def commanded(sample: Path, tmp_path: Path, serve: Callable[[Path], Served]) -> Served:
    """A workbench over a workspace that the command line alone has made, from files."""
    root = tmp_path / "thread"
    at = ("--workspace", root, *WHO)
    fmar("init", root, *WHO)
    fmar("ingest", sample / "extracts.zip", *at)
    fmar("ingest", sample / "asset_extracts.zip", "--source", "asset", *at)
    fmar("load", "weather", sample / "weather.parquet", *at)
    fmar("load", "connections", sample / "meters.csv", *at)
    for entity in LOADS:
        fmar("load", entity, sample / f"{entity}.csv", *at)
    fmar("characterise", "--jobs", "2", *at)
    fmar("verify", *at)
    return serve(root)


def test_from_files_to_a_corrected_flag_and_a_decided_dispute(commanded: Served, tab: Page) -> None:
    workspace = commanded.desk.workspace
    flag_id = correct_a_medium_flag(commanded, tab)
    dispute_id = dispute_a_claim_of_two_providers(commanded, tab)
    assert len(disputes.get(workspace, dispute_id).record["parties"]) == 2
    fmar("characterise", "--workspace", workspace.root, *WHO)  # a re-run undoes no decision
    assert review.flag(workspace, flag_id)["state"] == "corrected"
    with workspace.ledger.read() as db:
        decided = audit.entries(db, entity="flag", entity_id=flag_id)
        ruled = audit.entries(db, entity="dispute", entity_id=dispute_id)
        assert proof.verify(db).whole
    assert "decide" in [entry["action"] for entry in decided]
    assert [entry["action"] for entry in ruled] == ["decide", "open"]
    fmar("audit", "verify", "--workspace", workspace.root)


def correct_a_medium_flag(served: Served, tab: Page) -> str:
    tab.goto(f"{served.url}/queue?kind=medium_confidence")
    expect(tab).to_have_url(re.compile("flag="))
    found = re.search(r"flag=([^&]+)", tab.url)
    assert found
    assert review.flag(served.desk.workspace, found[1])["tier"] == "medium"
    tab.get_by_role("button", name="Correct").click()
    tab.get_by_role("combobox", name="Reason").click()
    tab.get_by_role("listbox").get_by_text(
        "The class is right, the size is not", exact=True
    ).click()
    tab.get_by_label("Rated power, kW (blank: no change)").fill("3.6")
    tab.get_by_label("Note").fill("The installer's certificate says 3.6 kW")
    tab.get_by_label("Note").blur()
    tab.get_by_role("button", name="Record decision").click()
    expect(tab.get_by_text(re.compile(r"recorded in the audit trail as #\d+"))).to_be_visible()
    return found[1]


def dispute_a_claim_of_two_providers(served: Served, tab: Page) -> str:
    event_id = contested_event(served.desk.workspace)
    tab.goto(f"{served.url}/delivery?event={event_id}")
    expect(tab.get_by_role("heading", name=f"Event {event_id}")).to_be_visible()
    for party in claims.delivery(served.desk.workspace, event_id).event["fsp_ids"]:
        expect(tab.get_by_role("heading", name=party).first).to_be_visible()
    expect(tab.get_by_text("The innocent reading").first).to_be_visible()
    tab.get_by_label("What is claimed, and by whom").fill("Both providers say they delivered")
    tab.get_by_label("Reason for the audit trail").fill("The boundary bears out at most one")
    tab.get_by_label("Reason for the audit trail").blur()
    tab.get_by_role("button", name="Open a dispute with this evidence frozen").click()
    tab.get_by_role("link", name="Go to the dispute").click()
    expect(tab.get_by_text("Evidence as frozen on")).to_be_visible()
    expect(tab.locator("canvas").first).to_be_visible()
    tab.get_by_role("combobox", name="Outcome").click()
    tab.get_by_role("listbox").get_by_text("Corrected", exact=True).click()
    tab.get_by_label("Ruling, with its reasons").fill("One asset meter was on the wrong circuit")
    tab.get_by_label("Ruling, with its reasons").blur()
    tab.get_by_role("button", name="Record ruling").click()
    expect(tab.get_by_text("settled it on")).to_be_visible()
    found = re.search(r"dispute=([^&]+)", tab.url)
    assert found
    return found[1]


def contested_event(workspace: Workspace) -> str:
    """An unsupported event behind a meter where two providers were dispatched together."""
    declared = workspace.declared()
    shared = (
        declared.group_by("mpan", "ts_utc")
        .agg(pl.col("fsp_id").n_unique().alias("parties"))
        .filter(pl.col("parties") > 1)
    )
    together = declared.join(shared, on=["mpan", "ts_utc"])["event_id"].unique()
    unsupported = claims.events(workspace).filter(
        pl.col("verdict") == "unsupported", pl.col("event_id").is_in(together.implode())
    )
    assert unsupported.height > 0
    return str(unsupported["event_id"][0])
