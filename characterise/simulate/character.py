"""The character of a home, drawn from a population that was fitted to real ones.

Notes
-----
`data/households.json` holds what `characterise.training.household_population` found: for each
style of country the mean and the spread of every number a home is described by, and how those
numbers go together. It holds no reading and no home. Sources: Low Carbon London smart meter trial
2013 (UK Power Networks, London Datastore, CC BY 4.0) and WPuQ household meters 2019 (Schlemminger
et al. 2022, Zenodo 5642902, CC BY 4.0). The draw is a Gaussian copula over the quantiles of each
number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from characterise.simulate.timeline import Float

FLOOR: Final = 0.02
"""Added to load over mean before its logarithm is taken, so that zero has one."""
LEVELS: Final = np.array(
    [5e-5, 0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.997, 0.999, 0.99995]
)
"""Points of the load duration curve, from below."""
SHARE_FLOOR: Final = 0.005
QUANTILES: Final = np.array([0.04, 0.12, 0.25, 0.5, 0.75, 0.88, 0.96])
STYLES: Final = ("british", "german")
_FILE: Final = Path(__file__).with_name("data") / "households.json"
_WIDEST: Final = 2.2
"""No number of a home lies further out than this many standard deviations."""


@dataclass(frozen=True, slots=True)
class Character:
    """What a home is like; curves are of the local wall clock, in units of the latent level."""

    mean_kw: float
    work: Float
    """(48,) the day's curve, weekends counted in."""
    free: Float
    """(48,) what a free day adds to it, against a working day."""
    season: Float
    """(48,) what midwinter adds."""
    turn: Float
    """(48,) what mid-April adds: spring against autumn."""
    spread: Float
    """(48,) standard deviation about the curves."""
    haste: Float
    """(48,) share of quick noise in the variance, over its share in the whole day."""
    duration: Float
    """(levels,) log(load / mean + FLOOR) at `LEVELS`."""
    shares: Float
    """(sources,) variance of each of `rhythm.SOURCES`; sums to one."""
    runs_per_slot: float
    cycle_slots: float


@dataclass(frozen=True, slots=True)
class Population:
    """Fitted numbers of one style.

    Parameters
    ----------
    centre, basis
        By block: (length,) mean and (scores, length) directions in which homes differ.
    quantiles
        (scores, len(QUANTILES)) of every score, blocks in order.
    root
        (scores, scores) lower root of the correlation of the scores.
    """

    centre: dict[str, Float]
    basis: dict[str, Float]
    quantiles: Float
    root: Float


@cache
def population(style: str) -> Population:
    """Fitted population of one of `STYLES`; `ValueError` names a style that does not exist."""
    if style not in STYLES:
        raise ValueError(f"no style of home is called {style!r}; use one of {', '.join(STYLES)}")
    held = json.loads(_FILE.read_text("utf-8"))
    own = held["styles"][style]
    correlation = np.array(held["correlation"])
    return Population(
        centre={name: np.array(values) for name, values in own["centre"].items()},
        basis={name: np.array(values) for name, values in held["basis"].items()},
        quantiles=np.array(own["quantiles"]),
        root=np.linalg.cholesky(correlation),
    )


def draw_characters(rng: np.random.Generator, people: Population, n: int) -> list[Character]:
    """Draw ``n`` homes."""
    normal = rng.standard_normal((n, len(people.root))) @ people.root.T
    normal = np.clip(normal, -_WIDEST, _WIDEST)
    scores = np.column_stack(
        [_unfold(normal[:, place], row) for place, row in enumerate(people.quantiles)]
    )
    return [character(_blocks(people, row)) for row in scores]


def _blocks(people: Population, scores: Float) -> dict[str, Float]:
    found, place = {}, 0
    for name, centre in people.centre.items():
        basis = people.basis[name]
        found[name] = centre + scores[place : place + len(basis)] @ basis
        place += len(basis)
    return found


def character(blocks: Mapping[str, Float]) -> Character:
    """The home that blocks of fitted numbers describe.

    Parameters
    ----------
    blocks
        ``work free season turn`` as in `Character`; ``spread haste`` and, of one value
        each, ``level runs cycle`` in logarithms; ``shares`` as
        log(share + SHARE_FLOOR); ``duration``.
    """
    shares = np.maximum(np.exp(blocks["shares"]) - SHARE_FLOOR, 0.0)
    return Character(
        mean_kw=float(np.exp(blocks["level"][0])),
        work=blocks["work"],
        free=blocks["free"],
        season=blocks["season"],
        turn=blocks["turn"],
        spread=np.exp(blocks["spread"]),
        haste=np.exp(blocks["haste"]),
        duration=np.maximum.accumulate(blocks["duration"]),
        shares=shares / shares.sum(),
        runs_per_slot=float(np.exp(blocks["runs"][0])),
        cycle_slots=float(np.exp(blocks["cycle"][0])),
    )


def _unfold(normal: Float, quantiles: Float) -> Float:
    """Value of a standard normal draw under a distribution known by its `QUANTILES`."""
    found: Float = np.interp(normal, _NORMAL, quantiles)
    low = (quantiles[1] - quantiles[0]) / (_NORMAL[1] - _NORMAL[0])
    high = (quantiles[-1] - quantiles[-2]) / (_NORMAL[-1] - _NORMAL[-2])
    found += low * np.minimum(normal - _NORMAL[0], 0) + high * np.maximum(normal - _NORMAL[-1], 0)
    return found


_NORMAL: Final = np.array([-1.7507, -1.1750, -0.6745, 0.0, 0.6745, 1.1750, 1.7507])
"""Standard normal deviates of `QUANTILES`."""
