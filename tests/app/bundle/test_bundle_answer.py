"""A party's answer comes back in the page it was given in, to the evidence it is about."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from app.cli import build as commands
from app.workflows import disputes
from app.workflows.bundle import answer, verifier
from registry import audit

BLANK = re.compile(r'(<script type="application/json" id="answer">)(.*?)(</script>)', re.S)


@pytest.fixture
def case(workspace, made):
    """A dispute on a business's event, and the page of its bundle."""
    dispute = disputes.open_from_event(
        workspace, made.business_event, actor="Ada", reason="They disagree", claim="All delivered"
    )
    digest = disputes.get(workspace, dispute).record["bundle_sha256"]
    members = verifier.read_zip(disputes.frozen_bundle(workspace, digest))
    return workspace, dispute, members["index.html"].decode()


def filled(page: str, **changes: object) -> str:
    """The page as the browser saves it."""
    held = json.loads(BLANK.search(page)[2])
    event, start = re.search(r'data-event="([^"]+)" data-ts="([^"]+)"', page).groups()
    first = {"event_id": event, "ts_utc": start, "answer": "contest", "because": "a < b"}
    party = re.search(r'<select id="by"><option>([^<]+)<', page)[1]
    said = held | {"by": party, "half_hours": [first]} | changes
    text = json.dumps(said).replace("<", "\\u003c")
    return BLANK.sub(lambda found: found[1] + text + found[3], page)


def test_an_answer_becomes_a_comment_of_the_dispute(case, tmp_path):
    workspace, dispute, page = case
    (tmp_path / "answer.html").write_text(filled(page))
    done = CliRunner().invoke(
        commands(),
        ["dispute", "answer", str(tmp_path / "answer.html"), "--dispute", dispute,
         "--workspace", str(workspace.root), "--actor", "Ada", "--reason", "Their answer"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    history = disputes.get(workspace, dispute).history
    assert "accepts 0 and contests 1 half-hours" in history["comment"][-1]
    assert "because a < b" in history["comment"][-1]
    assert history["state"][-1] == "Open"
    with workspace.ledger.read() as db:
        assert audit.entries(db, entity="dispute", limit=1)[0]["reason"] == "Their answer"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"evidence_sha256": "0" * 64}, "other evidence"),
        ({"by": "SOMEBODY"}, "no party"),
        ({"half_hours": []}, "answers no half-hour"),
        ({"half_hours": [{"answer": "perhaps"}]}, "cannot be read"),
        ({"more": 1}, "cannot be read"),
    ],
)
def test_an_answer_that_does_not_belong_is_refused_and_nothing_recorded(case, changes, words):
    workspace, dispute, page = case
    with pytest.raises((disputes.AnswerUnfit, answer.AnswerUnreadable), match=words):
        disputes.take_answer(
            workspace, dispute, filled(page, **changes), actor="Ada", reason="Their answer"
        )
    assert disputes.get(workspace, dispute).history.height == 1


def test_a_page_of_something_else_is_refused():
    with pytest.raises(answer.AnswerUnreadable, match="no page of an evidence bundle"):
        answer.read("<html><script id='other'>{}</script></html>")
