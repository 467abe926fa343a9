"""Calls for flexibility, who answers them truthfully, and what is declared afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from characterise.simulate.site import Flow, SiteSpec
from characterise.simulate.timeline import Float, Timeline

FSPS: Final = ("FLXA", "FLXB", "GRDQ", "VPPX", "ORG-HEATSHARE")
"""Made-up participants; the last holds no MPID and goes by its organisation id."""

MARKETS: Final = ("DSO_LOCAL", "NESO_ANCILLARY", "NESO_BM", "WHOLESALE")

CONDUCTS: Final = ("honest", "partial", "none", "shifted", "exaggerated")
_CONDUCT_CHANCES: Final = (0.7, 0.12, 0.07, 0.05, 0.06)


@dataclass(frozen=True, slots=True)
class Signal:
    """A call to everybody in an area (or everywhere) over some half-hours."""

    signal_id: str
    kind: str
    area: str | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An asset (a position in ``SiteSpec.assets``) under an FSP in a market."""

    place: int
    fsp_id: str
    market: str
    conduct: str
    whole_site: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatch of one enrolled asset: half-hours, and how far it is honoured."""

    enrolment: Enrolment
    signal: Signal
    conduct: str
    share: float
    """Part of the flexibility really used in the window."""
    shift: int
    """Half-hours by which the response comes late."""
    claim: float
    """Declared energy over the energy of a full response."""

    @property
    def honest(self) -> bool:
        """Whether what is declared is what was delivered."""
        return self.conduct == "honest"


def draw_signals(rng: np.random.Generator, time: Timeline, areas: Sequence[str]) -> list[Signal]:
    """About forty calls a year, most in winter evenings, half of them for one area."""
    signals: list[Signal] = []
    days = np.flatnonzero(time.working[: time.n_days])
    cold = np.isin(time.month[days], (9, 10, 11, 0, 1, 2))
    chosen = days[rng.random(len(days)) < np.where(cold, 0.24, 0.10)]
    for day in chosen:
        slot = (
            int(rng.choice([33, 34, 35, 36])) if rng.random() < 0.85 else int(rng.integers(16, 24))
        )
        first = int(time.index[day, slot])
        length = int(rng.choice([2, 2, 3, 4]))
        if first >= 0 and first + length <= time.n:
            local = rng.random() < 0.5
            area = str(rng.choice(list(areas))) if local else None
            kind = "DSO_LOCAL" if local else str(rng.choice(MARKETS[1:3]))
            name = f"SIG{len(signals) + 1:04d}"
            signals.append(Signal(name, kind, area, first, first + length))
    return signals


def enrol(rng: np.random.Generator, spec: SiteSpec, chance: float) -> list[Enrolment]:
    """Put a site's dispatchable assets under one FSP, or two assets under two."""
    places = [place for place, one in enumerate(spec.assets) if _dispatchable(spec, place)]
    if not places or rng.random() >= chance:
        return []
    names = [str(name) for name in rng.permutation(list(FSPS))]
    return [
        Enrolment(place, names[order % 2], str(rng.choice(MARKETS[:2])), draw_conduct(rng))
        for order, place in enumerate(places)
    ]


def draw_conduct(rng: np.random.Generator) -> str:
    """How a provider usually behaves at a site: most are honest."""
    return str(rng.choice(CONDUCTS, p=_CONDUCT_CHANCES))


def draw_events(
    rng: np.random.Generator,
    spec: SiteSpec,
    enrolments: Sequence[Enrolment],
    signals: Sequence[Signal],
) -> list[Event]:
    """Dispatch each enrolled asset on most signals it hears."""
    events: list[Event] = []
    for one in enrolments:
        for signal in signals:
            if signal.area in (None, spec.gsp_group) and rng.random() < 0.75:
                conduct = one.conduct if rng.random() < 0.85 else "honest"
                events.append(_event(rng, one, signal, conduct))
    return events


def calls_of(
    spec: SiteSpec, time: Timeline, signals: Sequence[Signal], events: Sequence[Event]
) -> tuple[dict[int, Float], dict[int, Float]]:
    """Calls that really act on each asset, and those of a full response to every event.

    Flexible demand and dispatched batteries that no FSP has enrolled answer signals for their
    supplier: nobody declares that.
    """
    actual: dict[int, Float] = {}
    full: dict[int, Float] = {}
    enrolled = {event.enrolment.place for event in events}
    for place, asset in enumerate(spec.assets):
        if (asset.asset == "dr" or asset.style == "dispatched") and place not in enrolled:
            heard = [one for one in signals if one.area in (None, spec.gsp_group)]
            actual[place] = full[place] = _lay(time, [(s.first, s.last, 1.0) for s in heard])
    for place in enrolled:
        own = [event for event in events if event.enrolment.place == place]
        actual[place] = _lay(
            time, [(e.signal.first + e.shift, e.signal.last + e.shift, e.share) for e in own]
        )
        full[place] = _lay(time, [(e.signal.first, e.signal.last, 1.0) for e in own])
    return actual, full


def declared_kwh(
    rng: np.random.Generator, event: Event, without: Flow, with_full: Flow, actual: Flow
) -> tuple[Float, Float]:
    """Declared and true turn-down of an event, kWh by half-hour of its window.

    True is the asset's flow without any dispatch less its flow as it was; declared is the true
    figure with the error of an asset meter where the event is honest, else what a full response
    would have given, times the claim.
    """
    window = slice(event.signal.first, event.signal.last)
    true = (without.net_kw[window] - actual.net_kw[window]) / 2
    would = (without.net_kw[window] - with_full.net_kw[window]) / 2
    told = true if event.honest else np.maximum(would, 0.0) * event.claim
    told = told * (1 + 0.01 * rng.standard_normal(len(told)))
    return np.round(told, 3), true


def _event(rng: np.random.Generator, one: Enrolment, signal: Signal, conduct: str) -> Event:
    length = signal.last - signal.first
    share, shift, claim = {
        "honest": (float(rng.uniform(0.8, 1.0)), 0, 1.0),
        "partial": (float(rng.uniform(0.25, 0.6)), 0, 1.0),
        "none": (0.0, 0, 1.0),
        "shifted": (1.0, length + 2, 1.0),
        "exaggerated": (1.0, 0, float(rng.uniform(1.6, 2.4))),
    }[conduct]
    return Event(one, signal, conduct, share, shift, claim)


def _lay(time: Timeline, spans: Sequence[tuple[int, int, float]]) -> Float:
    out = np.zeros(time.n)
    for first, last, share in spans:
        out[first:last] = np.maximum(out[first:last], share)
    return out


def _dispatchable(spec: SiteSpec, place: int) -> bool:
    asset = spec.assets[place]
    whole = asset.first == 0 and asset.last is None
    if asset.asset == "ev":
        return whole and asset.style in ("immediate", "fleet", "workplace")
    return whole and asset.asset in ("battery", "dr", "heat_pump")
