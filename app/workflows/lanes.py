"""Where a value comes from: declared, external or observed, and which of them counts.

Declared is what a provider submitted as an override; external is what the asset register holds of
the asset (the rated power that came with its record); observed is what the meter shows, at high or
medium confidence. The effective value is that of the first lane, in the order of the setting
``lane_order``, that has one; the rule says so in a sentence.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlite_utils import Database

from app.workflows.standing import COMPARED_AS
from app.workspace import Workspace
from characterise.settlement import LONDON
from registry import asset_meters, assets, overrides, settings
from registry.errors import RecordInvalid

LANES: Final = ("declared", "external", "observed")
FRAME: Final = pl.Schema(
    {
        "mpan": pl.String,
        "amsid": pl.String,
        "asset_class": pl.String,
        "parameter": pl.String,
        "statistic": pl.String,
        "declared": pl.Float64,
        "external": pl.Float64,
        "observed": pl.Float64,
        "observed_lower": pl.Float64,
        "observed_upper": pl.Float64,
        "effective": pl.Float64,
        "effective_lane": pl.String,
        "rule": pl.String,
        "declared_by": pl.String,
        "override_id": pl.String,
    }
)
"""Values in the unit of the parameter: kW, h or kW per minute. A null lane has no value."""
_SETTING: Final = "lane_order"
_SPOKEN: Final = ("high", "medium")
_SIDES: Final = ("rated_import_kw", "rated_export_kw")
_Cell = tuple[str, str | None, str, str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the lanes with who set it and when."""

    lanes: tuple[str, ...]
    version: int
    set_by: str
    set_at: str


@dataclass(slots=True)
class _Value:
    """What each lane says of one cell."""

    lanes: dict[str, float] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    bounds: tuple[float | None, float | None] = (None, None)
    declared_by: str | None = None
    override_id: str | None = None


def today() -> dt.date:
    """Local settlement day now: the day that agreements and overrides are held against."""
    return dt.datetime.now(ZoneInfo(LONDON)).date()


def lanes(
    workspace: Workspace, mpan: str | None = None, *, day: dt.date | None = None
) -> pl.DataFrame:
    """Every value with its lanes, the effective one and the rule that chose it.

    Parameters
    ----------
    mpan
        One meter point (engine key); all where None.
    day
        The day that overrides are held against; today by default.

    Returns
    -------
    pl.DataFrame
        `FRAME`. Where several asset meters of one class stand behind a meter point, what the meter
        shows is their total: it stands in a row without AMSID and speaks for none of them alone.
    """
    capability = workspace.results("capability", mpan=mpan)
    with workspace.ledger.read() as db:
        ranked = order(db)
        submitted = overrides.standing(db, day or today(), mpan=mpan)
        behind = _asset_meters(db)
        registered = assets.current(db, mpan=mpan)
    named = _named(behind, submitted)
    cells: defaultdict[_Cell, _Value] = defaultdict(_Value)
    _observe(cells, capability, named)
    _register(cells, registered, behind, named)
    for row in sorted(submitted, key=lambda row: str(row["recorded_at"])):
        _declare(cells, row, named)
    rows = [_row(cell, cells[cell], ranked) for cell in sorted(cells, key=_sorted_as)]
    return pl.DataFrame(rows, schema=FRAME)


def order(db: Database) -> Order:
    """The order of the lanes as it is set."""
    held = settings.REGISTER.get(db, _SETTING)
    return Order(
        tuple(settings.value(db, _SETTING)),
        held["version"],
        held["recorded_by"],
        held["recorded_at"],
    )


def set_order(workspace: Workspace, wanted: Sequence[str], *, actor: str, reason: str) -> Order:
    """Change the order of the lanes; author and date stand beside it.

    Raises
    ------
    RecordInvalid
        The order does not name each lane once.
    """
    if sorted(wanted) != sorted(LANES):
        raise RecordInvalid(
            f"{', '.join(wanted)!r} is no order of the lanes: name {', '.join(LANES)} once each."
        )
    with workspace.ledger.write(actor=actor, reason=reason) as tx:
        settings.change(tx, _SETTING, order(tx.db).version, list(wanted))
    with workspace.ledger.read() as db:
        return order(db)


def _asset_meters(db: Database) -> dict[str, tuple[str, str, str | None]]:
    """Meter point, asset and observable class of each import AMSID behind a boundary."""
    category = {row["asset_id"]: row["asset_class"] for row in assets.current(db)}
    return {
        row["import_amsid"]: (
            row["import_mpan"] or row["export_mpan"],
            row["asset_id"],
            COMPARED_AS.get(category.get(row["asset_id"], "")),
        )
        for row in asset_meters.current(db)
    }


def _named(
    behind: Mapping[str, tuple[str, str, str | None]], submitted: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], set[str]]:
    """AMSIDs of each class at each meter point, by the register and by what was submitted."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for amsid, (mpan, _, asset_class) in behind.items():
        if asset_class:
            found[mpan, asset_class].add(amsid)
    for row in submitted:
        if row["amsid"]:
            found[row["mpan"], row["asset_class"]].add(row["amsid"])
    return dict(found)


def _sole(named: Mapping[tuple[str, str], set[str]], mpan: str, asset_class: str) -> str | None:
    """The one asset meter of the class at the site; None where there are none or several."""
    held = named.get((mpan, asset_class), set())
    return next(iter(held)) if len(held) == 1 else None


def _observe(
    cells: defaultdict[_Cell, _Value],
    capability: pl.DataFrame,
    named: Mapping[tuple[str, str], set[str]],
) -> None:
    spoken = capability.filter(pl.col("tier").is_in(_SPOKEN), pl.col("value").is_not_nan())
    for row in spoken.iter_rows(named=True):
        mpan, asset_class = row["mpan"], row["asset_class"]
        amsid = _sole(named, mpan, asset_class)
        value = cells[mpan, amsid, asset_class, row["parameter"], row["statistic"]]
        value.lanes["observed"] = row["value"]
        value.bounds = (row["lower"], row["upper"])
        total = len(named.get((mpan, asset_class), ())) > 1
        whose = "in total, of several asset meters of the class, " if total else ""
        value.why["observed"] = (
            f"the meter shows it {whose}in {row['n_episodes']} runs, at {row['tier']} confidence"
        )


def _register(
    cells: defaultdict[_Cell, _Value],
    registered: Sequence[Mapping[str, Any]],
    behind: Mapping[str, tuple[str, str, str | None]],
    named: Mapping[tuple[str, str], set[str]],
) -> None:
    amsid_of = {asset: amsid for amsid, (_, asset, _) in behind.items() if asset}
    by_class: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for asset in registered:
        observable = COMPARED_AS.get(asset["asset_class"])
        if observable and asset["mpan"]:
            by_class[asset["mpan"], observable].append(asset)
    for (mpan, asset_class), group in by_class.items():
        for side in _SIDES:
            if len(group) > 1:
                for asset in group:
                    _enter(cells, (mpan, amsid_of.get(asset["asset_id"]), asset_class), side, asset)
            known = [asset[side] for asset in group if asset[side] is not None]
            if len(known) == len(group):
                amsid = _sole(named, mpan, asset_class)
                value = cells[mpan, amsid, asset_class, side, "max"]
                value.lanes["external"] = sum(known)
                names = ", ".join(str(asset["name"]) for asset in group)
                value.why["external"] = f"the asset register holds it for {names}"


def _enter(
    cells: defaultdict[_Cell, _Value],
    key: tuple[str, str | None, str],
    side: str,
    asset: Mapping[str, Any],
) -> None:
    if key[1] is not None and asset[side] is not None:
        value = cells[*key, side, "max"]
        value.lanes["external"] = asset[side]
        value.why["external"] = f"the asset register holds it for {asset['name']}"


def _declare(
    cells: defaultdict[_Cell, _Value],
    row: Mapping[str, Any],
    named: Mapping[tuple[str, str], set[str]],
) -> None:
    """Enter an override; where two providers speak of one asset, the later one stands."""
    amsid = row["amsid"] or _sole(named, row["mpan"], row["asset_class"])
    value = cells[row["mpan"], amsid, row["asset_class"], row["parameter"], row["statistic"]]
    earlier = (
        f"; {value.declared_by} had said {value.lanes['declared']:g}"
        if value.lanes.get("declared") is not None and value.declared_by != row["fsp"]
        else ""
    )
    value.lanes["declared"] = row["value"]
    value.declared_by, value.override_id = row["fsp"], row["override_id"]
    value.why["declared"] = (
        f"{row['fsp']} declared {row['given']} on {row['submitted_on']}, which holds until "
        f"{row['expires_on']}{earlier}"
    )


def _row(cell: _Cell, value: _Value, ranked: Order) -> dict[str, Any]:
    chosen = next((lane for lane in ranked.lanes if lane in value.lanes), None)
    after = [lane for lane in ranked.lanes if lane in value.lanes and lane != chosen]
    names = ("mpan", "amsid", "asset_class", "parameter", "statistic")
    return {
        **dict(zip(names, cell, strict=True)),
        **{lane: value.lanes.get(lane) for lane in LANES},
        "observed_lower": value.bounds[0],
        "observed_upper": value.bounds[1],
        "effective": value.lanes.get(chosen or ""),
        "effective_lane": chosen,
        "rule": _rule(chosen, after, value, ranked) if chosen else "No lane has a value.",
        "declared_by": value.declared_by,
        "override_id": value.override_id,
    }


def _rule(chosen: str, after: Sequence[str], value: _Value, ranked: Order) -> str:
    """Sentence on why this lane counts."""
    if not after:
        return f"{chosen.capitalize()}: {value.why[chosen]}; no other lane has a value."
    return (
        f"{chosen.capitalize()}: {value.why[chosen]}; {chosen} comes before {' and '.join(after)} "
        f"in the order that {ranked.set_by} set on {ranked.set_at[:10]}."
    )


def _sorted_as(cell: _Cell) -> tuple[str, ...]:
    statistic = overrides.STATISTICS.index(cell[4])
    return (cell[0], cell[2], cell[1] or "", cell[3], str(statistic))
