"""Opens the encrypted members of an evidence bundle; needs Python and the package ``cryptography``.

    python3 decrypt.py BUNDLE.zip KEY.json FOLDER

KEY.json is what ``fmar export bundle ... --key-out KEY.json`` wrote. Every member ends up in
FOLDER, ``.siv`` ones decrypted. The cipher is AES-SIV (RFC 5297) with a 512-bit key and the
member's name, without ``.siv``, as its one associated text; any other program that knows the RFC
opens them too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SUFFIX = ".siv"


def decrypted(members: dict[str, bytes], key: bytes) -> dict[str, bytes]:
    """Members with the encrypted ones opened under their own names.

    Raises
    ------
    cryptography.exceptions.InvalidTag
        The key is another subject's, or the bytes were altered.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    cipher = AESSIV(key)
    opened = {}
    for name, data in members.items():
        plain = name[: -len(SUFFIX)]
        if name.endswith(SUFFIX):
            opened[plain] = cipher.decrypt(data, [plain.encode()])
        else:
            opened[name] = data
    return opened


def main() -> int:
    """Write the opened members into a folder; 0 done, 1 not."""
    import verify  # type: ignore[import-not-found]  # the verifier of the same bundle

    if len(sys.argv) != 4:
        sys.stdout.write("Usage: python3 decrypt.py BUNDLE.zip KEY.json FOLDER\n")
        return 1
    bundle, key_file, folder = map(Path, sys.argv[1:])
    try:
        key = bytes.fromhex(json.loads(key_file.read_text(encoding="utf-8"))["key"])
        verify.check(bundle)
        opened = decrypted(verify.read_zip(bundle.read_bytes()), key)
        n_entries = verify.check_audit(opened[verify.AUDIT])
    except Exception as error:
        because = str(error) or "the key is not this subject's"
        sys.stdout.write(f"Not opened: {because}\n")
        return 1
    for name, data in opened.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    sys.stdout.write(
        f"Opened {len(opened)} members into {folder}; {n_entries} audit entries hold.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
