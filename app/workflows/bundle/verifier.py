"""Checks an evidence bundle of the FMAR workbench; needs Python 3.8 or later and nothing else.

    python3 -I verify.py BUNDLE.zip [--sha256 DIGEST]

Says in one sentence what is wrong, or that nothing is. Exit status 0 whole, 1 not. BUNDLE may also
be the folder that the archive was unpacked into; then the bytes of the archive itself are not seen.
``--sha256`` compares the archive with a digest noted elsewhere (the dispute record, the other
side's copy): without it, a bundle whose every checksum was written anew looks whole.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

MANIFEST = "MANIFEST.json"
AUDIT = "audit/entries.json"
AUDIT_FIELDS = (
    "seq",
    "at",
    "actor",
    "reason",
    "action",
    "entity",
    "entity_id",
    "version",
    "change",
)
DATE = (1 << 5) | 1
"""1 January 1980, the first day that a zip knows."""
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)


class Altered(Exception):
    """The bundle is not what was frozen; the message is one sentence."""


def canonical(value: Any) -> str:
    """JSON text of a value: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def sha256(data: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def manifest_of(members: dict[str, bytes], about: dict[str, Any]) -> bytes:
    """MANIFEST.json: each member's name, size and SHA-256, and the digest of all of it."""
    listed = [
        {"name": name, "bytes": len(members[name]), "sha256": sha256(members[name])}
        for name in sorted(members)
    ]
    body = {**about, "members": listed}
    return _written({**body, "digest": sha256(canonical(body).encode())})


def zipped(members: dict[str, bytes]) -> bytes:
    """The one archive that these members make: sorted, stored, undated.

    Nothing in it is left to the program that writes it, so a single changed byte shows, also one
    between the members.
    """
    body, index = bytearray(), bytearray()
    for name in sorted(members):
        data, raw = members[name], name.encode("ascii")
        crc = zlib.crc32(data)
        common = struct.pack("<5H3I2H", 20, 0, 0, 0, DATE, crc, len(data), len(data), len(raw), 0)
        index += b"PK\x01\x02" + struct.pack("<H", 3 << 8 | 20) + common
        index += struct.pack("<3H2I", 0, 0, 0, 0o100644 << 16, len(body)) + raw
        body += b"PK\x03\x04" + common + raw + data
    end = struct.pack("<4H2IH", 0, 0, len(members), len(members), len(index), len(body), 0)
    return bytes(body + index + b"PK\x05\x06" + end)


def read_zip(data: bytes) -> dict[str, bytes]:
    """Members of an archive made by `zipped`.

    Raises
    ------
    Altered
        It cannot be read; the sentence names the member where one is to blame.
    """
    import io

    members = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            for name in names:
                try:
                    members[name] = archive.read(name)
                except UNREADABLE:
                    raise Altered(f"{name} is not what was put into the bundle.") from None
    except UNREADABLE as error:
        raise Altered(f"The file is no readable bundle any more ({error}).") from None
    if len(members) < len(names):
        raise Altered("The bundle holds two members of one name.")
    return members


def check_members(members: dict[str, bytes]) -> dict[str, Any]:
    """Hold every member against the manifest, and the manifest against its own digest."""
    if MANIFEST not in members:
        raise Altered("MANIFEST.json is missing.")
    try:
        manifest = json.loads(members[MANIFEST].decode())
        digest = manifest.pop("digest")
        listed = {item["name"]: item for item in manifest["members"]}
        whole = _written({**manifest, "digest": sha256(canonical(manifest).encode())})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Altered("MANIFEST.json was altered: it is no manifest any more.") from None
    if members[MANIFEST] != whole:
        raise Altered("MANIFEST.json was altered: it does not have its own digest.")
    for name in sorted(set(listed) - set(members)):
        raise Altered(f"{name} is missing from the bundle.")
    for name in sorted(set(members) - set(listed) - {MANIFEST}):
        raise Altered(f"{name} was added: the manifest does not know it.")
    for name in sorted(listed):
        if sha256(members[name]) != listed[name]["sha256"]:
            raise Altered(f"{name} was altered: it does not have the SHA-256 of the manifest.")
    return {**manifest, "digest": digest}


def check_audit(data: bytes) -> int:
    """Check each audit entry's hash and its place after the one before; how many comes back."""
    try:
        entries = json.loads(data.decode())
        last: dict[str, Any] = {"seq": 0, "hash": ""}
        for entry in entries:
            place = entry["seq"]
            if place <= last["seq"]:
                raise Altered(f"Audit entry {place} does not come after entry {last['seq']}.")
            if place == last["seq"] + 1 and entry["prev_hash"] != last["hash"]:
                raise Altered(f"Audit entry {place} does not follow the entry before it.")
            text = entry["prev_hash"] + canonical({name: entry[name] for name in AUDIT_FIELDS})
            if entry["hash"] != sha256(text.encode("utf-8", "surrogatepass")):
                raise Altered(f"Audit entry {place} was changed after it was written.")
            last = entry
    except (ValueError, KeyError, TypeError):
        raise Altered("The audit slice cannot be read.") from None
    return len(entries)


def check(path: Path, expected: str = "") -> str:
    """Check a bundle and say in one sentence that it is whole.

    Raises
    ------
    Altered
    """
    if path.is_dir():
        found = sorted(item for item in path.rglob("*") if item.is_file())
        members = {item.relative_to(path).as_posix(): item.read_bytes() for item in found}
        archive = ""
    else:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Altered(f"{path} cannot be read ({error.strerror}).") from None
        archive = sha256(data)
        if expected and archive != expected.strip().lower():
            raise Altered(f"The archive has the SHA-256 {archive}, not the one that was noted.")
        members = read_zip(data)
    manifest = check_members(members)
    if archive and zipped(members) != data:
        raise Altered("Bytes between the members of the archive were altered.")
    if AUDIT in members:
        slice_ = f"{check_audit(members[AUDIT])} audit entries hold"
    else:
        slice_ = "the audit slice is encrypted (decrypt.py checks it with the key)"
    return (
        f"Whole: {len(members)} members have their checksums, {slice_};"
        f" manifest digest {manifest['digest']}"
        + (f", archive SHA-256 {archive}." if archive else ".")
    )


def main() -> int:
    """Check what the command line names; 0 whole, 1 not."""
    parser = argparse.ArgumentParser(description="Checks an evidence bundle.")
    parser.add_argument("bundle", nargs="?", default=str(Path(__file__).resolve().parent))
    parser.add_argument("--sha256", default="", help="digest that the archive must have")
    given = parser.parse_args()
    try:
        said, status = check(Path(given.bundle), given.sha256), 0
    except Altered as error:
        said, status = f"Not whole: {error}", 1
    sys.stdout.write(said + "\n")
    return status


def _written(manifest: dict[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()


if __name__ == "__main__":
    sys.exit(main())
