"""Breaks of the classes of one site, each put down to the class that it fits best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.asset_classes import BESS, EV_CHARGER, HEAT_PUMP, SOLAR_PV
from characterise.regimes.breaks import Array, ready, scan, stepped
from characterise.regimes.evidence import Evidence

LEAST_GAIN: Final[Mapping[str, float]] = {
    EV_CHARGER: 0.03,
    HEAT_PUMP: 0.03,
    BESS: 0.085,
    SOLAR_PV: 0.055,
}
"""Gain, in nats a known day of a year, that makes a break where the attribution says as much.

About a fifth of what one in twenty simulated sites without a change tops (training seed): the
share of `_SHARES` is the other half of the proof."""
_SHARES: Final = (0.45, 0.75)
_FACTORS: Final = (1.0, 7.0)
"""What the class ran on the idle side of a break, as a share of the other side, and by what the
least gain is multiplied there; between the two in proportion. An attribution that was hardly
running before is half the proof; one that ran as now asks for much more."""
_OUT_OF_SEASON: Final = 2.0
"""The factor where one side lies out of the class's season and the share cannot be told."""
_RUNNING_DAYS: Final = 0.1
"""Least part of the busy side's days with any running; under it the attribution says nothing."""
GONE_SHARE: Final = 0.2
"""What is left of a class that was removed, at most; more is a lull."""
MOST_BREAKS: Final = 3
"""Breaks of one class in one span."""
_STRIDE: Final = 3
_TOGETHER_DAYS: Final = 10
_APART_DAYS: Final = 28
"""Breaks of one class closer than this are one."""
_IN_SEASON: Final = 0.1
"""Least mean of the season's days, over the season's highest, to tell a rate by."""
_REFERENCE_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Break:
    """A day from which a class runs where it did not, or no longer does."""

    day: int
    """First day of what is new."""
    gain: float
    """Nats a known day."""
    comes: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One class of one site, ready to be scanned."""

    y: Array
    weight: Array
    base: Array
    effects: Array
    signs: Array
    running: Array
    season: Array

    def share(self, one: Break, others: Sequence[Break]) -> float:
        """What the class ran on the idle side, over the other side; NaN out of season."""
        first = max((held.day for held in others if held.day < one.day), default=0)
        stop = min((held.day for held in others if held.day > one.day), default=len(self.season))
        before = _rate(self.running, self.season, first, one.day)
        after = _rate(self.running, self.season, one.day, stop)
        idle, busy = (before, after) if one.comes else (after, before)
        side = slice(one.day, stop) if one.comes else slice(first, one.day)
        known = np.isfinite(self.running[side])
        if (self.running[side][known] > 0).sum() < _RUNNING_DAYS * max(known.sum(), 1):
            return 1.0
        return idle / max(busy, 1e-9)

    @property
    def known_days(self) -> float:
        return float(np.median(self.weight.sum(axis=1)))

    def best(self, steps: Sequence[int], stride: int = 1) -> Break:
        """The break that explains most beside the steps already found at the site."""
        base = np.concatenate([self.base, *(stepped(self.effects, day) for day in steps)], axis=1)
        up, down = np.zeros(len(base)), np.zeros(len(base))
        scan(
            self.y, self.weight, np.ascontiguousarray(base), self.effects, self.signs, stride,
            up, down,
        )  # fmt: skip
        gains = up if up.max() >= down.max() else down
        return Break(int(gains.argmax()), float(gains.max()), gains is up)


def arrivals(found: Mapping[str, tuple[Evidence, int]]) -> dict[str, list[Break]]:
    """Breaks of each class of one site, in order of time.

    Parameters
    ----------
    found
        Evidence by class, and the site's row in it.

    Notes
    -----
    Forward selection within each class: the break of the largest gain is taken and counts as known
    when the next is looked for, so that a second size shows beside the first. A pass over every
    third day gates: only what passes its least gain there is looked at by the day. Where breaks of
    two classes fall together they are one change, of the class that gains most by it, unless the
    other's attribution says plainly that it was not there before.
    """
    sites = {name: _candidate(*one) for name, one in found.items()}
    held = {name: _own_breaks(name, site) for name, site in sites.items()}
    out: dict[str, list[Break]] = {}
    for name, own in held.items():
        rivals = [one for other in held if other != name for one in held[other]]
        kept = [
            one
            for one in own
            if sites[name].share(one, [each for each in own if each is not one]) <= _SHARES[0]
            or not any(
                abs(one.day - rival.day) <= _TOGETHER_DAYS and rival.gain > one.gain
                for rival in rivals
            )
        ]
        out[name] = sorted(kept, key=lambda one: one.day)
    return out


def _own_breaks(name: str, site: _Candidate) -> list[Break]:
    out: list[Break] = []
    stride = _STRIDE
    while len(out) < MOST_BREAKS:
        one = site.best([held.day for held in out], stride)
        crowded = any(abs(one.day - held.day) < _APART_DAYS for held in out)
        if crowded or not _sure(name, site, one, out):
            break
        if stride > 1:
            stride = 1
        else:
            out.append(one)
    return out


def _candidate(found: Evidence, row: int) -> _Candidate:
    y, weight = ready(found.series[row])
    effects = np.ascontiguousarray(found.effects[row])
    base: npt.NDArray[np.float64] = np.concatenate([effects, found.nuisance[row]], axis=1)
    return _Candidate(y, weight, base, effects, found.signs, found.running[row], found.season[row])


def _sure(name: str, site: _Candidate, one: Break, others: Sequence[Break]) -> bool:
    """Whether a break gains enough, given how much the class seemed to run without it."""
    share = site.share(one, others)
    if not one.comes and not share <= GONE_SHARE:
        return False
    factor = np.interp(share, _SHARES, _FACTORS) if np.isfinite(share) else _OUT_OF_SEASON
    need = LEAST_GAIN[name] * _REFERENCE_DAYS / max(site.known_days, 1.0)
    return bool(one.gain >= factor * need)


def _rate(running: Array, season: Array, first: int, stop: int) -> float:
    """Energy for what the class follows; NaN where the days are out of its season."""
    known = np.isfinite(running) & np.isfinite(season)
    inside = known[first:stop]
    if not inside.any():
        return float("nan")
    due = season[first:stop][inside]
    if due.mean() < _IN_SEASON * season[known].max():
        return float("nan")
    return float(running[first:stop][inside].sum() / due.sum())
