"""One dispatch event with what was declared, what was expected and what the boundary shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from app.workspace import Workspace
from characterise.frames import ASSET_READS, VERDICT_ORDER
from registry import events as dispatch_events

if TYPE_CHECKING:
    from characterise.baselines import Expected
    from characterise.meter_cube import MeterCube

MARGIN: Final = dt.timedelta(hours=12)
"""How much of the day before and after an event is shown."""

_SERIES: dict[str, Any] = {
    "ts_utc": pl.Datetime("us", "UTC"),
    "expected_kw": pl.Float32,
    "lower_kw": pl.Float32,
    "upper_kw": pl.Float32,
    "boundary_kw": pl.Float32,
    "in_event": pl.Boolean,
}
SERIES: Final = pl.Schema(_SERIES)
"""Net import in kW around an event, expected with its 90 % interval and as metered."""


class EventUnknown(LookupError):
    """No dispatch event goes by this id."""


@dataclass(frozen=True, slots=True)
class DeliveryEvidence:
    """One event, as both sides see it."""

    event: dict[str, Any]
    """event_id, mpan, fsp_ids, event_ids (its own first), start_utc, end_utc, market, declared_kwh:
    the parties and the energy of all claims in these half-hours."""
    verdicts: pl.DataFrame
    """`frames.VERDICTS` rows: the event's own first, then those in the same half-hours."""
    series: pl.DataFrame
    """ts_utc, expected_kw, lower_kw, upper_kw, boundary_kw, in_event; net import in kW."""
    assets: pl.DataFrame
    """ts_utc, amsid, fsp_id, declared_kw, asset_kw; declared turn-down positive."""
    cumulative: pl.DataFrame
    """`frames.CUMULATIVE` rows of the agreements in the event."""


def events(workspace: Workspace) -> pl.DataFrame:
    """Every event with its worst verdict: what is unsupported first, then by kWh at stake.

    Columns: event_id, mpan, fsp_ids, start_utc, end_utc, declared_kwh, missing_kwh, verdict,
    p_value, min_detectable_kwh, probability_under_delivery, amsids.

    Notes
    -----
    ``missing_kwh`` is all that was declared behind the meter point in the event's half-hours less
    what the boundary fell against its expected load; null where it was not read. At stake is what
    is missing, or what was declared where that is unknown. The probability is that of the party
    with the highest, over all its events.
    """
    verdicts = workspace.results("verdicts")
    order = {name: place for place, name in enumerate(_GRAVITY)}
    record = workspace.results("cumulative").select(*_PARTY, "probability_under_delivery")
    worst = (
        verdicts.with_columns(
            pl.col("verdict").replace_strict(order, return_dtype=pl.Int64).alias("place")
        )
        .join(record, on=_PARTY, how="left", nulls_equal=True)
        .sort("place")
        .group_by("event_id", maintain_order=True)
        .agg(
            pl.col("mpan").first(),
            pl.col("fsp_id").unique().sort().str.join(", ").alias("fsp_ids"),
            pl.col("amsid").drop_nulls().unique().sort().str.join(", ").alias("amsids"),
            pl.col("declared_kwh").sum(),
            pl.col("verdict").first(),
            pl.col("p_value").first(),
            pl.col("place").first(),
            pl.col("min_detectable_kwh").max(),
            pl.col("probability_under_delivery").max(),
            # Claims of one event share its half-hours, and the boundary of them.
            (pl.col("expected_kwh") - pl.col("boundary_kwh")).first().alias("fallen_kwh"),
        )
    )
    declared = workspace.declared()
    behind = declared.group_by("mpan", "ts_utc").agg(pl.col("declared_kwh").sum().alias("all_kwh"))
    span = (
        declared.select("event_id", "mpan", "ts_utc")
        .unique()
        .join(behind, on=["mpan", "ts_utc"])
        .group_by("event_id")
        .agg(
            pl.col("ts_utc").min().alias("start_utc"),
            (pl.col("ts_utc").max() + pl.duration(minutes=30)).alias("end_utc"),
            pl.col("all_kwh").sum(),
        )
    )
    missing = pl.col("all_kwh") - pl.col("fallen_kwh")
    listed: pl.DataFrame = (
        worst.join(span, on="event_id", how="left")
        .with_columns(missing.cast(pl.Float32).alias("missing_kwh"))
        .with_columns(pl.coalesce("missing_kwh", "declared_kwh").alias("stake"))
        .sort("place", "stake", "event_id", descending=[False, True, False])
        .select(
            "event_id",
            "mpan",
            "fsp_ids",
            "start_utc",
            "end_utc",
            "declared_kwh",
            "missing_kwh",
            "verdict",
            "p_value",
            "min_detectable_kwh",
            "probability_under_delivery",
            "amsids",
        )
    )
    return listed


_PARTY: Final = ("mpan", "amsid", "fsp_id")
_GRAVITY: Final = ("unsupported", *(name for name in VERDICT_ORDER if name != "unsupported"))


def delivery(workspace: Workspace, event_id: str) -> DeliveryEvidence:
    """Gather one event's evidence, with every other claim behind the meter in the same half-hours.

    Raises
    ------
    EventUnknown
        Nothing was declared for this event.
    """
    from app.workflows.deliveries import asset_reads, expected_load

    declared = workspace.declared()
    mine = declared.filter(pl.col("event_id") == event_id)
    if mine.is_empty():
        raise EventUnknown(f"nothing was declared for an event called {event_id!r}.")
    mpan = mine["mpan"][0]
    start, end = _span(mine)
    here = declared.filter(pl.col("mpan") == mpan)
    sharing = here.filter(pl.col("ts_utc").is_between(start, end, closed="left"))
    together = [event_id, *sorted(set(sharing["event_id"]) - {event_id})]
    claimed = here.filter(pl.col("event_id").is_in(together))
    with workspace.ledger.read() as db:
        known = [row for row in dispatch_events.current(db) if row["event_id"] == event_id]
    verdicts = workspace.results("verdicts", mpan=mpan)
    order = pl.col("event_id").replace_strict(
        {name: place for place, name in enumerate(together)}, return_dtype=pl.Int64
    )
    parties = claimed["fsp_id"].unique()
    cumulative = workspace.results("cumulative", mpan=mpan)
    return DeliveryEvidence(
        event={
            "event_id": event_id,
            "mpan": mpan,
            "fsp_ids": sorted(parties),
            "event_ids": together,
            "start_utc": start,
            "end_utc": end,
            "market": known[0]["market"] if known else None,
            "declared_kwh": float(claimed["declared_kwh"].sum()),
        },
        verdicts=verdicts.filter(pl.col("event_id").is_in(together)).sort(order, "amsid"),
        series=series_around(expected_load(workspace, mpan, here), start, end),
        assets=assets_around(asset_reads(workspace, claimed), claimed, start, end),
        cumulative=cumulative.filter(pl.col("fsp_id").is_in(parties.implode())),
    )


def _span(declared: pl.DataFrame) -> tuple[dt.datetime, dt.datetime]:
    start, last = declared.select(
        pl.col("ts_utc").min().alias("start"), pl.col("ts_utc").max().alias("last")
    ).row(0)
    return start, last + dt.timedelta(minutes=30)


def series_around(
    load: tuple[MeterCube, Expected] | None, start: dt.datetime, end: dt.datetime
) -> pl.DataFrame:
    """Expected band and boundary around the event; the load is of its one meter point."""
    if load is None:
        return pl.DataFrame(schema=SERIES)
    cube, expected = load
    frame = pl.DataFrame(
        {
            "ts_utc": cube.slot_times().reshape(-1),
            "expected_kw": expected.expected_kw[0].reshape(-1),
            "lower_kw": expected.lower[0].reshape(-1),
            "upper_kw": expected.upper[0].reshape(-1),
            "boundary_kw": cube.net_kw[0].reshape(-1).astype(np.float32),
        }
    ).with_columns(pl.col("ts_utc").dt.replace_time_zone("UTC"))
    near = frame.filter(pl.col("ts_utc").is_between(start - MARGIN, end + MARGIN, closed="left"))
    inside = pl.col("ts_utc").is_between(start, end, closed="left")
    return near.with_columns(inside.alias("in_event")).fill_nan(None).select(*SERIES)


def assets_around(
    reads: pl.DataFrame | None, claimed: pl.DataFrame, start: dt.datetime, end: dt.datetime
) -> pl.DataFrame:
    """Declared power beside the asset meter's own, for every asset that was claimed for."""
    declared = claimed.select(
        "ts_utc", "amsid", "fsp_id", (2 * pl.col("declared_kwh")).alias("declared_kw")
    )
    held = ASSET_READS.to_frame() if reads is None else reads
    near = pl.col("ts_utc").is_between(start - MARGIN, end + MARGIN, closed="left")
    net = 2 * (pl.col("import_kwh") - pl.col("export_kwh"))
    metered = held.filter(near).select("ts_utc", "amsid", net.cast(pl.Float32).alias("asset_kw"))
    beside: pl.DataFrame = (
        metered.join(declared.select("amsid", "fsp_id").unique(), on="amsid")
        .join(declared, on=["ts_utc", "amsid", "fsp_id"], how="full", coalesce=True)
        .select("ts_utc", "amsid", "fsp_id", "declared_kw", "asset_kw")
        .sort("amsid", "fsp_id", "ts_utc")
    )
    return beside
