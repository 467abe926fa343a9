"""The stand-alone verifier finds one changed byte anywhere, and says which member it is in."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.workflows.bundle import Bundle, verifier


def bundles(made) -> list[Bundle]:
    return [made.business, made.home]


def places(data: bytes) -> dict[str, int]:
    """Where each member's bytes begin in the archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            item.filename: item.header_offset + 30 + len(item.filename)
            for item in archive.infolist()
        }


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def verdict(tmp_path: Path, data: bytes, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the bundle's own verify.py as a stranger would."""
    (tmp_path / "b.zip").write_bytes(data)
    script = tmp_path / "verify.py"
    if not script.exists():
        script.write_bytes(verifier.read_zip(data)["verify.py"])
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(tmp_path / "b.zip"), *more],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("which", [0, 1], ids=["business", "home"])
def test_a_whole_bundle_is_called_whole_without_the_project_and_without_a_key(
    made, which, tmp_path
):
    bundle = bundles(made)[which]
    done = verdict(tmp_path, bundle.data, "--sha256", bundle.sha256)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Whole:")
    assert bundle.sha256 in done.stdout


@pytest.mark.parametrize("which", [0, 1], ids=["business", "home"])
def test_one_changed_byte_in_any_member_is_found_and_the_member_named(made, which, tmp_path):
    data = bundles(made)[which].data
    members = verifier.read_zip(data)
    for name, start in places(data).items():
        for place in {start, start + len(members[name]) // 2, start + len(members[name]) - 1}:
            (tmp_path / "b.zip").write_bytes(flipped(data, place))
            with pytest.raises(verifier.Altered, match=name.replace(".", r"\.")):
                verifier.check(tmp_path / "b.zip")


def test_a_changed_byte_between_the_members_is_found(made, tmp_path):
    data = made.business.data
    index = data.rindex(b"PK\x05\x06")
    headers = [start - 12 for start in places(data).values()]
    for place in (*headers, *range(index - 60, len(data))):
        (tmp_path / "b.zip").write_bytes(flipped(data, place))
        with pytest.raises(verifier.Altered):
            verifier.check(tmp_path / "b.zip")


def test_the_command_ends_with_1_and_one_sentence(made, tmp_path):
    data = made.business.data
    done = verdict(tmp_path, data)
    place = places(data)["inputs/reads.parquet"] + 100
    done = verdict(tmp_path, flipped(data, place))
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout == ("Not whole: inputs/reads.parquet is not what was put into the bundle.\n")


@pytest.mark.parametrize("which", [0, 1], ids=["business", "home"])
def test_an_altered_member_with_a_right_crc_is_found_by_its_checksum(made, which, tmp_path):
    members = verifier.read_zip(bundles(made)[which].data)
    for name in members:
        forged = {**members, name: members[name] + b" "}
        (tmp_path / "b.zip").write_bytes(verifier.zipped(forged))
        with pytest.raises(verifier.Altered, match=name.replace(".", r"\.")):
            verifier.check(tmp_path / "b.zip")


def test_a_member_taken_out_or_put_in_is_named(made, tmp_path):
    members = verifier.read_zip(made.business.data)
    without = {name: data for name, data in members.items() if name != "inputs/reads.parquet"}
    (tmp_path / "b.zip").write_bytes(verifier.zipped(without))
    with pytest.raises(verifier.Altered, match=r"reads\.parquet is missing"):
        verifier.check(tmp_path / "b.zip")
    (tmp_path / "b.zip").write_bytes(verifier.zipped({**members, "more.txt": b"x"}))
    with pytest.raises(verifier.Altered, match=r"more\.txt was added"):
        verifier.check(tmp_path / "b.zip")


def remade(members: dict[str, bytes]) -> bytes:
    """A bundle whose checksums were all written anew."""
    about = json.loads(members[verifier.MANIFEST])
    kept = {name: about[name] for name in about if name not in ("members", "digest")}
    rest = {name: data for name, data in members.items() if name != verifier.MANIFEST}
    return verifier.zipped({**rest, verifier.MANIFEST: verifier.manifest_of(rest, kept)})


def test_an_altered_audit_entry_is_found_though_every_checksum_was_written_anew(made, tmp_path):
    members = verifier.read_zip(made.business.data)
    entries = json.loads(members[verifier.AUDIT])
    assert len(entries) > 2
    for change in ("actor", "prev_hash", "change"):
        forged = [dict(entry) for entry in entries]
        forged[1][change] = "0" * 64
        data = remade({**members, verifier.AUDIT: json.dumps(forged).encode()})
        (tmp_path / "b.zip").write_bytes(data)
        with pytest.raises(verifier.Altered, match=f"[Ee]ntry {entries[1]['seq']}"):
            verifier.check(tmp_path / "b.zip")
    swapped = json.dumps([entries[1], entries[0], *entries[2:]]).encode()
    (tmp_path / "b.zip").write_bytes(remade({**members, verifier.AUDIT: swapped}))
    with pytest.raises(verifier.Altered, match="does not come after"):
        verifier.check(tmp_path / "b.zip")


def test_a_bundle_made_anew_is_told_from_the_one_whose_digest_was_noted(made, tmp_path):
    members = verifier.read_zip(made.business.data)
    forged = remade({**members, "README.txt": b"another"})
    assert verdict(tmp_path, forged).returncode == 0
    done = verdict(tmp_path, forged, "--sha256", made.business.sha256)
    assert done.returncode == 1
    assert "not the one that was noted" in done.stdout


def test_the_unpacked_folder_is_checked_too(made, tmp_path):
    with zipfile.ZipFile(io.BytesIO(made.business.data)) as archive:
        archive.extractall(tmp_path)
    assert "Whole" in verifier.check(tmp_path)
    (tmp_path / "results" / "verdicts.parquet").write_bytes(b"none")
    with pytest.raises(verifier.Altered, match=r"verdicts\.parquet was altered"):
        verifier.check(tmp_path)
