"""A canonical battery: surplus or cheap hours in, the evening's own load out."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
import polars as pl
from numba import njit

from characterise.injection.chance import hill
from characterise.injection.laying import Float, Lay
from characterise.meter_cube import MeterCube

_SALT: Final = 401
HOURS = 2.0
"""Energy held, in hours at full power: most home batteries sold in Britain."""
ONE_WAY = 0.93
"""Efficiency of charging and of discharging: 0.86 for the round trip."""
_CHEAP = 10
"""Local slots 1 to 9, from half past midnight to five: the cheap hours of night tariffs."""
_LATE = 46
"""Local slot, 23:00, from which the battery waits for the cheap hours."""


def prepared(cube: MeterCube, signals: pl.DataFrame | None = None) -> Lay:
    """A battery at every meter of ``cube``, its size in kW; ``signals`` is not read.

    Notes
    -----
    It takes in what the site would export; in the cheap hours what is still missing, unless
    yesterday's surplus would fill it. From late afternoon it covers the site's own load, up to
    its power, until it is empty, and exports nothing: the commonest use, and the hardest to see.
    """
    slot = np.stack([clock.slot for clock in cube.clocks])
    date = np.stack([clock.date for clock in cube.clocks]).astype(np.int64)
    evening = np.floor(hill(date, _SALT, 31.0, 36.0)).astype(np.int8)

    def lay(size_kw: Float) -> Float:
        change = np.zeros_like(cube.import_kw)
        _operate(cube.net_kw, size_kw, slot, evening, cube.clock, change)
        return change

    return lay


@njit(cache=True)
def _operate(net, size, slot, evening, clock, change):  # type: ignore[no-untyped-def]
    """Fill (M, D, 48) charge less discharge, kW, day by day from empty."""
    for m in range(net.shape[0]):
        power = size[m]
        room = HOURS * power
        held = 0.0
        surplus = 0.0
        before = 0.0
        z = clock[m]
        for d in range(net.shape[1]):
            for j in range(48):
                x = net[m, d, j]
                s = slot[z, d, j]
                if s == 0:
                    before = surplus
                    surplus = 0.0
                if isnan(x):
                    continue
                if x < 0:
                    surplus -= 0.5 * x
                    flow = min(-x, power, (room - held) / (0.5 * ONE_WAY))
                elif 1 <= s < _CHEAP and before < room:
                    flow = min(power, (room - held) / (0.5 * ONE_WAY))
                elif evening[z, d, j] <= s < _LATE:
                    flow = -min(x, power, held * ONE_WAY / 0.5)
                else:
                    continue
                held += 0.5 * flow * (ONE_WAY if flow > 0 else 1 / ONE_WAY)
                held = max(held, 0.0)
                change[m, d, j] = flow
