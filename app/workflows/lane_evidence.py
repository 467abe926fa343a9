"""Everything about the lanes of one meter point, for whoever looks at it: reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from app.workflows import override_watch, overrides
from app.workflows.lanes import Order, lanes, order, today
from app.workflows.override_evidence import activations
from app.workspace import Workspace
from registry import flags


@dataclass(frozen=True, slots=True)
class LaneEvidence:
    """Lanes, overrides and the watch on them at one meter point."""

    lanes: pl.DataFrame
    """`app.workflows.lanes.FRAME`."""
    order: Order
    listed: pl.DataFrame
    """`app.workflows.overrides.LISTED`."""
    divergence: pl.DataFrame
    """`characterise.divergence.DIVERGENCE` of those that hold."""
    activations: pl.DataFrame
    """`characterise.divergence.ACTIVATIONS`."""
    flags: dict[str, dict[str, Any]]
    """Flag of each override that ever had one, by override id."""
    notices: pl.DataFrame
    """Who was told what and when; empty where nobody was."""


def lane_evidence(workspace: Workspace, mpan: str, *, day: dt.date | None = None) -> LaneEvidence:
    """Gather the lanes of one meter point as they stand on a day."""
    on = day or today()
    divergence, held = override_watch.evidence(workspace, mpan=mpan, day=on)
    with workspace.ledger.read() as db:
        raised = flags.current(db, kinds=[override_watch.DIVERGED], mpan=mpan, today=on)
        ranked = order(db)
    return LaneEvidence(
        lanes=lanes(workspace, mpan, day=on),
        order=ranked,
        listed=overrides.listed(workspace, mpan=mpan, day=on),
        divergence=divergence,
        activations=activations(workspace, list(held.values())),
        flags={row["evidence"]["override_id"]: row for row in raised},
        notices=override_watch.told(workspace, mpan=mpan),
    )
