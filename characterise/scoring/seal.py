"""Checksums that show results were there before the truth was opened."""

from __future__ import annotations

import hashlib
from pathlib import Path

from characterise.errors import CharacteriseError
from characterise.run_inputs import described
from characterise.scoring.runs import Run


class BrokenSeal(CharacteriseError):
    """Results are not those that were sealed."""


def seal_of(run: Run) -> str | None:
    """SHA-256 of run.json, which names the checksum of every result; None without run.json."""
    path = run.folder / "run.json"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def check_outputs(run: Run) -> bool:
    """Whether run.json names checksums of its results; `BrokenSeal` where one does not agree."""
    stated = run.report.get("outputs")
    if not isinstance(stated, dict) or not stated:
        return False
    for entry in stated.values():
        path = run.folder / entry["file"]
        if not path.is_file():
            raise BrokenSeal(f"{run.folder / 'run.json'} names {path.name}, which is not there")
        if described(path)["sha256"] != entry["sha256"]:
            raise BrokenSeal(
                f"{path} is not what the run wrote: its checksum is not the one in run.json"
            )
    return True


def check_seal(run: Run, stated: str) -> None:
    """Refuse results whose run.json has another checksum than was stated before."""
    found = seal_of(run)
    word = stated.strip().lower().removeprefix("sha256:")
    if found is None or len(word) < 12 or not found.startswith(word):
        raise BrokenSeal(
            f"{run.folder} has the seal {found or 'none (no run.json)'}, not {stated}; these are "
            "not the results that were sealed"
        )
    if not check_outputs(run):
        raise BrokenSeal(
            f"{run.folder / 'run.json'} names no checksums of its results; run the engine again"
        )


def truth_checksums(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of each file of a truth folder that is there."""
    return {
        name: str(described(folder / name)["sha256"]) for name in names if (folder / name).is_file()
    }
