"""The fifth gaming screen: one movement of load traded twice in neighbouring half-hours.

A fall is followed by a rebound, a rise by a snap back. Declared again the other way, or as more
of the same by another party, either is a delivery that nobody made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from characterise.delivery.claims import OUTSIDE, Claims
from characterise.delivery.gaming_days import PartyDays, Spans, window_mean
from characterise.delivery.gaming_screens import Screened, chance
from characterise.delivery.settings import VerifySettings
from characterise.settlement import SLOTS_PER_DAY

Double = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SCREEN = "rebound_traded"


@dataclass(frozen=True, slots=True)
class Before:
    """Claims at one site that another may follow, and where they leave off."""

    after: Mask
    """(N,) half-hours within the recovery after one of them, none of them still running."""
    opposite: Int
    """Claims in the other direction."""
    same: Int
    """Claims of other parties in the same direction."""


def claims_before(
    claims: Claims, spans: Spans, days: PartyDays, party: int, recovery: int
) -> Before:
    """Gather the claims at the party's site whose movement its events could trade again."""
    direction, n_cells = days.direction, len(days.load_kw)
    here = claims.row == claims.row[days.claim[0]] if len(days.claim) else claims.row < OUTSIDE
    laid = here & (spans.first != OUTSIDE)
    sign = np.where(spans.kwh >= 0, 1, -1)
    opposite = np.flatnonzero(laid & (sign != direction))
    same = np.flatnonzero(laid & (sign == direction) & (claims.party != party))
    after = np.zeros(n_cells + recovery + 1, dtype=np.bool_)
    ends = spans.last[np.concatenate([opposite, same])]
    for step in range(1, recovery + 1):
        after[ends + step] = True
    return Before(after[:n_cells], opposite, same)


def rebound_traded(
    days: PartyDays,
    claims: Claims,
    spans: Spans,
    before: Before,
    settings: VerifySettings,
    rng: np.random.Generator,
) -> Screened:
    """Share of the party's events that follow another claim, beside calendars drawn anew.

    Notes
    -----
    Events that follow are cleared where what they moved passes by
    `VerifySettings.traded_real_share` of the declared what would have happened of itself: the
    rebound after claims that nothing followed (opposite direction), the expected load (same).
    ``usual`` is the share by chance; ``share`` what was moved of the declared, NaN unknown.
    """
    n_events = len(days.claim)
    cells = np.clip(days.opening, 0, len(before.after) - 1)
    # What came before must be read as well: a claim there would else be rarer by no choice.
    read = window_mean(days.residual_kw, days.opening, -settings.recovery_half_hours, 0)
    follows = np.where(np.isfinite(read), before.after[cells], np.nan)
    own = follows[days.hour, days.position]
    known = own[np.isfinite(own)]
    if len(known) < settings.gaming_events or not known.any():
        share = float(known.mean()) if len(known) else np.nan
        return Screened(SCREEN, n_events, share, "share", np.nan)
    active = _both_active(days, spans, before)
    p, calendars = chance(days, float(known.mean()), follows, settings, rng, active)
    by_chance = np.nanmean(follows[days.hour_on, np.arange(len(days.day))][active])
    moved = _moved(days, spans, before, own > 0, settings)
    return Screened(
        SCREEN,
        len(known),
        float(known.mean()),
        "share",
        p,
        usual=float(by_chance),
        calendars=calendars,
        share=moved,
        held=not moved >= settings.traded_real_share,
    )


def _both_active(days: PartyDays, spans: Spans, before: Before) -> slice:
    """Like days from the first claim at the site to the last."""
    others = spans.first[np.concatenate([before.opposite, before.same])] // SLOTS_PER_DAY
    low = min(int(np.searchsorted(days.day, others.min())), int(days.position[0]))
    high = max(
        int(np.searchsorted(days.day, others.max(), side="right")), int(days.position[-1]) + 1
    )
    return slice(low, high)


def _moved(
    days: PartyDays, spans: Spans, before: Before, follows: Mask, settings: VerifySettings
) -> float:
    """Share of the declared that the events which follow moved beyond the rebound of itself."""
    mine = days.claim[follows]
    # Residuals are turned to the direction: what is delivered is negative in them.
    moved = np.array(
        [-_mean(days.residual_kw, spans.first[c], spans.last[c]) for c in mine.tolist()]
    )
    size = np.abs(spans.kw[mine])
    opposite_ends = spans.last[before.opposite]
    gap = spans.first[mine][:, None] - opposite_ends
    recovery = settings.recovery_half_hours
    near = (gap > 0) & (gap <= recovery)
    rebounds = near.any(axis=1)
    alone = opposite_ends[~near.any(axis=0)] if len(opposite_ends) else opposite_ends
    if rebounds.any():
        itself = [-_mean(days.residual_kw, e + 1, e + days.length) for e in alone.tolist()]
        known = np.array([one for one in itself if np.isfinite(one)])
        if len(known) < settings.gaming_events:
            return float("nan")
        moved = np.where(rebounds, moved - known.mean(), moved)
    seen = np.isfinite(moved)
    if not seen.any() or size[seen].sum() <= 0:
        return float("nan")
    return float(moved[seen].sum() / size[seen].sum())


def _mean(kw: Double, first: int, last: int) -> float:
    part = kw[first : last + 1]
    return float(part.mean()) if len(part) else float("nan")
