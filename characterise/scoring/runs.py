"""Folders of results that are scored together: of all readings, or of the last months of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from characterise.asset_classes import ASSET_CLASSES
from characterise.errors import InvalidFrame
from characterise.frames import BASELINES, CAPABILITY, DETECTIONS, check
from characterise.inputs import collect, scan

MONTHS_FOLDER: Final = "months_"
"""Prefix of the sub-folders that hold results of cut histories."""


@dataclass(frozen=True, slots=True)
class Run:
    """What ``fmar characterise --out`` wrote, and how many months of readings it saw."""

    folder: Path
    months: int | None
    """None: all that was read."""

    @property
    def detections(self) -> pl.DataFrame:
        """`characterise.frames.DETECTIONS`, at least the columns that are scored."""
        path = self.folder / "detections.parquet"
        frame = collect(scan(path), path)
        wanted = ("mpan", "asset_class", "probability", "tier")
        dates = [name for name in ("first_seen", "last_seen") if name in frame.columns]
        schema = pl.Schema({name: DETECTIONS[name] for name in (*wanted, *dates)})
        told = check(frame, schema, str(path))
        unknown = set(told["asset_class"].unique()) - set(ASSET_CLASSES)
        if unknown:
            raise InvalidFrame(f"{path} names the classes {', '.join(sorted(map(str, unknown)))}")
        return told

    @property
    def capability(self) -> pl.DataFrame | None:
        """`characterise.frames.CAPABILITY`, where the folder has it."""
        return self._frame("capability", CAPABILITY)

    @property
    def baselines(self) -> pl.DataFrame | None:
        """`characterise.frames.BASELINES`, where the folder has it."""
        return self._frame("baselines", BASELINES)

    @property
    def attribution(self) -> Path | None:
        """Path of the half-hourly attribution, where the folder has it."""
        path = self.folder / "attribution.parquet"
        return path if path.is_file() else None

    @property
    def report(self) -> dict[str, Any]:
        """What run.json says; empty where there is none."""
        path = self.folder / "run.json"
        if not path.is_file():
            return {}
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise InvalidFrame(f"{path} is no JSON ({error}); run the engine again") from error

    @property
    def prevalence(self) -> float:
        """Share of sites that the probabilities are stated at."""
        stated = self.report.get("prevalence")
        return float(stated) if isinstance(stated, int | float) else 0.5

    def _frame(self, name: str, schema: pl.Schema) -> pl.DataFrame | None:
        path = self.folder / f"{name}.parquet"
        return check(collect(scan(path), path), schema, str(path)) if path.is_file() else None


def runs_of(results: Path) -> list[Run]:
    """The folder's own results and those of cut histories below it, longest last.

    Raises
    ------
    InvalidFrame
        There are none.
    """
    found = []
    for path in results.glob(f"{MONTHS_FOLDER}*"):
        months = path.name.removeprefix(MONTHS_FOLDER)
        if months.isdecimal() and (path / "detections.parquet").is_file():
            found.append(Run(path, int(months)))
    found.sort(key=lambda run: run.months or 0)
    if (results / "detections.parquet").is_file():
        found.append(Run(results, None))
    if not found:
        raise InvalidFrame(
            f"{results} holds no detections.parquet; name the folder of fmar characterise --out"
        )
    return found
