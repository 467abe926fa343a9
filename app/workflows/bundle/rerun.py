"""The inputs folder of a bundle, as the check takes them in once more."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from characterise.delivery.settings import VerifySettings
from characterise.errors import InvalidFrame
from characterise.frames import ATTRIBUTION, CAPABILITY, check
from characterise.inputs import collect, scan

FILES: Final = ("reads", "declared", "asset_reads", "weather", "meters")
"""Frames of the contract of ``fmar verify``."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the check knew besides the frames of its contract."""

    settings: VerifySettings
    asset_classes: pl.DataFrame | None
    capability: pl.DataFrame | None
    attribution: pl.DataFrame | None

    def with_classes(self, declared: pl.DataFrame) -> pl.DataFrame:
        """`frames.DECLARED` with the class that the register gave each asset meter."""
        if self.asset_classes is None:
            return declared
        return declared.join(
            self.asset_classes,
            on="amsid",
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )


def files_of(folder: Path) -> dict[str, Path]:
    """Files of the contract that the folder holds, by frame.

    Raises
    ------
    InvalidFrame
        It is no inputs folder of a bundle.
    """
    found = {name: folder / f"{name}.parquet" for name in FILES}
    held = {name: path for name, path in found.items() if path.is_file()}
    if "reads" not in held or "declared" not in held:
        raise InvalidFrame(
            f"{folder} holds no reads.parquet and declared.parquet; give the inputs folder of a"
            " bundle, decrypted first if its members end in .siv"
        )
    return held


def known(folder: Path) -> Known:
    """Read settings, asset classes, capability and attribution; what is not there is not known.

    Raises
    ------
    InvalidFrame
        The settings are none of this program's.
    """
    path = folder / "settings.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        held = VerifySettings(**settings)
    except (ValueError, TypeError) as error:
        raise InvalidFrame(f"{path} holds no settings that this program knows ({error})") from error
    classes = _frame(folder / "asset_classes.parquet")
    capability = _frame(folder / "capability.parquet")
    attribution = _frame(folder / "attribution.parquet")
    return Known(
        settings=held,
        asset_classes=classes,
        capability=None if capability is None else check(capability, CAPABILITY, "capability"),
        attribution=None if attribution is None else check(attribution, ATTRIBUTION, "attribution"),
    )


def _frame(path: Path) -> pl.DataFrame | None:
    return collect(scan(path), path) if path.is_file() else None
