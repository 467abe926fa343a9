"""A full disk: what was committed stays, the message says what to do, the same command goes on."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest
from many_files import write_many

from app.cli import main
from app.disk_space import is_full
from app.workflows import ingest as workflow
from app.workflows.ingest import ingest
from app.workspace import Workspace, WorkspaceBusy, WorkspaceFull
from registry import proof
from registry.errors import LedgerFull

WHO = {"actor": "Ada", "reason": "test"}
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
FULL = (
    "the disk that holds {root} is full: {kept} of {files} files are kept and whole; free some "
    "space and run the same command again, it goes on from there."
)


@pytest.fixture
def empty(tmp_path):
    return Workspace.create(tmp_path / "w", **WHO)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(workflow, "BATCH_FILES", 2)
    made = tmp_path / "files"
    made.mkdir()
    for n in range(6):
        values = ",".join([str(n)] * 48)
        unit = "" if n == 5 else "kWh"
        text = f"MPAN,Date,Unit,{TIMES}\n1200023305967,{n + 1:02d}/01/2025,{unit},{values}\n"
        (made / f"{n}.csv").write_text(text)
    return made


def assert_goes_on(workspace, folder, kept):
    """The workspace opens, verifies, holds what was kept, and takes the rest."""
    again = Workspace.open(workspace.root)
    with again.ledger.read() as db:
        assert proof.verify(db).whole
    version = again.committed().get("reads")
    assert again.reads.current(version=version).height == kept * 48 if kept else version is None
    report = ingest(again, [folder], **WHO)
    assert report.statuses == {"read": 6 - kept, **({"unchanged": kept} if kept else {})}
    assert again.reads.current(version=again.committed()["reads"]).height == 5 * 48
    assert again.quarantine.current(version=again.committed()["quarantine"]).height == 1


def failing_from(number, real, error):
    """A writer that works until its ``number``-th call."""
    calls = iter(range(1_000))

    def write(*arguments, **options):
        if next(calls) >= number:
            raise error
        return real(*arguments, **options)

    return write


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError("Generic LocalFileSystem error: ... No space left on device (os error 28)"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
    ],
)
def test_a_table_that_finds_no_room_keeps_the_batches_before(empty, folder, monkeypatch, error):
    from characterise import append_table

    with monkeypatch.context() as patched:
        write = failing_from(1, append_table.write_deltalake, error)
        patched.setattr(append_table, "write_deltalake", write)
        with pytest.raises(WorkspaceFull) as full:
            ingest(empty, [folder], **WHO)
    assert str(full.value) == FULL.format(root=empty.root, kept=2, files=6)
    assert_goes_on(empty, folder, kept=2)


def test_a_ledger_that_finds_no_room_keeps_the_batches_before(empty, folder, monkeypatch):
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"
    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "commit", failing_from(2, Workspace.commit, full))
        with pytest.raises(WorkspaceFull, match="4 of 6 files are kept and whole"):
            ingest(empty, [folder], **WHO)
    assert_goes_on(empty, folder, kept=4)


def test_a_write_that_may_not_fit_is_not_begun(empty, folder, monkeypatch):
    free = SimpleNamespace(total=1 << 30, used=1 << 30, free=1000)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: free)
        with pytest.raises(WorkspaceFull, match="0 of 6 files are kept"):
            ingest(empty, [folder], **WHO)
    assert not (empty.root / "reads").exists()
    assert_goes_on(empty, folder, kept=0)


def test_the_command_says_it_in_one_sentence_with_status_2(empty, folder, monkeypatch, capsys):
    from characterise import append_table

    error = OSError(errno.ENOSPC, "No space left on device")
    write = failing_from(0, append_table.write_deltalake, error)
    monkeypatch.setattr(append_table, "write_deltalake", write)
    line = ["ingest", folder, "--workspace", empty.root, "--actor", "Ada", "--reason", "test"]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in line])
    assert ended.value.code == 2
    assert capsys.readouterr().err == FULL.format(root=empty.root, kept=0, files=6) + "\n"


def test_a_file_that_the_system_lets_grow_no_further_is_a_full_disk(empty, tmp_path):
    """The limit is set on a process of its own, as a quota would be."""
    many = tmp_path / "many"
    write_many(many, 50)

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    line = [sys.executable, "-m", "app", "ingest", many, "--workspace", empty.root]
    done = subprocess.run(
        [*map(str, line), "--actor", "Ada", "--reason", "test"],
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1] == FULL.format(root=empty.root, kept=0, files=50)
    assert "Traceback" not in done.stderr
    assert ingest(Workspace.open(empty.root), [many], **WHO).statuses == {"read": 50}


def test_a_real_full_disk_where_one_may_be_made(folder, tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", place],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        workspace = Workspace.create(place / "w", **WHO)
        free = shutil.disk_usage(place).free
        (place / "others").write_bytes(os.urandom(free - 4096))
        with pytest.raises(WorkspaceFull, match="0 of 6 files are kept and whole"):
            ingest(workspace, [folder], **WHO)
        with pytest.raises(LedgerFull, match="is full: what was written before is whole"):
            Workspace.open(workspace.root).committed()
        (place / "others").unlink()
        assert_goes_on(workspace, folder, kept=0)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_another_writer_is_not_taken_for_a_full_disk(empty, monkeypatch):
    monkeypatch.setattr("app.writer_lock.PATIENCE_S", 0.05)
    with empty.writing(), pytest.raises(WorkspaceBusy), Workspace.open(empty.root).writing():
        raise AssertionError("the second writer came in")


def test_an_error_of_another_kind_is_left_as_it_is(tmp_path):
    assert not is_full(OSError(errno.EACCES, "Permission denied"), tmp_path)
    assert not is_full(ValueError("28"), tmp_path)
    cause = ValueError("outer")
    cause.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert is_full(cause, tmp_path)
