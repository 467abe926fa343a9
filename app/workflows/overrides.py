"""Overrides of a workspace: submit, list and withdraw; what is submitted counts at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlite_utils import Database

from app.workflows.lanes import today
from app.workflows.standing import COMPARED_AS
from app.workspace import Workspace
from registry import asset_meters, assets, overrides, pairings, settings
from registry.errors import RecordInvalid, RecordUnknown
from registry.overrides import Override

TAG: Final = "declared"
"""What an overridden value is tagged with: declared by the FSP, not derived from the meter."""
LISTED: Final = pl.Schema(
    {
        "override_id": pl.String,
        "version": pl.Int64,
        "tag": pl.String,
        "state": pl.String,
        "fsp": pl.String,
        "mpan": pl.String,
        "amsid": pl.String,
        "asset_class": pl.String,
        "parameter": pl.String,
        "statistic": pl.String,
        "value": pl.Float64,
        "unit": pl.String,
        "given": pl.String,
        "because": pl.String,
        "submitted_on": pl.String,
        "expires_on": pl.String,
        "review_on": pl.String,
        "recorded_by": pl.String,
        "recorded_at": pl.String,
    }
)
"""Columns of the list; ``state`` is ``holds``, ``review due`` or ``expired``."""
_FAR_OFF: Final = 100.0
"""Times what the meter shows, from which a unit slip is likelier than a new asset."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was accepted."""

    override_id: str
    version: int
    odd: tuple[str, ...]
    """What is odd about the value without being wrong, a sentence each."""


def submit(
    workspace: Workspace,
    *,
    fsp: str,
    mpan: str,
    parameter: str,
    value: float,
    amsid: str | None = None,
    asset_class: str | None = None,
    statistic: str = "max",
    unit: str | None = None,
    expires_on: dt.date | None = None,
    review_on: dt.date | None = None,
    day: dt.date | None = None,
    actor: str,
    reason: str,
) -> Submitted:
    """Accept a provider's value for its own asset; the next read returns it, with no engine run.

    Parameters
    ----------
    mpan
        Either side of the boundary.
    amsid
        Either AMSID of the asset meter; None for everything of the class at the site.
    asset_class
        Class of the asset; what the register says where None.
    value, unit
        ``unit`` is that of the parameter where None: kW, h or kW/min.
    day
        Day of submission; today by default.

    Raises
    ------
    registry.errors.RightsMissing
        The provider has no agreement over the asset that day.
    registry.errors.RecordInvalid
        The value, its unit or a date cannot be.
    """
    on = day or today()
    kept = overrides.in_unit(parameter, value, unit)
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        held = _import_side(tx.db, mpan, on)
        meter = asset_meters.by_amsid(tx.db, amsid) if amsid else None
        expiry = expires_on or on + dt.timedelta(settings.value(tx.db, "override_days"))
        review = on + dt.timedelta(settings.value(tx.db, "override_review_days"))
        override = overrides.REGISTER.checked(
            {
                "fsp": fsp,
                "mpan": held,
                "amsid": meter["import_amsid"] if meter else amsid,
                "asset_class": asset_class or _class_of(tx.db, held, meter),
                "parameter": parameter,
                "statistic": statistic,
                "value": kept,
                "given": f"{value:g} {unit or overrides.unit_of(parameter)}",
                "because": reason,
                "submitted_on": on,
                "expires_on": expiry,
                "review_on": review_on or min(review, expiry),
            }
        )
        override_id, version = overrides.submit(tx, override)
    return Submitted(override_id, version, tuple(_oddities(workspace, override)))


def withdraw(workspace: Workspace, override_id: str, *, actor: str, reason: str) -> int:
    """Take an override back: the other lanes count again. The new version comes back."""
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        return overrides.withdraw(tx, override_id)


def listed(
    workspace: Workspace,
    *,
    mpan: str | None = None,
    fsp: str | None = None,
    day: dt.date | None = None,
    as_at: str | None = None,
) -> pl.DataFrame:
    """Overrides that were not withdrawn, `LISTED`; expired ones say so."""
    on = (day or today()).isoformat()
    with workspace.ledger.read() as db:
        held = overrides.current(db, mpan=mpan, as_at=as_at)
    rows = [
        {
            **{name: row.get(name) for name in LISTED},
            "tag": TAG,
            "state": _state(row, on),
            "unit": overrides.unit_of(row["parameter"]),
        }
        for row in held
        if fsp in (None, row["fsp"]) and row["submitted_on"] <= on
    ]
    return pl.DataFrame(rows, schema=LISTED).sort("mpan", "override_id")


def get(workspace: Workspace, override_id: str) -> dict[str, Any]:
    """The latest version of one override, withdrawn or not.

    Raises
    ------
    RecordUnknown
    """
    with workspace.ledger.read() as db:
        held = overrides.REGISTER.latest(db, override_id)
    if held is None:
        raise RecordUnknown(f"The ledger holds no override {override_id}: see fmar override list.")
    return held


def _state(row: Mapping[str, Any], on: str) -> str:
    if row["expires_on"] <= on:
        return "expired"
    return "review due" if row["review_on"] <= on else "holds"


def _import_side(db: Database, mpan: str, day: dt.date) -> str:
    """Import MPAN of the boundary that an MPAN is one side of that day."""
    for pairing in pairings.current(db):
        ends = pairing["valid_to"]
        on = day.isoformat()
        if pairing["export_mpan"] == mpan and pairing["valid_from"] <= on < (ends or "9999"):
            return str(pairing["import_mpan"])
    return mpan


def _class_of(db: Database, mpan: str, meter: Mapping[str, Any] | None) -> str:
    """Class that the register gives the asset."""
    held = assets.current(db)
    wanted = meter["asset_id"] if meter else None
    mine = [
        asset
        for asset in held
        if (asset["asset_id"] == wanted if wanted else asset["mpan"] == mpan)
    ]
    found = {COMPARED_AS.get(asset["asset_class"]) for asset in mine} - {None}
    if len(found) != 1:
        raise RecordInvalid(
            f"The register does not say what the asset at MPAN {mpan} is: give its class."
        )
    return str(found.pop())


def _oddities(workspace: Workspace, override: Override) -> list[str]:
    """Say where a value is likely a slip of the unit, or more than the connection carries."""
    odd = []
    limits = {"rated_import_kw": "import_limit_kw", "rated_export_kw": "export_limit_kw"}
    facts = workspace.meters().filter(pl.col("mpan") == override.mpan).to_dicts()
    limit = facts[0].get(limits.get(override.parameter, "")) if facts else None
    if limit is not None and override.value > limit:
        odd.append(f"{override.given} is more than the {limit:g} kW that the connection may carry.")
    seen = workspace.results("capability", mpan=override.mpan).filter(
        pl.col("asset_class") == override.asset_class,
        pl.col("parameter") == override.parameter,
        pl.col("statistic") == override.statistic,
        pl.col("value") > 0,
    )
    if seen.height and override.value > _FAR_OFF * seen["value"][0]:
        odd.append(
            f"{override.given} is {override.value / seen['value'][0]:,.0f} times what the meter "
            "shows: is the unit right?"
        )
    return odd
