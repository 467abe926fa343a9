"""Declarations that fit the boundary when they are read otherwise: a clock, a sign, a unit.

What was declared is laid over the boundary's departures from the expected load at other lags, and
against their sign, over all events of a party. A slip of the declaration is no shortfall, so what
is found stands among the innocent readings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from characterise.delivery.claims import Claims
from characterise.delivery.ground import Ground
from characterise.delivery.placebo import Placebo
from characterise.delivery.trials import USABLE, Trials

Double = npt.NDArray[np.float64]

SHIFTED, MIRRORED, DOUBLED = "declared_shifted", "declared_mirrored", "declared_doubled"
LAGS: Final = np.array([0, *(lag for n in range(1, 9) for lag in (-n, n)), -48, 48])
"""Half-hours by which the boundary may answer later than declared; the first is none."""
_SEEN: Final = 5.0
"""Fraction over its standard error from which a reading counts as seen: nineteen are tried."""
_CLOSE: Final = 0.2
"""Farthest from the whole of the declared that a reading may be."""
_HALF: Final = 0.05
"""Farthest from one half, and largest standard error, of a unit wrong by two."""
_FEWEST: Final = 2
"""Events that must agree."""


@dataclass(frozen=True, slots=True)
class Misreading:
    """How the declarations of a party fit the boundary better."""

    code: str
    lag: int
    """Half-hours by which the boundary is later than declared; 0 where the clock is not amiss."""
    fraction: float
    """Share of the declared that the boundary shows when read so."""
    n_events: int

    @property
    def sentence(self) -> str:
        """What an analyst may ask the party about."""
        events = f"over {self.n_events} events"
        if self.code == SHIFTED:
            when = f"{abs(self.lag)} half-hours {'later' if self.lag > 0 else 'earlier'}"
            return (
                f"Read {when}, what was declared fits the boundary ({self.fraction:.2f} of it"
                f" {events}): the clock of the declarations may be out."
            )
        if self.code == MIRRORED:
            return (
                f"Read the other way round, what was declared fits the boundary"
                f" ({-self.fraction:.2f} of it {events}): the sign of the declarations may be"
                " swapped."
            )
        return (
            f"The boundary shows half of what was declared, each time ({self.fraction:.2f} of it"
            f" {events}): the declarations may be in kW where kWh are meant."
        )


def misreadings(
    claims: Claims, trials: Trials, ground: Ground, placebo: Placebo
) -> dict[int, Misreading]:
    """By party: the reading under which its declarations fit, where there is one.

    Only occasions that no other party shares are used. A lag or a sign must give the whole of the
    declared, five standard errors from nothing, and clearly better than the declared as it stands.
    """
    alone = (trials.state == USABLE) & (trials.sharers[claims.occasion] == 1)
    alone &= np.isfinite(placebo.inflation[trials.own])
    chosen = np.flatnonzero(alone)
    gram, score, events = _by_lag(
        ground.residual_kw, ground.sigma_kw, ground.rho, trials.start, trials.site, trials.cell,
        trials.declared_kw, np.maximum(np.nan_to_num(placebo.inflation), 1e-6),
        trials.own[chosen], claims.party[chosen], claims.parties.height, LAGS,
    )  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        fraction, error = score / gram, 1 / np.sqrt(gram)
    found = {}
    for party in np.flatnonzero(events >= _FEWEST).tolist():
        reading = _name(fraction[party], error[party], int(events[party]))
        if reading is not None:
            found[party] = reading
    return found


def _name(fraction: Double, error: Double, n_events: int) -> Misreading | None:
    strength = np.where(np.isfinite(fraction), fraction, 0.0) / error
    best = int(np.argmax(strength))
    whole = abs(fraction[best] - 1) <= max(_CLOSE, 2 * error[best])
    if best != 0 and whole and strength[best] >= max(_SEEN, 1.25 * strength[0]):
        return Misreading(SHIFTED, int(LAGS[best]), float(fraction[best]), n_events)
    if strength[0] <= -_SEEN and abs(fraction[0] + 1) <= max(_CLOSE, 2 * error[0]):
        return Misreading(MIRRORED, 0, float(fraction[0]), n_events)
    if error[0] <= _HALF and abs(fraction[0] - 0.5) <= _HALF:
        return Misreading(DOUBLED, 0, float(fraction[0]), n_events)
    return None


@njit(cache=True)
def _by_lag(  # type: ignore[no-untyped-def]
    residual, sigma, rho, start, site, cell, declared, inflation, trial, party, n_parties, lags
):
    """Information and score by party and lag (P, L), and events used (P,)."""
    gram, score = np.zeros((n_parties, len(lags))), np.zeros((n_parties, len(lags)))
    events = np.zeros(n_parties, dtype=np.int64)
    for c in range(len(trial)):
        t, p = trial[c], party[c]
        r = site[t]
        events[p] += 1
        for j in range(len(lags)):
            x_last, y_last, last = 0.0, 0.0, -2
            for i in range(start[t], start[t + 1]):
                k = cell[i] + lags[j]
                if k < 0 or k >= residual.shape[1] or not np.isfinite(residual[r, k]):
                    continue
                kept = rho[r] ** (k - last) if last >= 0 else 0.0
                s = sigma[r, k % 48]
                x, y = declared[i] / s, residual[r, k] / s
                weight = 1.0 / ((1.0 - kept * kept) * inflation[t])
                gram[p, j] += weight * (x - kept * x_last) ** 2
                score[p, j] += weight * (x - kept * x_last) * (y - kept * y_last)
                x_last, y_last, last = x, y, k
    return gram, score, events
