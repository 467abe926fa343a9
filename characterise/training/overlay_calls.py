"""Calls to a real building on working days that may or may not be answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from characterise.frames import SIGNALS
from characterise.settlement import HALF_HOUR, SLOTS_PER_DAY
from characterise.simulate.timeline import Float, Timeline


class Run(NamedTuple):
    """One call to one meter."""

    mpan: str
    first: int
    """Half-hour it starts in, counted from the first of the span."""
    half_hours: int
    sign: int = 1
    """1 asks for less load, -1 for more."""


def own_signals(first_day: dt.date, runs: Sequence[Run]) -> pl.DataFrame:
    """`characterise.frames.SIGNALS` of runs in a span that begins on ``first_day``."""
    origin = dt.datetime.combine(first_day, dt.time(), dt.UTC)
    rows = [
        {
            "signal_id": f"call-{number}",
            "kind": "turn_down" if run.sign > 0 else "turn_up",
            "area": None,
            "mpan": run.mpan,
            "start_utc": origin + run.first * HALF_HOUR,
            "end_utc": origin + (run.first + run.half_hours) * HALF_HOUR,
        }
        for number, run in enumerate(runs)
    ]
    return pl.DataFrame(rows, schema=SIGNALS)


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
