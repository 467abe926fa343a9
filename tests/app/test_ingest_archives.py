"""Archives that are damaged, locked or hostile: the bad member is a finding, others are read."""

from __future__ import annotations

import io
import re
import struct
import zipfile

import pytest
from openpyxl import Workbook

from app.workflows.ingest import ingest
from app.workspace import Workspace
from characterise.extracts import archive as bounds
from characterise.extracts.archive import Allowance
from characterise.extracts.sources import walk

WHO = {"actor": "Ada", "reason": "test"}
TIMES = ",".join(f"{m // 60:02d}:{m % 60:02d}" for m in range(0, 1440, 30))
GOOD = f"MPAN,Date,Unit,{TIMES}\n1200023305967,15/01/2025,kWh,{','.join(['1'] * 48)}\n"

DENSE = (
    r"The file unpacks to 1,0\d\d times its size, as meter data never does; unpack it yourself if "
    r"you trust it\."
)


@pytest.fixture
def empty(tmp_path):
    return Workspace.create(tmp_path / "w", **WHO)


def zipped(members, packing=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return packed.getvalue()


def found(tmp_path, data, name="a.zip"):
    """What became of each file of an archive: the sentence, or nothing for one that is read."""
    (tmp_path / name).write_bytes(data)
    return {
        file.name.removeprefix(f"{name}/"): file.fault.because if file.fault else ""
        for file in walk([tmp_path / name])
    }


def test_the_others_are_read_and_the_bad_one_is_in_the_report(empty, tmp_path):
    data = bytearray(zipped({"a.csv": GOOD, "b.csv": "x" * 5000}, zipfile.ZIP_STORED))
    data[data.rindex(b"x" * 5000) + 9] ^= 1
    (tmp_path / "a.zip").write_bytes(data)
    report = ingest(empty, [tmp_path / "a.zip"], **WHO)
    assert report.accepted == 48
    good, bad = report.files
    assert (good["status"], bad["status"]) == ("read", "not read")
    assert bad["findings"][0]["code"] == "not_readable"
    assert bad["findings"][0]["message"] == (
        "The file is damaged inside its archive (Bad CRC-32 for file 'b.csv'); fetch it again."
    )
    assert report.needs_a_person


def test_a_member_that_unpacks_beyond_bounds_is_refused_by_its_header(tmp_path):
    big = zipped({"a.csv": GOOD, "bomb.csv": bytes(200_000_000)})
    assert found(tmp_path, big) == {
        "a.csv": "",
        "bomb.csv": "The file unpacks to 200 MB, more than the 100 MB that are read at once; split "
        "it and read the parts.",
    }
    dense = zipped({"a.csv": GOOD, "bomb.csv": bytes(50_000_000)})
    assert re.fullmatch(DENSE, found(tmp_path, dense)["bomb.csv"])


def test_a_header_that_lies_about_the_size_gains_nothing(tmp_path):
    data = bytearray(zipped({"a.csv": GOOD, "bomb.csv": bytes(50_000_000)}))
    size = struct.pack("<I", 50_000_000)
    assert data.count(size) == 2
    lying = bytes(data).replace(size, struct.pack("<I", 4_000))
    told = found(tmp_path, lying)
    assert told["a.csv"] == ""
    assert told["bomb.csv"] == (
        "The file is damaged inside its archive (Bad CRC-32 for file 'bomb.csv'); fetch it again."
    )


def test_many_small_members_do_not_add_up_to_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "LEAST_ALLOWED", 1_000_000)
    members = {f"{n}.csv": bytes(400_000) for n in range(9)}
    monkeypatch.setattr(bounds, "MOST_RATIO", 100)
    told = found(tmp_path, zipped(members))
    refused = [said for said in told.values() if said]
    assert 0 < len(refused) < 9
    assert set(refused) == {
        "The archive unpacks to more than 100 times its size, as meter data never does; unpack "
        "what you trust of it and read that."
    }


def test_an_allowance_counts_what_lies_within_as_well():
    allowance = Allowance(10)
    allowance.take(10)
    with pytest.raises(bounds.Unpackable):
        allowance.take(1)


def test_archives_in_archives_are_opened_to_a_depth(tmp_path):
    data = zipped({"deep.csv": GOOD})
    for depth in range(3):
        data = zipped({f"{depth}.zip": data, f"{depth}.csv": GOOD})
    told = found(tmp_path, data)
    assert [name for name, said in told.items() if not said] == [
        "2.csv",
        "2.zip/1.csv",
        "2.zip/1.zip/0.csv",
        "2.zip/1.zip/0.zip/deep.csv",
    ]
    told = found(tmp_path, zipped({"3.zip": data, "3.csv": GOOD}))
    assert {name: said for name, said in told.items() if said} == {
        "3.zip/2.zip/1.zip/0.zip": "Archives lie 4 deep in one another; unpack the inner ones "
        "first."
    }


def test_an_inner_archive_counts_as_one_step_of_the_listing(tmp_path):
    inner = zipped({"a.csv": GOOD, "b.csv": GOOD})
    (tmp_path / "a.zip").write_bytes(zipped({"x.zip": inner, "y.csv": GOOD}))
    assert [file.step for file in walk([tmp_path / "a.zip"])] == [1, 0, 1]


def test_an_encrypted_member_says_what_to_do(tmp_path):
    data = bytearray(zipped({"a.csv": GOOD, "locked.csv": GOOD}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(mark) + at] |= 1
    assert found(tmp_path, bytes(data)) == {
        "a.csv": "",
        "locked.csv": "The file is encrypted; unpack it with its password and read that.",
    }


def test_a_packing_that_cannot_be_bounded_is_refused(tmp_path):
    assert found(tmp_path, zipped({"a.csv": GOOD}, zipfile.ZIP_BZIP2)) == {
        "a.csv": "The file is packed in a way that is not read; pack it again as plain zip."
    }


def test_paths_that_point_outside_are_labels_and_nothing_is_written(empty, tmp_path):
    names = {"../../up.csv": GOOD, "/etc/root.csv": GOOD.replace("15/01", "16/01")}
    (tmp_path / "a.zip").write_bytes(zipped(names))
    before = sorted(path for path in tmp_path.parent.rglob("*.csv"))
    report = ingest(empty, [tmp_path / "a.zip"], **WHO)
    assert [file["file"] for file in report.files] == ["a.zip/../../up.csv", "a.zip//etc/root.csv"]
    assert report.accepted == 96
    assert sorted(path for path in tmp_path.parent.rglob("*.csv")) == before


def test_an_archive_cut_short_is_one_finding(tmp_path):
    whole = zipped({"a.csv": GOOD, "b.csv": GOOD})
    assert found(tmp_path, whole[: len(whole) // 2]) == {
        "a.zip": "The zip archive or workbook is cut short; fetch it or export it again."
    }


def test_an_archive_within_that_is_damaged_does_not_end_the_outer_one(tmp_path):
    inner = zipped({"a.csv": GOOD})
    told = found(tmp_path, zipped({"a.csv": GOOD, "x.zip": inner[:40], "y.zip": zipped({})}))
    assert told == {
        "a.csv": "",
        "x.zip": "The zip archive or workbook is cut short; fetch it or export it again.",
        "y.zip": "The archive holds no file of a kind that is read.",
    }


def test_a_workbook_that_is_a_bomb_is_not_opened(empty, tmp_path, monkeypatch):
    book, made = Workbook(), io.BytesIO()
    book.active.append(["MPAN"])
    book.save(made)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet9.xml", bytes(50_000_000))
    (tmp_path / "book.xlsx").write_bytes(made.getvalue())
    monkeypatch.setattr("openpyxl.load_workbook", None)
    report = ingest(empty, [tmp_path / "book.xlsx"], **WHO)
    assert re.fullmatch(DENSE, report.files[0]["findings"][0]["message"])
    monkeypatch.setattr(bounds, "LARGEST_TEXT", 40_000)
    monkeypatch.setattr(bounds, "MOST_RATIO", 5000)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as many:
        for n in range(9):
            many.writestr(f"xl/worksheets/sheet{n}.xml", bytes(39_000))
    (tmp_path / "book.xlsx").write_bytes(made.getvalue())
    report = ingest(empty, [tmp_path / "book.xlsx"], **WHO)
    assert report.files[0]["findings"][0]["message"] == (
        "The workbook unpacks to more than 0 MB; split it, or export its sheets as CSV."
    )
