"""What lies behind one event's verdicts, computed from what is loaded now; nothing is stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from app.workflows.claims import MARGIN, DeliveryEvidence
from app.workflows.deliveries import asset_reads, claimed_classes, expected_load, verify_settings
from app.workspace import Workspace

if TYPE_CHECKING:
    from characterise.delivery.every_baseline import EveryBaseline
    from characterise.delivery.explain import Explanation

_SAID: Final = ("event_id", "amsid", "fsp_id", "verdict")


@dataclass(frozen=True, slots=True)
class EventExplanation:
    """Figures behind the verdicts of one event."""

    check: Explanation
    every: EveryBaseline
    """Lines cut to the span that is drawn."""
    stale: bool
    """The stored verdicts differ from what this run finds: the check has to be run again."""


def explanation(workspace: Workspace, evidence: DeliveryEvidence) -> EventExplanation | None:
    """Compute the figures behind one event's verdicts.

    Parameters
    ----------
    evidence
        The event, as `app.workflows.claims.delivery` gives it.

    Returns
    -------
    EventExplanation or None
        None where the boundary was never read.
    """
    from characterise.delivery import attribution_of
    from characterise.delivery.every_baseline import under_every_baseline
    from characterise.delivery.explain import explain

    event = evidence.event
    declared = claimed_classes(workspace).filter(pl.col("mpan") == event["mpan"])
    load = expected_load(workspace, event["mpan"], declared)
    if load is None:
        return None
    cube, expected = load
    held = workspace.committed()
    metered = asset_reads(workspace, declared)
    if metered is not None:
        metered = metered.filter(pl.col("mpan") == event["mpan"])
        metered = metered if metered.height else None
    worked_out = (
        attribution_of(workspace.results("attribution", mpan=event["mpan"]), cube)
        if "attribution" in held
        else None
    )
    capability = workspace.results("capability", mpan=event["mpan"])
    settings = verify_settings(workspace)
    check = explain(
        cube,
        declared,
        expected,
        event["event_id"],
        capability=capability,
        attribution=worked_out,
        asset_reads=metered,
        settings=settings,
    )
    every = under_every_baseline(
        cube,
        declared,
        expected,
        check.verdicts["event_id"].unique().to_list(),
        capability=capability,
        attribution=worked_out,
        asset_reads=metered,
        settings=settings,
    )
    return EventExplanation(
        check,
        _cut(every, event["start_utc"], event["end_utc"]),
        _stale(evidence.verdicts, check.verdicts),
    )


def _cut(every: EveryBaseline, start: dt.datetime, end: dt.datetime) -> EveryBaseline:
    from characterise.delivery.every_baseline import EveryBaseline

    near = pl.col("ts_utc").is_between(start - MARGIN, end + MARGIN, closed="left")
    return EveryBaseline(every.lines.filter(near), every.figures)


def _stale(stored: pl.DataFrame, found: pl.DataFrame) -> bool:
    """Whether a claim of both has another verdict now."""
    keys = [name for name in _SAID if name != "verdict"]
    both = stored.select(_SAID).join(found.select(_SAID), on=keys, nulls_equal=True)
    return both.filter(pl.col("verdict") != pl.col("verdict_right")).height > 0
