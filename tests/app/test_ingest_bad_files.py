"""Files and folders that cannot be read: one sentence each, and every other file is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from app.cli import main
from app.workflows import file_reading
from app.workflows.ingest import ingest
from app.workspace import Workspace
from characterise.extracts.archive import LARGEST_TEXT
from registry import audit, sources

WHO = {"actor": "Ada", "reason": "test"}
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))


def day(value="1", date="15/01/2025"):
    values = ",".join([value] * 48)
    return f"MPAN,Date,Unit,{TIMES}\n1200023305967,{date},kWh,{values}\n"


@pytest.fixture
def empty(tmp_path):
    return Workspace.create(tmp_path / "w", **WHO)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    (made / "good.csv").write_text(day())
    return made


def said_of(report, name):
    """The one finding of a file that could not be read."""
    (file,) = (file for file in report.files if file["file"] == name)
    (finding,) = file["findings"]
    assert (finding["code"], file["status"]) == ("not_readable", "not read")
    assert file["half_hours_accepted"] == file["rows_read"] == 0
    return finding["message"]


def status(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0), capsys.readouterr()


def command(empty, *paths):
    return ["ingest", *paths, "--workspace", empty.root, "--actor", "Ada", "--reason", "test"]


def test_a_path_that_is_missing_is_one_sentence_and_status_2(empty, folder, capsys):
    code, said = status(capsys, *command(empty, folder, "none.csv"))
    assert code == 2
    assert said.err == "none.csv does not exist; name a file, a folder or a zip.\n"
    assert empty.committed() == {}


def test_what_is_neither_file_nor_folder_is_not_waited_for(empty, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.csv")
    code, said = status(capsys, *command(empty, tmp_path / "pipe.csv"))
    assert code == 2
    assert said.err == f"{tmp_path}/pipe.csv is no file; name a file, a folder or a zip.\n"


def test_an_empty_folder_is_one_sentence_and_status_2(empty, tmp_path, capsys):
    (tmp_path / "none").mkdir()
    code, said = status(capsys, *command(empty, tmp_path / "none"))
    assert code == 2
    assert said.err == f"{tmp_path}/none: no file is there; name the files to read.\n"


def test_a_link_to_nothing_is_a_finding_and_the_rest_is_read(empty, folder):
    (folder / "gone.csv").symlink_to(folder / "moved away.csv")
    report = ingest(empty, [folder], **WHO)
    assert report.accepted == 48
    assert said_of(report, "gone.csv") == (
        "The file cannot be read (No such file or directory); check that it is there and who may "
        "read it."
    )


def test_a_file_without_permission_is_a_finding_and_is_read_once_it_may(empty, folder, monkeypatch):
    (folder / "mine.csv").write_text(day("2", "16/01/2025"))
    read = Path.read_bytes

    def refusing(path):
        if path.name == "mine.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    with monkeypatch.context() as patched:  # root may read everything, so the refusal is acted
        patched.setattr(Path, "read_bytes", refusing)
        report = ingest(empty, [folder], **WHO)
    assert said_of(report, "mine.csv") == (
        "The file cannot be read (Permission denied); check that it is there and who may read it."
    )
    again = ingest(empty, [folder], **WHO)
    assert [file["status"] for file in again.files] == ["unchanged", "read"]


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root may act for another")
def test_a_folder_that_may_not_be_listed_is_a_finding(folder):
    (folder / "locked").mkdir(mode=0o700)
    (folder / "locked" / "b.csv").write_text(day("2"))
    for above in (folder, *list(folder.parents)[:3]):
        above.chmod(0o755)
    listing = (
        "import os, sys; from pathlib import Path; from characterise.extracts.sources import walk; "
        "os.setuid(65534); "
        "sys.stdout.write('|'.join(f'{s.name}: {s.fault.because if s.fault else 0}' "
        "for s in walk([Path(sys.argv[1])])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", listing, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == (
        "locked: The folder locked cannot be listed (Permission denied); check who may read it."
        "|good.csv: 0"
    ), done.stderr


def test_two_gigabytes_are_refused_by_size_and_the_rest_is_read(empty, folder, monkeypatch):
    with (folder / "big.csv").open("wb") as big:
        big.truncate(2_000_000_000)  # sparse: it takes no room
    read = Path.read_bytes

    def small_only(path):
        assert path.stat().st_size <= LARGEST_TEXT
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", small_only)
    report = ingest(empty, [folder], **WHO)
    assert report.accepted == 48
    assert said_of(report, "big.csv") == (
        "The file holds 2,000 MB, more than the 100 MB that are read at once; split it and read "
        "the parts."
    )


@pytest.mark.parametrize("error", [KeyError("MPAN"), RecursionError("too deep"), ZeroDivisionError])
def test_a_reader_that_fails_on_one_file_is_a_finding_about_it(empty, folder, monkeypatch, error):
    (folder / "odd.csv").write_text(day("2", "16/01/2025"))
    read = file_reading.read_extract

    def failing(data, name, **options):
        if name == "odd.csv":
            raise error
        return read(data, name, **options)

    with monkeypatch.context() as patched:
        patched.setattr(file_reading, "read_extract", failing)
        report = ingest(empty, [folder], **WHO)
    assert report.accepted == 48
    kind = error.__name__ if isinstance(error, type) else type(error).__name__
    assert kind in said_of(report, "odd.csv")
    with empty.ledger.read() as db:
        assert [row["file"] for row in sources.current(db)] == ["good.csv"]
    assert ingest(empty, [folder], **WHO).accepted == 48  # tried again, not taken for known


def test_a_panic_below_the_reader_is_a_finding_too(empty, folder, monkeypatch):
    class Panic(BaseException):
        pass

    def failing(*_, **__):
        raise Panic("index out of bounds")

    monkeypatch.setattr(file_reading, "read_extract", failing)
    report = ingest(empty, [folder], **WHO)
    assert said_of(report, "good.csv") == (
        "The reader failed on this file (Panic: index out of bounds); report it with the file."
    )


def test_a_file_beyond_memory_is_a_finding(empty, folder, monkeypatch):
    def failing(*_, **__):
        raise MemoryError

    monkeypatch.setattr(file_reading, "read_extract", failing)
    assert said_of(ingest(empty, [folder], **WHO), "good.csv") == (
        "The file needs more memory than this machine has; split it and read the parts."
    )


def test_a_copy_of_a_file_that_failed_is_not_called_known(empty, folder, monkeypatch):
    (folder / "twin.csv").write_text(day())

    def failing(*_, **__):
        raise KeyError("MPAN")

    monkeypatch.setattr(file_reading, "read_extract", failing)
    report = ingest(empty, [folder], **WHO)
    assert report.statuses == {"not read": 2}
    assert "KeyError" in said_of(report, "twin.csv")


def test_a_name_no_terminal_can_show_is_a_label_like_any_other(empty, folder, tmp_path, capsys):
    (folder / "[red]\x1b[31m\udce9.csv").write_text(day("2", "16/01/2025"))
    code, said = status(capsys, *command(empty, folder), "--report", tmp_path / "R.json")
    assert code == 0, said.err
    names = [file["file"] for file in json.loads((tmp_path / "R.json").read_text())["files"]]
    assert names == ["[red]\ufffd[31m\ufffd.csv", "good.csv"]
    assert "[red]" in said.out


def test_files_of_other_kinds_are_counted_not_hidden(empty, folder, capsys):
    for name in ("a.pdf", "b.PDF", "c.png", ".hidden.csv"):
        (folder / name).write_text("x")
    code, said = status(capsys, *command(empty, folder))
    assert code == 0
    assert "3 files of other kinds were passed over: .pdf 2, .png 1." in said.out


def test_thousands_of_files_are_summed_up_and_the_worst_are_named(empty, folder, capsys):
    for n in range(45):
        (folder / f"{n:02d}.csv").write_text(day(date=f"{n % 28 + 1:02d}/{n // 28 + 1:02d}/2024"))
    (folder / "bad.csv").write_text(day("kaputt"))
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    code, said = status(capsys, *command(empty, folder))
    assert code == 1
    assert "01.csv" not in said.out
    assert [line.split()[:2] for line in said.out.splitlines() if line.startswith("wide")] == [
        ["wide", "47"]
    ]
    assert "Files to look at first" in said.out
    assert "bad.csv" in said.out
    assert "48 files: 2,208 half-hours accepted, 48 in quarantine." in said.out
    assert "1 files could not be read and are tried again next time." in said.out


def test_nothing_accepted_before_is_lost_by_files_that_fail(empty, folder):
    ingest(empty, [folder], **WHO)
    before = empty.committed()
    bad = folder / "bad"
    bad.mkdir()
    (bad / "gone.csv").symlink_to(folder / "nowhere.csv")
    (bad / "cut.xlsx").write_bytes(b"PK\x03\x04 broken")
    report = ingest(empty, [bad], **WHO)
    assert said_of(report, "cut.xlsx") == (
        "The zip archive or workbook is cut short; fetch it or export it again."
    )
    assert empty.committed() == before
    with empty.ledger.read() as db:
        assert audit.verify(db).whole


def test_a_reading_process_that_was_ended_is_one_sentence(empty, folder, monkeypatch, capsys):
    class Ended:
        def __init__(self, *_, **__):
            pass

        def submit(self, *_):
            future = Future()
            future.set_exception(BrokenProcessPool("gone"))
            return future

        def shutdown(self, **_):
            pass

    monkeypatch.setattr(file_reading, "ProcessPoolExecutor", Ended)
    code, said = status(capsys, *command(empty, folder), "--jobs", "2")
    assert code == 2
    assert said.err == (
        "A process that read files was ended, as happens where memory runs out; what was kept "
        "stays: run the same command again with --jobs 1.\n"
    )
    assert ingest(empty, [folder], **WHO).statuses == {"read": 1}
