"""Calls to a real building on working days that may or may not be answered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from characterise.settlement import SLOTS_PER_DAY
from characterise.simulate.timeline import Float, Timeline


def draw_calls(
    rng: np.random.Generator, time: Timeline, known: npt.NDArray[np.bool_], most: int
) -> Float | None:
    """(n,) 1 in the half-hours of 6 to ``most`` calls of one to four hours; None under 60 days.

    The hour is a habit of the market that calls, the days are working days at random.
    """
    whole = known.reshape(-1, SLOTS_PER_DAY).sum(axis=1) >= SLOTS_PER_DAY - 4
    working = time.working[:-1]
    able = np.flatnonzero(whole & working)
    if len(able) < 60:
        return None
    count = int(np.clip(np.exp(rng.uniform(np.log(6), np.log(most))), 6, 0.3 * len(able)))
    days = rng.choice(able, count, replace=False)
    usual = int(rng.integers(16, 38))
    length = int(rng.integers(2, 9))
    calls = np.zeros(time.n)
    for day in days:
        first = day * SLOTS_PER_DAY + min(max(usual + int(rng.integers(-3, 4)), 0), 47 - length)
        calls[first : first + length] = 1.0
    return calls
