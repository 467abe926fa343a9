"""One event drawn from frozen inputs: the same picture as the page's, at the bundle's moment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from app.workflows.bundle.inputs import Inputs
from app.workflows.claims import MARGIN, SERIES, DeliveryEvidence
from characterise.frames import ASSET_READS, CUMULATIVE, VERDICTS

if TYPE_CHECKING:
    from characterise.baselines import Expected
    from characterise.meter_cube import MeterCube

Load = tuple["MeterCube", "Expected"]


def expected_of(inputs: Inputs) -> Load | None:
    """Boundary and expected load as the check forms them; None where nothing was read."""
    from characterise.delivery import expected_load

    reads, declared = inputs.frames.get("reads"), inputs.frames["declared"]
    if reads is None or declared.is_empty() or reads["import_kwh"].is_null().all():
        return None
    return expected_load(
        reads, declared, meters=inputs.frames["meters"], weather=inputs.frames.get("weather")
    )


def event_evidence(
    inputs: Inputs, event_id: str, load: Load | None, market: str | None
) -> DeliveryEvidence:
    """Evidence of one event, with every other claim in the same half-hours.

    Parameters
    ----------
    load
        What `expected_of` gives, computed once for all events of a bundle.
    """
    declared = inputs.frames["declared"]
    mine = declared.filter(pl.col("event_id") == event_id)
    start = mine["ts_utc"].min()
    end = mine["ts_utc"].max() + dt.timedelta(minutes=30)  # type: ignore[operator]
    sharing = declared.filter(pl.col("ts_utc").is_between(start, end, closed="left"))
    together = [event_id, *sorted(set(sharing["event_id"]) - {event_id})]
    claimed = declared.filter(pl.col("event_id").is_in(together))
    order = {name: place for place, name in enumerate(together)}
    verdicts = inputs.results.get("verdicts", VERDICTS.to_frame())
    cumulative = inputs.results.get("cumulative", CUMULATIVE.to_frame())
    parties = sorted(claimed["fsp_id"].unique())
    event: dict[str, Any] = {
        "event_id": event_id,
        "mpan": mine["mpan"][0],
        "fsp_ids": parties,
        "event_ids": together,
        "start_utc": start,
        "end_utc": end,
        "market": market,
        "declared_kwh": float(claimed["declared_kwh"].sum()),
    }
    return DeliveryEvidence(
        event=event,
        verdicts=verdicts.filter(pl.col("event_id").is_in(together)).sort(
            pl.col("event_id").replace_strict(order, return_dtype=pl.Int64), "amsid"
        ),
        series=_series(load, start, end),  # type: ignore[arg-type]
        assets=_assets(inputs.frames.get("asset_reads"), claimed, start, end),  # type: ignore[arg-type]
        cumulative=cumulative.filter(pl.col("fsp_id").is_in(parties)),
    )


def _series(load: Load | None, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
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


def _assets(
    reads: pl.DataFrame | None, claimed: pl.DataFrame, start: dt.datetime, end: dt.datetime
) -> pl.DataFrame:
    declared = claimed.select(
        "ts_utc", "amsid", "fsp_id", (2 * pl.col("declared_kwh")).alias("declared_kw")
    )
    held = ASSET_READS.to_frame() if reads is None else reads
    near = pl.col("ts_utc").is_between(start - MARGIN, end + MARGIN, closed="left")
    net = 2 * (pl.col("import_kwh") - pl.col("export_kwh"))
    metered = held.filter(near).select("ts_utc", "amsid", net.cast(pl.Float32).alias("asset_kw"))
    return (
        metered.join(declared.select("amsid", "fsp_id").unique(), on="amsid")
        .join(declared, on=["ts_utc", "amsid", "fsp_id"], how="full", coalesce=True)
        .select("ts_utc", "amsid", "fsp_id", "declared_kw", "asset_kw")
        .sort("amsid", "fsp_id", "ts_utc")
    )
