"""One key a meter point: what a home's half-hours are encrypted with where they leave the stores.

A key is made on first use and kept in the workspace, apart from the ledger: whoever destroys it
erases every bundle that was ever made of the home, wherever the copies are.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Final

from app.workspace import Workspace
from app.workspace_errors import WorkspaceError
from registry import audit

KEY_BYTES: Final = 64
"""AES-SIV with two keys of 256 bits."""
CIPHER: Final = "AES-SIV (RFC 5297), 512-bit key"
ENTITY: Final = "subject_key"


class KeyDestroyed(WorkspaceError):
    """The half-hours of this meter point were erased: its key is gone."""


def key_of(workspace: Workspace, mpan: str, *, actor: str, reason: str) -> bytes:
    """Key of a meter point (64 bytes), made and recorded on first use."""
    held = held_key(workspace, mpan)
    if held is not None:
        return held
    path = _path(workspace, mpan)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        if not path.exists():  # writers queue for the ledger: nobody else makes it meanwhile
            _write_private(path.with_suffix(".part"), secrets.token_bytes(KEY_BYTES))
            path.with_suffix(".part").replace(path)
            tx.audit("make", ENTITY, path.stem, None, {"cipher": CIPHER})
    return path.read_bytes()


def held_key(workspace: Workspace, mpan: str) -> bytes | None:
    """Key of a meter point where there is one."""
    path = _path(workspace, mpan)
    return path.read_bytes() if path.is_file() else None


def hand_out(workspace: Workspace, mpan: str, path: Path, *, actor: str, reason: str) -> None:
    """Write a meter point's key to a file that only its owner may read; noted in the access log.

    Raises
    ------
    KeyDestroyed
        There is no key: nothing was ever encrypted, or it was destroyed.
    """
    key = held_key(workspace, mpan)
    if key is None:
        raise KeyDestroyed(
            f"there is no key for the meter point ending {mpan[-4:]}:"
            " its half-hours were erased, or never put into a bundle."
        )
    audit.accessed(workspace.ledger, actor, reason, {"key_of": mpan, "to": path.name})
    text = json.dumps({"cipher": CIPHER, "meter_point": mpan, "key": key.hex()}) + "\n"
    _write_private(path, text.encode())


def destroy(workspace: Workspace, mpan: str, *, actor: str, reason: str) -> bool:
    """Destroy a meter point's key; whether there was one. What it encrypted opens no more."""
    path = _path(workspace, mpan)
    if not path.is_file():
        return False
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        path.write_bytes(secrets.token_bytes(KEY_BYTES))
        path.unlink()
        tx.audit("destroy", ENTITY, path.stem, None, {})
    return True


def _path(workspace: Workspace, mpan: str) -> Path:
    return workspace.root / "keys" / f"{hashlib.sha256(mpan.encode()).hexdigest()}.key"


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
