"""Many files in one command: stopped and taken up again, the tables are those of a quiet load."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from many_files import write_many

from app.workflows import ingest as workflow
from app.workflows.ingest import ingest
from app.workspace import Workspace
from characterise.extracts.listing import listed
from registry import audit, sources

WHO = {"actor": "Ada", "reason": "test"}
FILES = 150


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many") / "files"
    write_many(folder, FILES)
    return folder


@pytest.fixture(scope="module")
def quiet(many, tmp_path_factory):
    """A workspace into which the files were loaded without a stop."""
    workspace = Workspace.create(tmp_path_factory.mktemp("quiet") / "w", **WHO)
    ingest(workspace, [many], **WHO)
    return workspace


def start(folder: Path, files: Path, *options: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "app", "ingest", str(files), "--workspace", str(folder)]
    return subprocess.Popen(
        [*line, "--actor", "Ada", "--reason", "test", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kept(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "ledger.db", timeout=30)) as db:
        return int(db.execute("SELECT count(*) FROM source").fetchone()[0])


def stop_at(
    files: int, number: signal.Signals, folder: Path, process: subprocess.Popen[str]
) -> str:
    """Send a signal once so many files are kept; what the process said on its way out."""
    while kept(folder) < files:
        assert process.poll() is None, "the load ended before it was to be stopped"
        time.sleep(0.02)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=120)
    return said


def tables(workspace: Workspace) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reads as they stand and open quarantine, without the moment of arrival."""
    committed = workspace.committed()
    reads = workspace.reads.current(version=committed["reads"]).drop("received_at")
    held = workspace.quarantine.current(version=committed["quarantine"])
    return reads, held.drop("quarantined_at", "changed_at").sort("row_id")


def assert_same(one: Workspace, other: Workspace) -> None:
    for left, right in zip(tables(one), tables(other), strict=True):
        assert left.height > 0
        assert left.equals(right)
    with one.ledger.read() as db:
        assert audit.verify(db).whole


def loaded_with_stops(
    files: Path, folder: Path, stops: list[tuple[int, signal.Signals]], report: Path
) -> list[str]:
    """Load a folder, stopping at each count of kept files; then to the end. What was said."""
    Workspace.create(folder, **WHO)
    said = [stop_at(at, number, folder, start(folder, files)) for at, number in stops]
    last = start(folder, files, "--report", str(report))
    _, complaint = last.communicate()
    assert last.returncode == 1, complaint  # files without a unit ask a question
    return said


def test_a_load_stopped_by_kill_and_by_ctrl_c_ends_in_the_same_tables(many, quiet, tmp_path):
    report = tmp_path / "R.json"
    stops = [(50, signal.SIGKILL), (100, signal.SIGINT)]
    _, said = loaded_with_stops(many, tmp_path / "w", stops, report)
    held = re.fullmatch(
        rf"Stopped by Ctrl-C: (\d+) of {FILES} files are kept; "
        r"the same command again goes on from there\.\n",
        said,
    )
    assert held, said
    assert_same(Workspace.open(tmp_path / "w"), quiet)
    told = json.loads(report.read_text())
    assert told["files_by_status"] == {
        "read": FILES - int(held[1]),
        "unchanged": int(held[1]),
    }
    assert len(told["files"]) == FILES


@pytest.mark.parametrize(
    ("number", "word", "status"),
    [(signal.SIGINT, "Ctrl-C", 130), (signal.SIGTERM, "SIGTERM", 143)],
)
def test_a_stop_ends_in_one_sentence_and_its_own_exit_status(many, tmp_path, number, word, status):
    Workspace.create(tmp_path / "w", **WHO)
    process = start(tmp_path / "w", many)
    said = stop_at(50, number, tmp_path / "w", process)
    assert process.returncode == status, said
    count = kept(tmp_path / "w")
    assert said == (
        f"Stopped by {word}: {count} of {FILES} files are kept; "
        "the same command again goes on from there.\n"
    )
    with Workspace.open(tmp_path / "w").ledger.read() as db:
        assert audit.verify(db).whole


def test_two_processes_read_the_same_as_one(many, quiet, tmp_path):
    workspace = Workspace.create(tmp_path / "w", **WHO)
    done = ingest(workspace, [many], jobs=2, **WHO)
    assert_same(workspace, quiet)
    assert [file["file"] for file in done.files] == sorted(path.name for path in many.iterdir())


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux to see processes")
def test_reading_processes_end_with_a_parent_that_is_killed(many, tmp_path):
    Workspace.create(tmp_path / "w", **WHO)
    process = start(tmp_path / "w", many, "--jobs", "2")
    while kept(tmp_path / "w") < 50:
        time.sleep(0.02)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    stop_at(50, signal.SIGKILL, tmp_path / "w", process)
    assert len(children) >= 2
    deadline = time.monotonic() + 30
    while any(_runs(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_runs(child) for child in children)


def _runs(pid: str) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_known_file_is_not_parsed_again(many, quiet, monkeypatch):
    def parsed(*_, **__):
        raise AssertionError("a file that was read before was parsed")

    monkeypatch.setattr("app.workflows.file_reading.read_extract", parsed)
    again = ingest(quiet, [many], **WHO)
    assert again.statuses == {"unchanged": FILES}


def test_a_file_costs_the_same_however_many_were_read_before(quiet, tmp_path, monkeypatch):
    """The ledger is asked about the file at hand, never for all that it holds."""

    def everything(_db):
        raise AssertionError("every source of the ledger was read for one file")

    monkeypatch.setattr(sources, "current", everything)
    write_many(tmp_path / "more", 3, seed=2)
    assert ingest(quiet, [tmp_path / "more"], **WHO).statuses == {"read": 3}
    assert ingest(quiet, [tmp_path / "more"], **WHO).statuses == {"unchanged": 3}


def test_the_files_are_counted_before_one_is_read(many, tmp_path, monkeypatch):
    import zipfile

    with zipfile.ZipFile(tmp_path / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(many.iterdir()):
            archive.write(path, path.name)

    def read(*_, **__):
        raise AssertionError("a file was read to count it")

    monkeypatch.setattr(Path, "read_bytes", read)
    monkeypatch.setattr(zipfile.ZipFile, "open", read)
    assert len(listed([many])) == FILES
    assert len(listed([tmp_path / "m.zip"])) == FILES


def test_progress_ends_at_the_count_that_was_listed(empty_workspace, many, monkeypatch):
    steps: list[int] = []
    monkeypatch.setattr(workflow, "BATCH_FILES", 7)
    listing = listed([many])
    ingest(empty_workspace, listing, dry_run=True, progress=steps.append, **WHO)
    assert sum(steps) == len(listing) == FILES


@pytest.fixture
def empty_workspace(tmp_path):
    return Workspace.create(tmp_path / "w", **WHO)


@pytest.mark.soak
def test_ten_thousand_files_stopped_twice_are_the_tables_of_an_undisturbed_load(tmp_path, capsys):
    files, folder = int(os.environ.get("FMAR_FILES", "10000")), tmp_path / "files"
    half_hours = write_many(folder, files)
    Workspace.create(tmp_path / "quiet", **WHO)
    begun, cpu = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = start(tmp_path / "quiet", folder)
    quarters: list[float] = []
    while process.poll() is None:
        if kept(tmp_path / "quiet") >= (len(quarters) + 1) * files // 4:
            quarters.append(time.monotonic() - begun)
        time.sleep(0.2)
    process.communicate()
    seconds = time.monotonic() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert process.returncode == 1
    stops = [(files // 4, signal.SIGKILL), (files // 2, signal.SIGINT)]
    report = tmp_path / "R.json"
    loaded_with_stops(folder, tmp_path / "stopped", stops, report)
    assert_same(Workspace.open(tmp_path / "stopped"), Workspace.open(tmp_path / "quiet"))
    assert len(json.loads(report.read_text())["files"]) == files
    processor = used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime
    with capsys.disabled():
        sys.stdout.write(
            f"\n{files:,} files, {half_hours:,} half-hours: {seconds:,.0f} s, "
            f"{processor:,.0f} s of processor, {files / seconds:,.1f} files/s, "
            f"{half_hours / seconds:,.0f} half-hours/s, "
            f"quarters at {', '.join(f'{moment:,.0f}' for moment in quarters)} s, "
            f"most memory {used.ru_maxrss / 1e3:,.0f} MB\n"
        )
