"""Where compiled kernels are kept: a folder named by the sources that they were compiled from.

Numba tells a stale kernel by the file it stands in, not by the files it calls into, so a changed
callee would leave its callers as they were. A folder of its own for every state of the sources
cannot be stale, and lies where the user may write even if the package does not.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

KEPT: Final = 3
"""Folders of other states of the sources that are left in place."""


def kernel_cache(package: Path, base: Path | None = None) -> Path:
    """Folder for the kernels of ``package`` as its sources are now; older ones are cleared away.

    Parameters
    ----------
    base
        Folder of all such folders; the user's cache folder by default.
    """
    digest = hashlib.sha256()
    for source in sorted(package.rglob("*.py")):
        digest.update(source.relative_to(package).as_posix().encode())
        digest.update(source.read_bytes())
    home = base or _user_cache() / "fmar"
    folder = home / f"kernels-{digest.hexdigest()[:16]}"
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(home.glob("kernels-*"), key=lambda path: path.stat().st_mtime)
        for old in [path for path in others if path != folder][:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _user_cache() -> Path:
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(named) if named else Path.home() / ".cache"
