"""``fmar export bundle``: the archive, the key on purpose, and what the access log says of both."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from app.cli import build as commands
from app.workflows import disputes, subject_keys
from app.workspace import Workspace
from registry import audit, proof

WHO = ("--actor", "Ada Analyst", "--reason", "The provider asked")


def fmar(*arguments: object):
    return CliRunner().invoke(commands(), [str(each) for each in arguments])


def an_event(workspace: Workspace, premises: str) -> str:
    meters = workspace.meters().filter(pl.col("premises") == premises)
    found = workspace.results("verdicts").filter(
        pl.col("mpan").is_in(meters["mpan"].implode()) & pl.col("boundary_kwh").is_not_null()
    )
    return str(found["event_id"].sort()[0])


def export(workspace: Workspace, *arguments: object):
    return fmar("export", "bundle", *arguments, "--workspace", workspace.root, *WHO)


def test_the_bundle_is_written_whole_and_the_look_is_logged(workspace, tmp_path):
    event, out = an_event(workspace, "non_domestic"), tmp_path / "b.zip"
    done = export(workspace, "--event", event, "--out", out)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        archive.extract("verify.py", tmp_path)
    checked = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify.py"), str(out)], check=False
    )
    assert checked.returncode == 0
    with workspace.ledger.read() as db:
        look = audit.accesses(db, limit=1)[0]
    assert look["actor"] == "Ada Analyst"
    assert look["what"]["id"] == event
    assert look["what"]["bundle"] in done.output


def test_the_key_of_a_home_is_handed_out_on_purpose_and_opens_the_bundle(workspace, tmp_path):
    event, out, key = an_event(workspace, "domestic"), tmp_path / "h.zip", tmp_path / "key.json"
    done = export(workspace, "--event", event, "--out", out, "--key-out", key)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with workspace.ledger.read() as db:
        assert "key_of" in audit.accesses(db, limit=1)[0]["what"]
        made = audit.entries(db, entity="subject_key")
        assert [entry["action"] for entry in made] == ["make"]
        assert json.loads(key.read_text())["key"] not in json.dumps(made)
        assert proof.verify(db).whole
    with zipfile.ZipFile(out) as archive:
        for name in ("verify.py", "decrypt.py"):
            archive.extract(name, tmp_path)
    command = [sys.executable, str(tmp_path / "decrypt.py"), str(out), str(key)]
    opened = subprocess.run(
        [*command, str(tmp_path / "open")], capture_output=True, text=True, check=False
    )
    assert opened.returncode == 0, opened.stdout
    assert pl.read_parquet(tmp_path / "open/inputs/reads.parquet").height > 48
    other = json.loads(key.read_text()) | {"key": "00" * 64}
    key.write_text(json.dumps(other))
    refused = subprocess.run(
        [*command, str(tmp_path / "no")], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "Not opened" in refused.stdout
    assert not (tmp_path / "no").exists()


def test_both_sides_of_a_dispute_are_given_the_same_frozen_bytes(workspace, tmp_path):
    event = an_event(workspace, "non_domestic")
    made = disputes.open_from_event(
        workspace, event, actor="Ada", reason="FSP disagrees", claim="We delivered in full"
    )
    record = disputes.get(workspace, made).record
    disputes.decide(workspace, made, record["version"], "No Action Required", "Clock", actor="Bo")
    for side in ("one.zip", "other.zip"):
        done = export(workspace, "--dispute", made, "--out", tmp_path / side)
        assert done.exit_code == 0, done.output
        assert record["bundle_sha256"] in done.output
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
    done = export(workspace, "--dispute", made, "--out", tmp_path / "now.zip", "--as-it-stands")
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "now.zip") as archive:
        held = json.loads(archive.read("decisions/decisions.json"))
    assert held["disputes"][0][-1]["ruling"] == "Clock"


def test_an_erased_home_opens_no_more(workspace, tmp_path):
    event = an_event(workspace, "domestic")
    made = disputes.open_from_event(
        workspace, event, actor="Ada", reason="FSP disagrees", claim="We delivered in full"
    )
    view = disputes.get(workspace, made)
    assert view.evidence.series.height > 0
    mpan = view.record["mpan"]
    assert subject_keys.destroy(workspace, mpan, actor="Ada", reason="Erasure asked for")
    with pytest.raises(disputes.BundleMissing, match="opens no more"):
        disputes.get(workspace, made)
    key = tmp_path / "key.json"
    done = export(workspace, "--dispute", made, "--out", tmp_path / "d.zip", "--key-out", key)
    assert isinstance(done.exception, subject_keys.KeyDestroyed)
    assert not key.exists()
    assert not (tmp_path / "d.zip").exists()
    assert not subject_keys.destroy(workspace, mpan, actor="Ada", reason="Again")
    with workspace.ledger.read() as db:
        assert audit.entries(db, entity="subject_key", limit=1)[0]["action"] == "destroy"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), "exactly one"),
        (("--event", "EV-NONE", "--flag", "F"), "exactly one"),
        (("--event", "EV-NONE"), "EV-NONE"),
        (("--flag", "nonesuch"), "nonesuch"),
        (("--dispute", "nonesuch"), "nonesuch"),
        (("--event", "EV-NONE", "--as-it-stands"), "--dispute"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence_and_status_2(workspace, tmp_path, given, words):
    command = [sys.executable, "-m", "app", "export", "bundle", *given, "--out"]
    command += [str(tmp_path / "b.zip"), "--workspace", str(workspace.root), *WHO]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "b.zip").exists()


def test_a_key_is_not_promised_for_a_business(workspace, tmp_path):
    event = an_event(workspace, "non_domestic")
    done = export(
        workspace, "--event", event, "--out", tmp_path / "b.zip", "--key-out", tmp_path / "k.json"
    )
    assert done.exit_code == 2
    assert "leave --key-out out" in done.output
    assert not (tmp_path / "k.json").exists()
