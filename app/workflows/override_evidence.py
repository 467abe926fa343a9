"""What the meter shows of each overridden asset when it was dispatched, from committed verdicts.

An event's delivered power is the share of the claim that the boundary bears out times what was
claimed. What an event asked for is what was requested, else what was claimed. Left out, since the
boundary cannot say what this asset did: events without a usable boundary, too small to decide,
masked by another load, and those that fell short while another party was dispatched as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from app.workflows.standing import COMPARED_AS
from app.workspace import Workspace
from characterise.divergence import ACTIVATIONS, DivergenceSettings
from registry import asset_meters, assets, events, settings

TESTED: Final = ("consistent", "unsupported")
_CLAIM: Final = ("event_id", "mpan", "amsid", "fsp_id")
_SPOKEN: Final = ("high", "medium")
_DOWN: Final = {
    "EV_CHARGER": "rated_import_kw",
    "HEAT_PUMP": "rated_import_kw",
    "BESS": "rated_export_kw",
    "FLEXIBLE_DEMAND": "rated_export_kw",
}
"""Parameter that a turn-down bears on; ``rated_export_kw`` of flexible demand is load let go."""
_UP: Final = {
    "EV_CHARGER": "rated_import_kw",
    "HEAT_PUMP": "rated_import_kw",
    "BESS": "rated_import_kw",
    "FLEXIBLE_DEMAND": "rated_import_kw",
    "SOLAR_PV": "rated_export_kw",
}
"""Parameter that a turn-up bears on; that of solar is export cut off."""


def divergence_settings(workspace: Workspace) -> DivergenceSettings:
    """When a divergence matters, by the workspace's ledger."""
    with workspace.ledger.read() as db:
        share, n, weeks = (
            settings.value(db, f"override_divergence_{name}")
            for name in ("share", "events", "weeks")
        )
    return DivergenceSettings(share=share, events=max(1, n), weeks=weeks)


def activations(workspace: Workspace, held: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Dispatch events and ordinary running of the asset of each override.

    Parameters
    ----------
    held
        Rows of the ledger's ``override``.

    Returns
    -------
    pl.DataFrame
        `characterise.divergence.ACTIVATIONS`.
    """
    mpans = sorted({row["mpan"] for row in held})
    only = mpans[0] if len(mpans) == 1 else None
    claims = _claims(workspace, mpans, only)
    capability = workspace.results("capability", mpan=only)
    classes, same, several = _asset_meters(workspace)
    rows: list[dict[str, Any]] = []
    for override in held:
        mine = [
            claim
            for claim in claims.get(override["mpan"], ())
            if _is_of(claim, override, classes, same)
        ]
        rows += _dispatched(override, mine)
        if (override["mpan"], override["asset_class"]) not in several:
            rows += _ordinary(override, capability)
    return pl.DataFrame(rows, schema=ACTIVATIONS)


def _claims(
    workspace: Workspace, mpans: Sequence[str], only: str | None
) -> dict[str, list[dict[str, Any]]]:
    """Claims that the boundary could test, by meter point, with their times and what was asked."""
    declared = workspace.declared().filter(pl.col("mpan").is_in(list(mpans)))
    parties = pl.struct("amsid", "fsp_id").n_unique().over("mpan", "ts_utc")
    span = (
        declared.with_columns((parties > 1).alias("shared"))
        .group_by(_CLAIM)
        .agg(
            pl.col("ts_utc").min().alias("start_utc"),
            (pl.len() / 2).alias("hours"),
            pl.col("shared").any(),
        )
    )
    with workspace.ledger.read() as db:
        requested = {
            row["event_id"]: row["requested_kw"]
            for row in events.current(db)
            if row["mpan"] in mpans
        }
    verdicts = workspace.results("verdicts", mpan=only)
    tested = (
        verdicts.filter(pl.col("mpan").is_in(list(mpans)), pl.col("verdict").is_in(TESTED))
        .join(span, on=_CLAIM, how="inner", nulls_equal=True)
        .filter(~(pl.col("shared") & (pl.col("verdict") == "unsupported")))
        .sort("start_utc", *_CLAIM)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in tested.iter_rows(named=True):
        row["requested_kw"] = requested.get(row["event_id"])
        found.setdefault(row["mpan"], []).append(row)
    return found


def _asset_meters(
    workspace: Workspace,
) -> tuple[dict[str, str | None], dict[str, str], set[tuple[str, str]]]:
    """Class and import AMSID of each AMSID, and where several of one class stand."""
    with workspace.ledger.read() as db:
        category = {row["asset_id"]: row["asset_class"] for row in assets.current(db)}
        meters = asset_meters.current(db)
    classes: dict[str, str | None] = {}
    same: dict[str, str] = {}
    count: dict[tuple[str, str], int] = {}
    for row in meters:
        own = COMPARED_AS.get(category.get(row["asset_id"], ""))
        classes[row["import_amsid"]] = own
        for side in ("import_amsid", "export_amsid"):
            if row[side]:
                same[row[side]] = row["import_amsid"]
        place = (row["import_mpan"] or row["export_mpan"], own or "")
        count[place] = count.get(place, 0) + 1
    return classes, same, {place for place, n in count.items() if n > 1}


def _is_of(
    claim: Mapping[str, Any],
    override: Mapping[str, Any],
    classes: Mapping[str, str | None],
    same: Mapping[str, str],
) -> bool:
    """Whether a claim is for the asset that the override speaks of, by its own provider."""
    if claim["fsp_id"] != override["fsp"]:
        return False
    down = (claim["declared_kwh"] or 0.0) > 0
    bears_on = (_DOWN if down else _UP).get(override["asset_class"])
    if bears_on != override["parameter"]:
        return False
    amsid = same.get(claim["amsid"] or "", claim["amsid"])
    if override["amsid"] is not None:
        return bool(amsid == override["amsid"])
    return amsid is None or classes.get(amsid) in (None, override["asset_class"])


def _dispatched(
    override: Mapping[str, Any], mine: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One row an event; the claims of a whole site for one event count together."""
    by_event: dict[str, list[Mapping[str, Any]]] = {}
    for claim in mine:
        by_event.setdefault(claim["event_id"], []).append(claim)
    rows = []
    for group in by_event.values():
        claimed = [abs(claim["declared_kwh"]) / claim["hours"] for claim in group]
        requested = group[0]["requested_kw"]
        middle, low, high = (
            sum(
                kw * claim[f"delivered_fraction_{q}"]
                for kw, claim in zip(claimed, group, strict=True)
            )
            for q in ("p50", "p05", "p95")
        )
        rows.append(
            {
                "override_id": override["override_id"],
                "start_utc": min(claim["start_utc"] for claim in group),
                "dispatched": True,
                "asked": abs(requested) if requested is not None else sum(claimed),
                "observed": max(0.0, middle),
                "lower": low,
                "upper": high,
            }
        )
    return rows


def _ordinary(override: Mapping[str, Any], capability: pl.DataFrame) -> list[dict[str, Any]]:
    """The most that the meter shows of the asset in its ordinary running, over the last year."""
    most = capability.filter(
        pl.col("mpan") == override["mpan"],
        pl.col("asset_class") == override["asset_class"],
        pl.col("parameter") == override["parameter"],
        pl.col("statistic") == "max",
        pl.col("tier").is_in(_SPOKEN),
    )
    return [
        {
            "override_id": override["override_id"],
            "start_utc": None,
            "dispatched": False,
            "asked": None,
            "observed": row["value"],
            "lower": row["lower"],
            "upper": row["upper"],
        }
        for row in most.iter_rows(named=True)
    ]
