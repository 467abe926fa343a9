"""The days of one drawn weather year: anomalies with memory, cold spells, heat waves, cloud, snow.

Notes
-----
The daily temperature is the table's month (`characterise.climatology`) plus three parts that are
mostly the same all over the country: a slow one with a memory of a month, which makes whole months
and years differ; a quick one with a memory of three days; and spells, when high pressure sits still
for a week: frost in winter, heat in summer, clear and calm in both. What spells give on average is
taken off again, so that many years come back to the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from characterise.climatology import through_the_year
from characterise.simulate.areas import Area
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Bool, Float, Timeline

NATIONAL_SHARE: Final = 0.88
_SLOW_C, _SLOW_MEMORY = 1.0, 0.97
_QUICK_C, _QUICK_MEMORY = 2.2, 0.72
_SPREAD: Final = (1.3, 1.3, 1.15, 0.95, 0.9, 0.85, 0.85, 0.85, 0.85, 0.95, 1.1, 1.3)
"""Size of the anomalies by month: winters vary most."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A kind of standing weather: how often a year, in which months, how long, how far off."""

    a_year: float
    months: tuple[float, ...]
    """(12,) weight of starting in each month."""
    days: tuple[int, int]
    depth_c: tuple[float, float]


COLD_SPELL: Final = Spell(
    1.3, (1.0, 1.0, 0.4, 0, 0, 0, 0, 0, 0, 0, 0.3, 1.0), (5, 13), (-6.5, -3.5)
)
HEAT_WAVE: Final = Spell(1.6, (0, 0, 0, 0, 0.2, 0.8, 1.0, 0.9, 0.1, 0, 0, 0), (4, 9), (3.5, 6.5))


@dataclass(frozen=True, slots=True)
class WeatherDays:
    """(local days,) each; ``local days`` is one more than the UTC days of the span."""

    temp_c: Float
    """Mean temperature."""
    unusual: Float
    """Temperature anomaly in units of its usual size."""
    clear: Float
    """0 overcast, 1 clear."""
    still: Float
    """0 usual, 1 the middle of a spell of standing air."""
    wet: Bool


def draw_days(area: Area, time: Timeline, seed: int, local: np.random.Generator) -> WeatherDays:
    """Draw the days of one area; the same seed gives neighbouring areas related days."""
    national = np.random.default_rng([seed, 1])
    days = time.n_local_days
    slow = blend(
        smooth_noise(national, days, _SLOW_MEMORY), smooth_noise(local, days, _SLOW_MEMORY)
    )
    quick = blend(
        smooth_noise(national, days, _QUICK_MEMORY), smooth_noise(local, days, _QUICK_MEMORY)
    )
    cloud = blend(smooth_noise(national, days, 0.55), smooth_noise(local, days, 0.55))
    rain = blend(smooth_noise(national, days, 0.4), smooth_noise(local, days, 0.4))
    cold, hot = (
        _spells(np.random.default_rng([seed, 3, number]), time, kind)
        for number, kind in enumerate((COLD_SPELL, HEAT_WAVE))
    )
    still = np.clip((np.abs(cold[0]) + np.abs(hot[0])) / 4.0, 0, 1)
    usual = through_the_year(area.months_c, time.first_day, days)
    spread = through_the_year(_SPREAD, time.first_day, days)
    anomaly = spread * (_SLOW_C * slow + _QUICK_C * quick)
    anomaly = anomaly + cold[0] - cold[1] + hot[0] - hot[1]
    clear = 1.0 / (1.0 + np.exp(-1.3 * (cloud + 1.3 * still)))
    return WeatherDays(
        temp_c=usual + anomaly,
        unusual=anomaly / (spread * np.hypot(_SLOW_C, _QUICK_C)),
        clear=clear,
        still=still,
        # About every other day has rain, overcast days more often.
        wet=rain > 1.6 * (clear - 0.5),
    )


def blend(national: Float, local: Float) -> Float:
    """Two unit-variance series as one of unit variance, most of it national."""
    blended: Float = NATIONAL_SHARE * national + np.sqrt(1 - NATIONAL_SHARE**2) * local
    return blended


def _spells(rng: np.random.Generator, time: Timeline, kind: Spell) -> tuple[Float, Float]:
    """(local days,) offset in C as drawn, and the offset to expect on that day in any year."""
    days = time.n_local_days
    weight = np.array(kind.months) / sum(kind.months) * 12 / 365.25
    chance = kind.a_year * weight[time.month]
    starts = np.flatnonzero(rng.random(days) < chance)
    offset = np.zeros(days)
    for start in starts:
        length = int(rng.integers(kind.days[0], kind.days[1]))
        rise = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 0.5
        end = min(days, int(start) + length)
        offset[start:end] = (rng.uniform(*kind.depth_c) * rise)[: end - int(start)]
    # Mean of sin^0.5 over its arch is 0.763; a spell that meets another replaces its rest.
    mean_days = (kind.days[0] + kind.days[1] - 1) / 2
    expected = chance * mean_days * 0.763 * sum(kind.depth_c) / 2
    shift = int(mean_days / 2)
    return offset, np.concatenate([expected[:1].repeat(shift), expected])[:days]


@njit(cache=True)
def lying_snow(temp_c: Float, wet: Bool) -> Float:
    """(local days,) depth in cm: falls on wet days near freezing, thaws by degree-days."""
    depth = np.zeros(len(temp_c))
    held = 0.0
    for day in range(len(temp_c)):
        if wet[day] and temp_c[day] < 1.5:
            held += min(2.0 + 1.5 * (1.5 - temp_c[day]), 8.0)
        held = max(0.0, held - 3.5 * max(0.0, temp_c[day] - 0.5) - 0.1)
        depth[day] = held
    return depth
