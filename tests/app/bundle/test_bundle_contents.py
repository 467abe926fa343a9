"""What is inside a bundle: enough to reach the same verdicts, nothing of a home in the clear."""

from __future__ import annotations

import io
import json
import re
import zipfile

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from app.cli import build as commands
from app.workflows import subject_keys
from app.workflows.bundle import build, decryptor, of_event, of_flag, rerun, verifier
from app.workflows.bundle.inputs import cut_of, gather
from app.workflows.deliveries import verify
from characterise.errors import InvalidFrame
from registry import audit, flags


def fmar(*arguments: object):
    return CliRunner().invoke(commands(), [str(each) for each in arguments])


def opened(made, bundle) -> dict[str, bytes]:
    members = verifier.read_zip(bundle.data)
    key = subject_keys.held_key(made.workspace, bundle.mpan)
    return members if key is None else decryptor.decrypted(members, key)


def frame(members: dict[str, bytes], name: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(members[name]))


@pytest.mark.parametrize("which", ["business", "home"])
def test_verify_on_the_bundles_inputs_gives_the_verdicts_of_its_results(made, which, tmp_path):
    members = opened(made, getattr(made, which))
    for name, data in members.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    done = fmar("verify", "--inputs", tmp_path / "inputs", "--out", tmp_path / "again")
    assert done.exit_code in (0, 1), done.output
    for name in ("verdicts", "cumulative", "pairing"):
        again = pl.read_parquet(tmp_path / "again" / f"{name}.parquet")
        assert_frame_equal(again, frame(members, f"results/{name}.parquet"), check_exact=True)
    assert frame(members, "results/verdicts.parquet").height > 0


def test_results_are_those_that_were_committed(made):
    members = opened(made, made.business)
    for name in ("verdicts", "cumulative", "pairing", "capability"):
        held = made.workspace.results(name, mpan=made.business.mpan)
        assert_frame_equal(frame(members, f"results/{name}.parquet"), held)
    about = json.loads(members["parameters.json"])
    assert about["received_at"] == cut_of(made.workspace).received_at
    assert about["settings"]["false_flag_rate"] == 0.01
    assert about["model_version"].startswith("presence-")


def test_the_same_inputs_give_the_same_bytes(made):
    for event, bundle in ((made.business_event, made.business), (made.home_event, made.home)):
        again = build(made.workspace, of_event(made.workspace, event), actor="Bo", reason="Other")
        assert again.data == bundle.data


def test_what_arrived_after_the_verdicts_is_left_out(workspace, made):
    mpan = made.business.mpan
    before = gather(workspace, mpan)
    late = workspace.reads.current([mpan]).with_columns(
        pl.lit(9.0, dtype=pl.Float32).alias("kwh"),
        pl.lit("later").alias("source_id"),
        (pl.col("received_at").max() + pl.duration(days=900)).alias("received_at"),
    )
    with workspace.writing():
        version = workspace.reads.append(late)
        with workspace.ledger.write(actor="Ada", reason="Late readings") as tx:
            workspace.commit(tx, "ingest", {"reads": version}, {})
    assert workspace.boundary([mpan])["import_kwh"].max() == 9.0
    after = gather(workspace, mpan)
    assert after.cut == before.cut
    assert_frame_equal(after.frames["reads"], before.frames["reads"])


def test_a_span_that_other_sites_stretch_gives_the_same_verdicts(workspace, made, tmp_path):
    """The weekly fits count from the first day of all sites checked together."""
    mpan = made.business.mpan
    other = next(name for name in sorted(set(workspace.declared()["mpan"])) if name != mpan)
    held = workspace.reads.current()
    donor = held.filter(pl.col("meter_point_id") == mpan).head(1)
    early = donor.with_columns(
        pl.lit(other).alias("meter_point_id"),
        (pl.col("ts_utc") - pl.duration(days=10)).alias("ts_utc"),
    )
    with workspace.writing():
        version = workspace.reads.append(early)
        with workspace.ledger.write(actor="Ada", reason="An early reading") as tx:
            workspace.commit(tx, "ingest", {"reads": version}, {})
    verify(workspace, actor="Ada", reason="Again")
    inputs = gather(workspace, mpan)
    assert inputs.frames["reads"]["ts_utc"].min() == early["ts_utc"][0]
    folder = tmp_path / "inputs"
    folder.mkdir()
    for name, held_frame in inputs.frames.items():
        held_frame.write_parquet(folder / f"{name}.parquet")
    (folder / "settings.json").write_text(json.dumps(inputs.settings))
    fmar("verify", "--inputs", folder, "--out", tmp_path / "again")
    again = pl.read_parquet(tmp_path / "again" / "verdicts.parquet")
    assert_frame_equal(again, inputs.results["verdicts"], check_exact=True)


def test_nothing_of_a_home_is_in_the_clear(made):
    members = verifier.read_zip(made.home.data)
    clear = {name for name in members if not name.endswith(".siv")}
    assert clear == {
        "MANIFEST.json", "README.txt", "decrypt.py", "index.html", "inputs/weather.parquet",
        "parameters.json", "verify.py",
    }  # fmt: skip
    assert all(made.home.mpan.encode() not in members[name] for name in members)
    assert b"kWh" not in members["index.html"]
    assert b"<svg" not in members["index.html"]
    assert b"<svg" in opened(made, made.home)["report.html"]


def test_unknown_premises_count_as_a_home(made):
    inputs = gather(made.workspace, made.business.mpan)
    from app.workflows.bundle import contents

    assert not contents.is_domestic(inputs)
    for value in (None, "unknown"):
        blank = inputs.frames["meters"].with_columns(pl.lit(value, pl.String).alias("premises"))
        inputs.frames["meters"] = blank
        assert contents.is_domestic(inputs)
    inputs.frames["meters"] = blank.clear()
    assert contents.is_domestic(inputs)


def test_the_page_needs_nothing_outside_itself_and_says_what_both_sides_must_read(made):
    members = opened(made, made.business)
    page = members["index.html"].decode()
    assert not re.search(r"(src|href)=|url\(|@import|<script src|<link", page)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    for words in (
        "The innocent reading",
        "Smallest shortfall it could have seen",
        "What would settle it",
        "market operator",
        "@media print",
        "<svg",
    ):
        assert words in page
    for word in ("misrepresent", "suspect", "fraud"):
        assert word not in page.lower()
    assert made.business.mpan not in page


def test_a_flags_bundle_draws_its_events_and_holds_its_decisions_and_audit(made):
    with made.workspace.ledger.read() as db:
        raised = [f for f in flags.current(db) if f["kind"] == "unsupported_claim"]
        ours = {entry["hash"] for entry in audit.entries(db, limit=-1)}
    flag = raised[0]
    about = of_flag(made.workspace, flag["flag_id"])
    bundle = build(made.workspace, about, actor="Ada", reason="A test")
    members = opened(made, bundle)
    for event in flag["evidence"]["events_short"]:
        assert f"Event {event}" in (members.get("report.html") or members["index.html"]).decode()
    held = json.loads(members["decisions/decisions.json"])
    assert [rows[0]["flag_id"] for rows in held["flags"]] == [flag["flag_id"]]
    entries = json.loads(members[verifier.AUDIT])
    assert {"flag", "event", "commit"} <= {entry["entity"] for entry in entries}
    assert {entry["hash"] for entry in entries} <= ours


def test_a_flag_that_is_about_no_event_has_a_bundle_too(made):
    with made.workspace.ledger.read() as db:
        flag = next(f for f in flags.current(db) if not f["event_id"])
    about = of_flag(made.workspace, flag["flag_id"])
    bundle = build(made.workspace, about, actor="Ada", reason="A test")
    members = opened(made, bundle)
    assert frame(members, "results/detections.parquet").height == 5
    assert bundle.evidence is None


def test_figures_are_drawings(made):
    members = opened(made, made.business)
    drawn = [name for name in members if name.startswith("figures/")]
    assert f"figures/{made.business_event}_boundary.svg" in drawn
    import xml.etree.ElementTree as ET

    for name in drawn:
        root = ET.fromstring(members[name])
        assert len(root.findall("{http://www.w3.org/2000/svg}path")) >= 1


def test_members_are_sorted_and_undated(made):
    with zipfile.ZipFile(io.BytesIO(made.business.data)) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_inputs_that_are_still_encrypted_are_refused_with_what_to_do(made, tmp_path):
    with zipfile.ZipFile(io.BytesIO(made.home.data)) as archive:
        archive.extractall(tmp_path)
    with pytest.raises(InvalidFrame, match="decrypted first"):
        rerun.files_of(tmp_path / "inputs")


def test_settings_of_another_program_are_refused(made, tmp_path):
    (tmp_path / "settings.json").write_text('{"of_the_future": 1}')
    with pytest.raises(InvalidFrame, match="of_the_future"):
        rerun.known(tmp_path)
