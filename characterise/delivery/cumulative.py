"""Evidence over the events of a party, good at any time: e-values, posterior, events to settle.

Each event gives a conformal e-value: the likelihood ratio of its shortfall against a fraction
phi, over the mean of the same ratio among the shortfall and its placebo windows. It is at most 1
in expectation when the claim is honest, whatever the noise looks like, as long as event and
windows are exchangeable; so is the product over events, and the mean over several phi. By Ville's
inequality such a product of an honest party ever reaches 1 / rate with probability at most the
rate: it may be looked at daily. Windows shared between events make this approximate; the rate is
measured by simulation in the tests.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.delivery.attribution import PartyRecord
from characterise.delivery.claims import PARTY, Claims
from characterise.delivery.placebo import Placebo
from characterise.delivery.settings import VerifySettings
from characterise.delivery.trials import ESTIMATED_BOUNDARY, NO_BOUNDARY, USABLE, Trials
from characterise.frames import CUMULATIVE

Double = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

ALTERNATIVES: Final = np.array([0.0, 0.25, 0.5, 0.75])
"""Delivered fractions against which honesty is held."""
_WEIGHTS: Final = np.array([0.35, 0.2, 0.3, 0.15])
_STEEPEST: Final = 3.0
"""Largest tilt in standard deviations: one honest event cannot wipe out all later evidence."""
_Z_SUM: Final = 3.608
"""Normal quantiles of 99 % and 90 %, added: false flags and power of a settled question."""
_MOST_EVENTS: Final = 9999


def log_e_values(placebo: Placebo, settings: VerifySettings) -> Double:
    """(T, 4) logarithm of each trial's e-value by alternative; 0 where too few windows match.

    Every statistic of the tilt is taken over the event and its windows alike, which keeps the
    e-value exact under exchangeability.
    """
    short = placebo.shortfall_kwh - settings.meter_tolerance * placebo.declared_kwh
    pooled = np.concatenate([short[:, None], placebo.null_kwh.astype(np.float64)], axis=1)
    known = np.isfinite(pooled)
    known[:, 0] = True
    count = known.sum(axis=1)
    mean = np.where(known, pooled, 0.0).sum(axis=1) / count
    away = np.where(known, pooled - mean[:, None], 0.0)
    variance = (away**2).sum(axis=1) / count
    enough = (placebo.n_windows >= settings.min_windows) & (variance > 0)
    variance = np.where(enough, variance, 1.0)
    out = np.zeros((len(count), len(ALTERNATIVES)))
    for index, fraction in enumerate(ALTERNATIVES):
        gap = (1 - fraction) * placebo.declared_kwh
        tilt = np.minimum(gap / variance, _STEEPEST / np.sqrt(variance))
        logs = tilt[:, None] * away
        top = np.where(known, logs, -np.inf).max(axis=1)
        total = np.where(known, np.exp(logs - top[:, None]), 0.0).sum(axis=1)
        out[:, index] = np.log(count) + logs[:, 0] - top - np.log(total)
    return np.where(enough[:, None], out, 0.0)


def running_e(log_e: Double) -> Double:
    """(K,) e-process after each of K events in time order, from (K, 4) logarithms."""
    return np.asarray(np.exp(np.minimum(np.cumsum(log_e, axis=0), 600.0)) @ _WEIGHTS)


def e_by_party(
    claims: Claims, trials: Trials, log_e: Double, counted: npt.NDArray[np.bool_]
) -> Double:
    """(P,) e-value of each party over its counted claims.

    Parameters
    ----------
    counted
        (C,) claims to use.
    """
    total = np.zeros((claims.parties.height, len(ALTERNATIVES)))
    np.add.at(total, claims.party[counted], log_e[trials.own[counted]])
    return np.asarray(np.exp(np.minimum(total, 600.0)) @ _WEIGHTS)


def accumulate(
    claims: Claims,
    trials: Trials,
    record: PartyRecord,
    *,
    evidence: Double,
    counted: npt.NDArray[np.bool_],
    impossible: npt.NDArray[np.bool_],
    settings: VerifySettings,
) -> pl.DataFrame:
    """`characterise.frames.CUMULATIVE`: one row a party.

    Parameters
    ----------
    evidence
        (P,) e-value of each party.
    counted
        (C,) claims that were tried and that no co-moving load masks.
    impossible
        (C,) claims that break a physical limit.
    """
    n_parties = claims.parties.height

    def by_party(mask: npt.NDArray[np.bool_]) -> Int:
        return np.bincount(claims.party[mask], minlength=n_parties)

    n_used = by_party(counted)
    tried = by_party(trials.state == USABLE)
    under = record.probability_under
    called = (evidence >= 1 / settings.false_flag_rate) & (under >= 0.5)
    blank = by_party(trials.state == NO_BOUNDARY)
    guessed = by_party(trials.state == ESTIMATED_BOUNDARY)
    verdict = np.select(
        [
            (tried == 0) & (blank > 0) & (blank >= guessed),
            (tried == 0) & (guessed > 0),
            (by_party(impossible) > 0) | called,
            (tried > 0) & (n_used == 0),
            (n_used > 0) & (under <= settings.clear_at),
        ],
        ["no_boundary_data", "estimated_boundary", "unsupported", "masked", "consistent"],
        "undecidable",
    )
    settled = np.isin(verdict, ["unsupported", "consistent"])
    further = _events_to_settle(record, n_used, settings)
    known = n_used > 0
    return claims.parties.with_columns(
        pl.Series("n_events", n_used),
        _series("delivered_fraction_p05", record.fraction.p05, known),
        _series("delivered_fraction_p50", record.fraction.mean, known),
        _series("delivered_fraction_p95", record.fraction.p95, known),
        _series("probability_under_delivery", under, known),
        pl.Series("verdict", verdict),
        _series("events_to_settle", np.where(settled, 0.0, further), known),
    ).select(
        *PARTY,
        *(pl.col(name).cast(dtype) for name, dtype in CUMULATIVE.items() if name not in PARTY),
    )


def _events_to_settle(record: PartyRecord, n_used: Int, settings: VerifySettings) -> Double:
    """How many further events of the usual size would tell the fraction from the bound.

    NaN where the party was never dispatched apart from another, or sits on the bound itself:
    more of the same would not settle it.
    """
    gap = np.maximum(np.abs(record.fraction.mean - settings.under_delivery), 0.02)
    needed = (_Z_SUM / gap) ** 2 - record.information
    per_event = record.information / np.maximum(n_used, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        further = np.ceil(np.maximum(needed, 1e-9) / per_event)
    return np.where(np.isfinite(further) & (further <= _MOST_EVENTS), further, np.nan)


def _series(name: str, values: Double, known: npt.NDArray[np.bool_]) -> pl.Series:
    return pl.Series(name, np.where(known, values, np.nan)).fill_nan(None)
