"""The record of a party as it grew: its e-process and its delivered fraction after each event."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.delivery.attribution import attribute
from characterise.delivery.claims import PARTY
from characterise.delivery.cumulative import running_e
from characterise.delivery.evidence import Evidence
from characterise.delivery.fraction import Z_05
from characterise.delivery.shared_noise import information_kept
from characterise.settlement import SLOTS_PER_DAY

_RUNNING: dict[str, Any] = {
    **dict.fromkeys(PARTY, pl.String),
    "event_id": pl.String,
    "ts_utc": pl.Datetime("us", "UTC"),
    "n_events": pl.Int64,
    "e_value": pl.Float64,
    "delivered_fraction_p05": pl.Float64,
    "delivered_fraction_p50": pl.Float64,
    "delivered_fraction_p95": pl.Float64,
}
RUNNING: Final = pl.Schema(_RUNNING)
"""One row a counted claim, by party and time: what its events up to this one say together."""


def running_record(
    evidence: Evidence, first_day: dt.date, parties: npt.NDArray[np.int64]
) -> pl.DataFrame:
    """`RUNNING` of some parties of one meter point; the last row of each is its record.

    Parameters
    ----------
    first_day
        First UTC day of the cube.
    parties
        Indices of parties.

    Notes
    -----
    The expected load, the matched windows and what is credited to others are those of today's
    check; only the events are taken one after another.
    """
    claims, trials = evidence.claims, evidence.trials
    # A claim that could not be tried has no half-hour of its own; it is not counted either.
    cells = np.append(trials.cell, 0)
    begin = cells[np.where(evidence.counted, trials.start[trials.own], len(trials.cell))]
    opening = np.full(claims.n_occasions, np.iinfo(np.int64).max)
    np.minimum.at(opening, claims.occasion[evidence.counted], begin[evidence.counted])
    own = np.flatnonzero(evidence.counted & np.isin(claims.party, parties))
    fractions = {
        int(cell): _fractions(evidence, opening <= cell)
        for cell in np.unique(opening[claims.occasion[own]])
    }
    midnight = dt.datetime.combine(first_day, dt.time(), dt.UTC)
    rows: list[dict[str, Any]] = []
    for party in parties:
        mine = own[claims.party[own] == party]
        mine = mine[np.argsort(begin[mine], kind="stable")]
        process = running_e(evidence.log_e[trials.own[mine]])
        for place, claim in enumerate(mine):
            mean, sd = fractions[int(opening[claims.occasion[claim]])]
            rows.append(
                {
                    **claims.table.select("event_id", *PARTY).row(int(claim), named=True),
                    "ts_utc": midnight + dt.timedelta(days=int(begin[claim]) / SLOTS_PER_DAY),
                    "n_events": place + 1,
                    "e_value": float(process[place]),
                    "delivered_fraction_p05": float(mean[party] - Z_05 * sd[party]),
                    "delivered_fraction_p50": float(mean[party]),
                    "delivered_fraction_p95": float(mean[party] + Z_05 * sd[party]),
                }
            )
    return pl.DataFrame(rows, schema=RUNNING)


def _fractions(
    evidence: Evidence, until: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(P,) mean and standard deviation from the occasions of ``until`` alone."""
    kept = information_kept(
        evidence.claims, evidence.trials, evidence.placebo, until & ~evidence.hidden
    )
    record = attribute(evidence.claims, evidence.regression, kept, evidence.settings)
    return record.fraction.mean, record.fraction.sd
