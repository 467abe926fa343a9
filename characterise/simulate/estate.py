"""A population of real buildings: how their loads differ, as a few traits that are drawn together.

`draw` gives one building that never stood anywhere: the size is given, every other trait is drawn
with it from quantiles and correlations in ``estate.json``.

Notes
-----
``estate.json`` and ``campus.json`` hold figures of the whole population only. They are made by
``python -m characterise.training.estate``, from about half of the buildings of the Cambridge
University Estates building energy usage archive, version 2.1 (doi:10.5281/zenodo.10955332, MIT):
62 buildings, 2018-2023, of which the first year each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.timeline import Float
from characterise.simulate.trades import Marks

HOURS: Final = SLOTS_PER_DAY // 2
SCORES: Final = 7
CAUSES: Final = ("heat", "cool", "vacation", "christmas", "lockdown")
"""What moves whole days: see `building_load.causes`."""
_TRIES: Final = 48
NAMES: Final = (
    "log_open_kw",
    "profile_size",
    *(f"profile_{place}" for place in range(SCORES)),
    "saturday_lean",
    *(f"night_{cause}" for cause in CAUSES),
    *(f"busy_{cause}" for cause in CAUSES),
    "night_sd",
    "night_slow",
    "night_days",
    "day_sd",
    "day_slow",
    "day_days",
    "rest_sd",
    "rest_brief",
    "slow_together",
    "brief_together",
    "shifts",
    "shift_size",
    "noise_by_night",
    "noise_by_day",
    "noise_slow",
    "noise_hours",
    "noise_rise",
    "noise_fall",
)
"""Traits; all but the first, the memories and the last two are in units of the yearly mean."""
RECURRING: Final = ("noise_weekly", "day_weekly")
"""Further traits of a scaled population: the shares of noise and of brief swings that recur."""
SPREADS: Final = ("night_sd", "day_sd", "rest_sd", "rest_brief", "noise_by_night", "noise_by_day")
"""Held as logarithms less their regression on `Population.slopes`."""
UNITS: Final = {
    **dict.fromkeys((f"night_{cause}" for cause in CAUSES), "night_sd"),
    **dict.fromkeys((f"busy_{cause}" for cause in CAUSES), "day_sd"),
    "night_lockdown": "night",
    "busy_christmas": "swing",
    "busy_lockdown": "swing",
}
"""Traits held as a multiple of another, of the night level or of the day's rise above it."""


@dataclass(frozen=True, slots=True)
class Traits:
    """One building, in units of its yearly mean unless said.

    Parameters
    ----------
    work, rest
        (24,) mean load by hour of the wall clock, on working days and on the others.
    value
        By name of `NAMES`.
    seamless
        Whether the level goes over from day to day and not by a step at midnight, and sinks less
        readily than it rises.
    """

    work: Float
    rest: Float
    value: dict[str, float]
    seamless: bool = False

    @property
    def open_level(self) -> float:
        """Mean load from 10 to 16 o'clock on working days."""
        return float(self.work[10:16].mean())

    @property
    def units(self) -> dict[str, float]:
        """What the traits of `UNITS` are multiples of."""
        swing = max(self.open_level - self.night_level, 0.1)
        spread = {name: self.value[name] for name in SPREADS}
        return {"night": self.night_level, "swing": swing, **spread}

    @property
    def night_level(self) -> float:
        """Mean load from 1 to 5 o'clock."""
        return float(self.work[1:5].mean())


@dataclass(frozen=True, slots=True)
class Population:
    """Quantiles of each trait, how the traits go together, and the shapes the scores stand for.

    Parameters
    ----------
    levels
        (Q,) chances of the quantiles.
    quantiles
        (len(NAMES), Q).
    names
        Of the traits: `NAMES`, then perhaps `RECURRING`.
    scaled
        Whether the shapes are of days less their mean and in units of their own spread, whose
        logarithm is the trait ``profile_size``, on which the spreads lean too.
    factor
        (len(NAMES), len(NAMES)) lower triangle; times its transpose it is the correlation of the
        traits' normal scores.
    profile_mean, profile_shapes
        (48,) and (SCORES, 48): the 24 hours of working days, then those of the others.
    slopes
        Of each of `SPREADS`: (3,) on the logarithms of night level and of kW when open, and on
        the tail of rises; (4,) with ``profile_size`` of a scaled population.
    """

    names: tuple[str, ...]
    scaled: bool
    levels: Float
    quantiles: Float
    factor: Float
    profile_mean: Float
    profile_shapes: Float
    slopes: dict[str, Float]

    def traits(self, normal: Float) -> Traits:
        """Building of a (len(NAMES),) vector of normal scores."""
        chance = ndtr(normal)
        found = {
            name: float(np.interp(chance[place], self.levels, self.quantiles[place]))
            for place, name in enumerate(self.names)
        }
        shape = self.shapes(normal[None, :])[0]
        traits = Traits(shape[:HOURS], shape[HOURS:], found, seamless=self.scaled)
        known = np.array([np.log(traits.night_level), found["log_open_kw"], found["noise_rise"]])
        if self.scaled:
            known = np.r_[known, found["profile_size"]]
        for name, slope in self.slopes.items():
            found[name] = float(np.exp(found[name] + slope @ known))
        unit = traits.units
        for name, of in UNITS.items():
            found[name] *= unit[of]
        return traits

    def shapes(self, normal: Float) -> Float:
        """(M, 48) days of yearly mean 1 of M buildings, from (M, len(NAMES)) normal scores."""
        chance = ndtr(normal[:, 1 : 2 + SCORES])
        drawn = np.column_stack(
            [
                np.interp(chance[:, place], self.levels, self.quantiles[1 + place])
                for place in range(1 + SCORES)
            ]
        )
        if self.scaled:
            pattern = self.profile_mean + drawn[:, 1:] @ self.profile_shapes
            pattern = pattern - pattern.mean(axis=1, keepdims=True)
            pattern = pattern / pattern.std(axis=1, keepdims=True)
            return _week_of_mean_one(1 + np.exp(drawn[:, :1]) * pattern)
        # An odd building is odd in many ways at once: one size for all scores, and a direction.
        direction = drawn[:, 1:] / np.linalg.norm(drawn[:, 1:], axis=1, keepdims=True)
        scores = np.exp(drawn[:, :1]) * direction
        return _week_of_mean_one(self.profile_mean + scores @ self.profile_shapes)


def _week_of_mean_one(shape: Float) -> Float:
    held = np.maximum(shape, 0.02)
    week = (5 * held[:, :HOURS].mean(axis=1) + 2 * held[:, HOURS:].mean(axis=1)) / 7
    return np.asarray(held / week[:, None])


@cache
def estate(name: str = "estate") -> Population:
    """A bundled population: ``estate``, or the scaled ``campus`` of the same buildings."""
    text = files("characterise.simulate").joinpath(f"{name}.json").read_text(encoding="utf-8")
    held = json.loads(text)
    names = tuple(held["quantiles"])
    correlation = np.eye(len(names))
    correlation[np.tril_indices(len(names), -1)] = held["correlations"]
    return Population(
        names=names,
        scaled=bool(held.get("scaled", False)),
        levels=np.array(held["levels"]),
        quantiles=np.array([held["quantiles"][name] for name in names]),
        factor=np.asarray(np.linalg.cholesky(np.tril(correlation, -1).T + correlation), float),
        profile_mean=np.array(held["profile_mean"]),
        profile_shapes=np.array(held["profile_shapes"]),
        slopes={name: np.array(held["slopes"][name]) for name in SPREADS},
    )


def draw(
    rng: np.random.Generator,
    open_kw: float,
    marks: Marks | None = None,
    *,
    population: str = "estate",
) -> Traits:
    """Draw a building of about ``open_kw`` while open.

    Parameters
    ----------
    marks
        What its day must bear; the building that comes nearest of `_TRIES` where none does.
    population
        See `estate`.
    """
    held = estate(population)
    shock = rng.standard_normal((_TRIES, len(held.names)))
    # The first row of the factor is (1, 0, ...): its shock is the size's normal score.
    chance = np.interp(np.log(open_kw), held.quantiles[0], held.levels)
    shock[:, 0] = ndtri(np.clip(chance, 0.01, 0.99))
    normal = shock @ held.factor.T
    if marks is None:
        return held.traits(normal[0])
    shape = held.shapes(normal)
    open_level = shape[:, 10:16].mean(axis=1)
    night = shape[:, 1:5].mean(axis=1) / open_level
    rest = shape[:, HOURS:].mean(axis=1) / shape[:, :HOURS].mean(axis=1)
    miss = _outside(night, marks.night) + _outside(rest, marks.rest)
    return held.traits(normal[int(np.argmin(miss))])


def _outside(share: Float, between: tuple[float, float]) -> Float:
    low, high = between
    outside: Float = np.maximum(low - share, 0) + np.maximum(share - high, 0)
    return outside
