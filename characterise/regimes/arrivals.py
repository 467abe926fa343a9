"""Breaks of the classes of one site, each put down to the class that it fits best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from characterise.asset_classes import BESS, EV_CHARGER, HEAT_PUMP, SOLAR_PV
from characterise.regimes.breaks import Array, answer, ready, scan, stepped
from characterise.regimes.evidence import ANSWER, DAYS, Evidence

LEAST_NATS: Final[Mapping[str, float]] = {
    EV_CHARGER: 20.0,
    HEAT_PUMP: 18.0,
    BESS: 60.0,
    SOLAR_PV: 60.0,
}
"""Log-likelihood that a step must gain to be a break."""
_DOUBT: Final[Mapping[str, float]] = {
    EV_CHARGER: 2.5,
    HEAT_PUMP: 3.5,
    BESS: 1.0,
    SOLAR_PV: 1.0,
}
"""How fast that grows, as exp(doubt x share), with what the class seems to have run before."""
MOST_BEFORE: Final[Mapping[str, float]] = {
    EV_CHARGER: 0.35,
    HEAT_PUMP: 0.5,
    BESS: 0.6,
    SOLAR_PV: 0.45,
}
"""What the class may seem to have run before it came, as a share of what it runs since, at most.
An attribution is fitted to the whole span and finds a little of it everywhere. All three chosen so
that fewer than one in twenty simulated sites without a change has an arrival."""
GONE_SHARE: Final = 0.2
"""What is left of a class that was removed, at most; more is a lull."""
_RUNNING_DAYS: Final = 0.1
"""Least part of the busy side's days with any running; under it the attribution says nothing."""
_AT_BOUNDARY_NATS: Final = 20.0
"""What the boundary alone must gain at a break where the attribution is among the series."""
_NEAR_DAYS: Final = 3
MOST_BREAKS: Final = 3
"""Breaks of one class in one span."""
_STRIDE: Final = 3
_TOGETHER_DAYS: Final = 10
_APART_DAYS: Final = 28
"""Breaks of one class closer than this are one."""
_HALF: Final = 0.5
_IN_SEASON: Final = 0.1
"""Least mean of the season's days, over the season's highest, to tell a rate by."""


@dataclass(frozen=True, slots=True)
class Break:
    """A day from which a class runs where it did not, or no longer does."""

    day: int
    """First day of what is new."""
    gain: float
    """Nats a known day."""
    comes: bool
    whole: bool = True
    """Whether nothing of the class was there on the idle side; False where it grew or shrank."""


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
    told_by: str
    attributed: int

    def share(self, one: Break, others: Sequence[Break]) -> float:
        """What the class ran on the idle side at most, over the other; NaN out of season.

        The idle side of an arrival is all that lies before it: what rested and runs again was
        there before.
        """
        if one.comes:
            end = min((held.day for held in others if held.day > one.day), default=len(self.season))
            idle, busy = (0, one.day), (one.day, end)
        else:
            begin = max((held.day for held in others if held.day < one.day), default=0)
            idle, busy = (one.day, len(self.season)), (begin, one.day)
        if self.told_by == ANSWER:
            (high, _), (low, doubt) = (
                answer(self.running, self.season, *side) for side in (busy, idle)
            )
            return float((low + doubt) / max(high, 1e-9))
        usual = self.running[slice(*busy)]
        usual = usual[np.isfinite(usual)]
        if (usual > 0).sum() < _RUNNING_DAYS * max(usual.size, 1):
            return 1.0
        running = self.running
        if self.told_by == DAYS:
            reached = running >= _HALF * np.median(usual[usual > 0])
            running = np.where(np.isfinite(running), reached, np.nan)
        low, high = (_rate(running, self.season, *side) for side in (idle, busy))
        return abs(low) / max(high, 1e-9)

    def at_boundary(self, one: Break) -> float:
        """Nats that the boundary's own series give a break."""
        y, weight = self.y[self.attributed :], self.weight[self.attributed :]
        up, down = np.zeros(len(self.base)), np.zeros(len(self.base))
        scan(
            y, weight, self.base, self.effects, self.signs[self.attributed :], 1, up, down,
            one.day - _NEAR_DAYS, one.day + _NEAR_DAYS,
        )  # fmt: skip
        return float((up if one.comes else down).max()) * self.known_days

    @property
    def known_days(self) -> float:
        return float(np.median(self.weight.sum(axis=1)))

    def best(self, steps: Sequence[int], around: int | None = None) -> Break:
        """The break that explains most beside the steps already found at the site.

        Every third day is tried, or those around one by the day.
        """
        base = np.concatenate([self.base, *(stepped(self.effects, day) for day in steps)], axis=1)
        up, down = np.zeros(len(base)), np.zeros(len(base))
        tried = (0, len(base)) if around is None else (around - _STRIDE, around + _STRIDE)
        scan(
            self.y, self.weight, np.ascontiguousarray(base), self.effects, self.signs,
            _STRIDE if around is None else 1, up, down, *tried,
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
            if one.whole
            or not any(
                abs(one.day - rival.day) <= _TOGETHER_DAYS and rival.gain > one.gain
                for rival in rivals
            )
        ]
        out[name] = sorted(kept, key=lambda one: one.day)
    return out


def _own_breaks(name: str, site: _Candidate) -> list[Break]:
    out: list[Break] = []
    while len(out) < MOST_BREAKS:
        steps = [held.day for held in out]
        one = site.best(steps)
        crowded = any(abs(one.day - day) < _APART_DAYS for day in steps)
        if crowded or one.gain * site.known_days < LEAST_NATS[name]:
            break
        out.append(site.best(steps, one.day))
    return [replace(one, whole=_whole(name, site, one, out)) for one in out]


def _whole(name: str, site: _Candidate, one: Break, found: Sequence[Break]) -> bool:
    """Whether the class came from nothing, or left nothing."""
    share = site.share(one, [held for held in found if held is not one])
    if not one.comes:
        return share <= GONE_SHARE
    if not share <= MOST_BEFORE[name]:
        return False
    if site.attributed and site.at_boundary(one) < _AT_BOUNDARY_NATS:
        return False
    need = LEAST_NATS[name] * np.exp(_DOUBT[name] * max(share, 0.0))
    return bool(one.gain * site.known_days >= need)


def _candidate(found: Evidence, row: int) -> _Candidate:
    y, weight = ready(found.series[row])
    effects = np.ascontiguousarray(found.effects[row])
    base: npt.NDArray[np.float64] = np.concatenate([effects, found.nuisance[row]], axis=1)
    return _Candidate(
        y, weight, base, effects, found.signs, found.running[row], found.season[row],
        found.told_by[row], found.attributed,
    )  # fmt: skip


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
