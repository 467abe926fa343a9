"""One event drawn from frozen inputs: the same picture as the page's, at the bundle's moment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl

from app.workflows.bundle.inputs import Inputs
from app.workflows.claims import DeliveryEvidence, assets_around, series_around
from characterise.frames import CUMULATIVE, VERDICTS

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
        series=series_around(load, start, end),  # type: ignore[arg-type]
        assets=assets_around(inputs.frames.get("asset_reads"), claimed, start, end),  # type: ignore[arg-type]
        cumulative=cumulative.filter(pl.col("fsp_id").is_in(parties)),
    )
