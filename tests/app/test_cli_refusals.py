"""What every command refuses, how it says so, and that it leaves nothing behind."""

import tarfile
from pathlib import Path

import pytest

from app.cli import main
from app.workspace import Workspace

WHO = ("--actor", "Ada Analyst", "--reason", "Trial")


def ran(*arguments: object) -> int:
    with pytest.raises(SystemExit) as done:
        main([str(each) for each in arguments])
    return int(done.value.code or 0)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    Workspace.create(tmp_path / "w", actor="Ada Analyst", reason="Trial")
    return tmp_path / "w"


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    return said


@pytest.mark.parametrize("who", [("guest", "x"), ("Ada", " "), ("nobody", "x")])
def test_a_workspace_by_nobody_or_for_no_reason_is_not_begun(tmp_path, capsys, who):
    folder = tmp_path / "w"
    assert ran("init", folder, "--actor", who[0], "--reason", who[1]) == 2
    assert one_sentence(capsys)
    assert not folder.exists()


def test_a_place_that_cannot_be_written_is_named(made, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert ran("init", tmp_path / "file" / "w", *WHO) == 2
    assert "file" in one_sentence(capsys)
    assert ran("backup", made, tmp_path / "file" / "b.tar.gz") == 2
    assert "file" in one_sentence(capsys)


def test_a_report_that_cannot_be_written_stops_before_the_work(made, tmp_path, capsys):
    source = tmp_path / "organisations.csv"
    source.write_text("name,role\n")
    done = ran("load", "organisations", source, "--workspace", made, "--report", tmp_path, *WHO)
    assert done == 2
    assert "--report" in one_sentence(capsys)


def test_a_backup_never_holds_itself(made, capsys):
    assert ran("backup", made, made / "b.tar.gz") == 2
    assert "outside" in one_sentence(capsys)
    assert not list(made.glob("b.tar.gz*"))


def test_a_backup_that_is_cut_short_or_another_archive_restores_nothing(made, tmp_path, capsys):
    whole, cut, other = (tmp_path / f"{name}.tar.gz" for name in ("whole", "cut", "other"))
    assert ran("backup", made, whole) == 0
    cut.write_bytes(whole.read_bytes()[:-200])
    (tmp_path / "note.txt").write_text("no workspace")
    with tarfile.open(other, "w:gz") as archive:
        archive.add(tmp_path / "note.txt", arcname="note.txt")
    capsys.readouterr()
    for file in (cut, other, tmp_path / "note.txt"):
        assert ran("restore", file, tmp_path / "back") == 2
        assert file.name in one_sentence(capsys)
        assert not (tmp_path / "back").exists()
    assert ran("restore", whole, tmp_path / "note.txt") == 2
    (tmp_path / "back").mkdir()
    assert ran("restore", whole, tmp_path / "back") == 0
    assert ran("doctor", tmp_path / "back") == 0


@pytest.mark.parametrize(
    "query",
    ["COPY (SELECT 1) TO '{folder}/leak.csv'", "SELECT * FROM read_text('{folder}/secret.txt')"],
)
def test_a_query_reaches_no_file(made, tmp_path, capsys, query):
    (tmp_path / "secret.txt").write_text("secret")
    assert ran("sql", query.format(folder=tmp_path), "--workspace", made) == 2
    assert "secret" not in capsys.readouterr().out
    assert not (tmp_path / "leak.csv").exists()


def test_a_query_sees_the_reads(workspace, capsys):
    query = "SELECT quantity, count(*) > 0 AS held FROM reads WHERE quantity = 'AI' GROUP BY 1"
    assert ran("sql", query, "--workspace", workspace.root) == 0
    assert "true" in capsys.readouterr().out


def test_small_slips_are_said(made, tmp_path, capsys):
    (tmp_path / "nothing").mkdir()
    for arguments, said in (
        (("ingest", tmp_path / "nothing", "--workspace", made, *WHO), "no file is there"),
        (("audit", "show", "--workspace", made, "--since", "yesterday"), "yesterday"),
        (("characterise", "--workspace", made, "--out", tmp_path / "o", *WHO), "--out"),
    ):
        assert ran(*arguments) == 2
        assert said in one_sentence(capsys)


def test_a_trial_load_needs_nobody_to_answer_for_it(made, tmp_path):
    source = tmp_path / "signals.csv"
    source.write_text(
        "signal_id,kind,start_utc,end_utc\nS1,flex,2026-01-05T17:00:00Z,2026-01-05T18:00:00Z\n"
    )
    assert ran("load", "signals", source, "--workspace", made, "--dry-run") == 0
    assert ran("load", "signals", source, "--workspace", made) == 2
