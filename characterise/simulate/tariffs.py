"""Hours when electricity is cheap or dear: what timers, cars and batteries go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.runs import smooth_noise
from characterise.simulate.timeline import Float, Timeline


@dataclass(frozen=True, slots=True)
class Window:
    """A daily span of hours, which may pass midnight; of the wall clock unless of UTC."""

    opens: float
    closes: float
    by_utc: bool = False


OFF_PEAK: Final = (
    Window(0.5, 5.5),
    Window(23.5, 5.5),
    Window(0.5, 4.5),
    Window(0.0, 5.0),
    Window(0.0, 7.0),
    Window(0.5, 7.5, by_utc=True),
    Window(0.0, 5.0, by_utc=True),
)
"""Night windows that British tariffs for cars and Economy 7 have had; which name sold which hours
changes from year to year, so none is named."""
_CHANCES: Final = (0.24, 0.3, 0.1, 0.12, 0.1, 0.07, 0.07)
EVENING_PEAK: Final = Window(16.0, 19.0)


def draw_off_peak(rng: np.random.Generator) -> Window:
    """One of `OFF_PEAK`, the common ones more often."""
    return OFF_PEAK[int(rng.choice(len(OFF_PEAK), p=_CHANCES))]


def inside(time: Timeline, window: Window, *, late_h: float = 0.0) -> Float:
    """(n,) share of each half-hour inside a window that opens ``late_h`` hours late."""
    hour = np.arange(SLOTS_PER_DAY) / 2
    opens = window.opens + late_h
    span = (window.closes - opens) % 24
    share = np.zeros(SLOTS_PER_DAY)
    for shift in (-24, 0, 24):
        first = np.maximum(hour + shift, opens)
        share += np.clip(np.minimum(hour + shift + 0.5, opens + span) - first, 0, 0.5) * 2
    slot = np.arange(time.n) % SLOTS_PER_DAY if window.by_utc else time.slot
    return np.clip(share, 0, 1)[slot]


def day_ahead_price(rng: np.random.Generator, time: Timeline) -> Float:
    """(n,) a made-up day-ahead price, in units of its mean: night and sun cheap, evening dear."""
    hour = time.slot / 2 + 0.25
    season = np.cos(2 * np.pi * (time.month[time.day] + 0.5) / 12)
    evening = (0.55 + 0.25 * season) * np.exp(-(((hour - 18.2) / 1.7) ** 2))
    morning = 0.25 * np.exp(-(((hour - 8.0) / 1.4) ** 2))
    night = -0.35 * np.exp(-(((hour - 3.5) / 2.6) ** 2))
    sunny = -(0.22 - 0.2 * season) * np.exp(-(((hour - 13.0) / 2.4) ** 2))
    level = 0.3 * smooth_noise(rng, time.n_local_days, 0.7)[time.day]
    return 1 + evening + morning + night + sunny + level + 0.12 * smooth_noise(rng, time.n, 0.85)
