"""The folder of a run's results: whole, or as it was before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def staged(out: Path, names: Sequence[str]) -> Iterator[Path]:
    """Give a folder to write into; its files appear in ``out`` only when the block is left well.

    Parameters
    ----------
    names
        Every file that a run may write, in the order in which they appear; what an earlier run
        left in ``out`` under one of these names and this one did not write is removed.

    Notes
    -----
    Where the block raises, ``out`` is as it was, and gone if it was not there.
    """
    fresh = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(prefix=".staged-", dir=out) as folder:
            yield Path(folder)
            for name in names:
                written = Path(folder) / name
                if written.exists():
                    written.replace(out / name)
                else:
                    (out / name).unlink(missing_ok=True)
    except BaseException:
        if fresh:
            shutil.rmtree(out, ignore_errors=True)
        raise
