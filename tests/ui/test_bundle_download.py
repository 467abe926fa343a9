"""A dispute opened in the browser, its bundle saved, and checked with Python alone."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from app.server import Served
from app.workflows import disputes
from registry import audit

pytestmark = pytest.mark.ui
expect.set_options(timeout=60_000)
SAVE = "Save the evidence bundle (zip)"
_PYTHON = shutil.which("python3") or "python3"


def on_premises(served: Served, premises: str) -> str:
    workspace = served.desk.workspace
    meters = workspace.meters().filter(pl.col("premises") == premises)
    found = workspace.results("verdicts").filter(
        pl.col("mpan").is_in(meters["mpan"].implode()) & pl.col("boundary_kwh").is_not_null()
    )
    return str(found.sort(pl.col("verdict") != "unsupported", "event_id")["event_id"][0])


def saved(tab: Page, folder: Path) -> Path:
    with tab.expect_download() as download:
        tab.get_by_role("link", name=SAVE).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def checked(bundle: Path) -> subprocess.CompletedProcess[str]:
    """Run the bundle's own verifier: no project, no installed package."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extract("verify.py", bundle.parent / "v")
    command = [_PYTHON, "-I", "-S", str(bundle.parent / "v" / "verify.py"), str(bundle)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=bundle.parent, env={}
    )


@pytest.mark.parametrize("premises", ["non_domestic", "domestic"])
def test_dispute_is_opened_and_its_bundle_saved_and_one_changed_byte_found(
    served: Served, tab: Page, tmp_path: Path, premises: str
) -> None:
    event = on_premises(served, premises)
    tab.goto(f"{served.url}/delivery?event={event}")
    expect(tab.get_by_role("heading", name=f"Event {event}")).to_be_visible()
    tab.get_by_label("What is claimed, and by whom").fill("The provider says it delivered all")
    tab.get_by_label("Reason for the audit trail").fill("The boundary bears out less")
    tab.get_by_label("Reason for the audit trail").blur()
    tab.get_by_role("button", name="Open a dispute with this evidence frozen").click()
    tab.get_by_role("link", name="Go to the dispute").click()
    expect(tab.get_by_text("Evidence as frozen on")).to_be_visible()
    bundle = saved(tab, tmp_path)
    workspace = served.desk.workspace
    digest = disputes.current(workspace)["bundle_sha256"][0]
    assert hashlib.sha256(bundle.read_bytes()).hexdigest() == digest
    done = checked(bundle)
    assert (done.returncode, done.stderr) == (0, "")
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    done = checked(bundle)
    assert done.returncode == 1
    assert re.fullmatch(r"Not whole: \S+ is not what was put into the bundle\.\n", done.stdout)
    with workspace.ledger.read() as db:
        look = audit.accesses(db, limit=1)[0]
    assert (look["actor"], look["what"]["bundle"]) == ("Ana Lyst", digest)


def test_event_on_the_delivery_page_is_saved_as_it_stands(
    served: Served, tab: Page, tmp_path: Path
) -> None:
    event = on_premises(served, "non_domestic")
    tab.goto(f"{served.url}/delivery?event={event}")
    bundle = saved(tab, tmp_path)
    assert bundle.name == f"evidence_event_{event}.zip"
    assert checked(bundle).returncode == 0
    tab.goto(f"file://{unpacked(bundle)}/index.html")
    expect(tab.get_by_role("heading", name=f"Event {event}", exact=True)).to_be_visible()
    expect(tab.get_by_text("The innocent reading").first).to_be_visible()
    assert tab.locator("svg").count() >= 1


def test_party_contests_a_half_hour_in_the_bundles_page_and_sends_it_back(
    served: Served, tab: Page, tmp_path: Path
) -> None:
    workspace, event = served.desk.workspace, on_premises(served, "non_domestic")
    made = disputes.open_from_event(
        workspace, event, actor="Ada", reason="FSP disagrees", claim="We delivered in full"
    )
    tab.goto(f"{served.url}/disputes?dispute={made}")
    page = unpacked(saved(tab, tmp_path)) / "index.html"
    tab.goto(f"file://{page}")
    answers = tab.get_by_label(re.compile("^Answer for"))
    answers.first.select_option("contest")
    answers.last.select_option("accept")
    tab.get_by_label(re.compile("^Because, for")).first.fill("the <b>clock</b> was an hour off")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save this page with my answer").click()
    back = tmp_path / download.value.suggested_filename
    download.value.save_as(back)
    tab.goto(f"file://{back}")
    expect(answers.first).to_have_value("contest")
    disputes.take_answer(
        workspace, made, back.read_text(), actor="Ana Lyst", reason="The provider's answer"
    )
    tab.goto(f"{served.url}/disputes?dispute={made}")
    expect(tab.get_by_text("contests 1 half-hours")).to_be_visible()
    expect(tab.get_by_text("the <b>clock</b> was an hour off")).to_be_visible()


def unpacked(bundle: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(bundle.parent / "open")
    return bundle.parent / "open"


@pytest.mark.parametrize("query", ["", "?event=EV-NONE", "?flag=nonesuch", "?event=a&flag=b"])
def test_bundle_of_nothing_is_a_sentence(served: Served, query: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{served.url}/bundle{query}")
    with refused.value as answer:
        assert answer.code == 404
        assert b"There is no bundle to save" in answer.read()
