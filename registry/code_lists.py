"""Closed lists that fields are checked against, and what registered categories compare with.

The published FMAR lists are kept in ``data/codes.csv``; market participant roles in
``data/roles.csv``. Markets are an open list: the setting ``extra_markets`` adds to it.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Final

MARKETS: Final = ("DSO_LOCAL", "NESO_ANCILLARY", "NESO_BM", "WHOLESALE", "CAPACITY_MARKET")
PRIMACY_TYPES: Final = ("NONE", "DSO", "NESO", "JOINT")
ENGINE_CLASSES: Final = ("EV_CHARGER", "HEAT_PUMP", "BESS", "SOLAR_PV", "FLEXIBLE_DEMAND")
ORGANISATION_ROLES: Final = (
    "FSP",
    "Aggregator",
    "Asset Owner",
    "Supplier",
    "DNO",
    "TO",
    "IDNO",
    "Technology Provider/OEM",
    "Market Facilitator",
    "Regulator",
    "Other",
)
ORGANISATION_STATUSES: Final = ("Active", "Suspended", "Withdrawn", "Pending Approval", "Inactive")
FLEXIBILITY_MPID_ROLES: Final = ("7", "X", "E")
"""Roles that can hold dispatch rights, best first, where one MPID names several companies."""

_SHED: Final = ("HVAC", "REFRIGERATION", "INDUSTRIAL_LOAD", "ELECTRIC_BOILER", "FLEXIBLE_DEMAND")


@cache
def codes(catalogue: str) -> dict[str, str]:
    """Label of each active code of a published FMAR list, such as ``AssetCategory``."""
    return {
        row["code"]: row["label"]
        for row in _rows("codes.csv")
        if row["catalogue"] == catalogue and row["active"] == "True"
    }


@cache
def mpid_roles() -> dict[str, str]:
    """Label of each market participant role code."""
    return {row["role"]: row["label"] for row in _rows("roles.csv")}


@cache
def asset_classes() -> tuple[str, ...]:
    """Every category an asset can be registered under: the published list and FLEXIBLE_DEMAND."""
    return (*codes("AssetCategory"), "FLEXIBLE_DEMAND")


def compared_with(asset_class: str) -> str | None:
    """Engine class that a registered category is compared with; None if not observable here."""
    if asset_class in _SHED:
        return "FLEXIBLE_DEMAND"
    return asset_class if asset_class in ENGINE_CLASSES else None


def _rows(name: str) -> list[dict[str, str]]:
    source = files("registry").joinpath(f"data/{name}").read_text("utf-8")
    return list(csv.DictReader(source.splitlines()))
