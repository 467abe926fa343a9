"""Where the register and the results stand: one joined picture that workflows compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlite_utils import Database

from app.workspace import Workspace
from registry import agreements, assets, commits

COMPARED_AS: Final = {
    "EV_CHARGER": "EV_CHARGER",
    "HEAT_PUMP": "HEAT_PUMP",
    "BESS": "BESS",
    "SOLAR_PV": "SOLAR_PV",
    "FLEXIBLE_DEMAND": "FLEXIBLE_DEMAND",
    "HVAC": "FLEXIBLE_DEMAND",
    "REFRIGERATION": "FLEXIBLE_DEMAND",
    "INDUSTRIAL_LOAD": "FLEXIBLE_DEMAND",
    "ELECTRIC_BOILER": "FLEXIBLE_DEMAND",
}
"""Observable class of each registered category; the others are not observable from half-hours."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Detections with their size, beside what is registered at each meter point."""

    detections: pl.DataFrame
    """`frames.DETECTIONS` and ``kw``, the median rated power where known."""
    registered: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
    """Registered assets by (mpan, observable class)."""
    declared: frozenset[str]
    """Meter points that an agreement or a registered asset names."""
    non_domestic: frozenset[str]
    legal_basis: str

    def may_name(self, mpan: str) -> bool:
        """Whether a finding may name this meter point.

        Under ``consent_only`` an undeclared home, and a place that nobody knows, appears only
        inside suppressed aggregates.
        """
        if self.legal_basis == "public_task":
            return True
        return mpan in self.declared or mpan in self.non_domestic


def standing(workspace: Workspace) -> Standing:
    """Read the committed results and the current register."""
    detections = workspace.results("detections")
    capability = workspace.results("capability")
    with workspace.ledger.read() as db:
        held = assets.current(db)
        named = {row["mpan"] for row in agreements.current(db)}
    registered: dict[tuple[str, str], tuple[Mapping[str, Any], ...]] = {}
    for asset in held:
        observable = COMPARED_AS.get(asset["asset_class"])
        if observable and asset["mpan"]:
            key = (asset["mpan"], observable)
            registered[key] = (*registered.get(key, ()), asset)
    meters = workspace.meters()
    businesses = meters.filter(pl.col("premises") == "non_domestic")["mpan"].to_list()
    return Standing(
        detections=detections.join(
            median_power(capability), on=["mpan", "asset_class"], how="left"
        ),
        registered=registered,
        declared=frozenset(named | {asset["mpan"] for asset in held if asset["mpan"]}),
        non_domestic=frozenset(businesses),
        legal_basis=workspace.legal_basis,
    )


def median_power(capability: pl.DataFrame) -> pl.DataFrame:
    """Median rated power in kW by meter point and class, in its stronger direction."""
    return (
        capability.filter(
            pl.col("statistic") == "p50", pl.col("parameter").str.starts_with("rated_")
        )
        .group_by("mpan", "asset_class")
        .agg(pl.col("value").max().alias("kw"))
        .sort("mpan", "asset_class")
    )


def last_run(db: Database) -> str | None:
    """Id of the newest engine run, or None; ingests and loads in between are no runs."""
    runs = [
        str(row["id"]) for row in commits.history(db) if row["kind"] in ("characterise", "verify")
    ]
    return runs[0] if runs else None
