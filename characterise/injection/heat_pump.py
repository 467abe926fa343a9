"""A canonical heat pump: heating that follows this place's temperatures, and hot water."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from characterise.injection.chance import hill, spell, uniform
from characterise.injection.laying import Float, Lay
from characterise.meter_cube import MeterCube
from characterise.settlement import LocalClock
from characterise.signatures.surroundings import surroundings

_SALT: Final = 211
BALANCE_C: Final = 15.5
"""Outdoor temperature from which a British home needs no heating: base of its degree days."""
DESIGN_C: Final = -3.0
"""Outdoor temperature at which the pump runs all the time."""
LOWEST: Final = 0.3
"""Share of its rating under which a compressor switches on and off."""
USUAL_SPELL_K: Final = 3.0
"""Day-to-day departure from the month's usual temperature, sd, where only that is known."""


def prepared(cube: MeterCube, signals: pl.DataFrame | None = None) -> Lay:
    """A heat pump at every meter of ``cube``, NaN without temperature; ``signals`` is not read."""
    day = surroundings(cube).day_temp_c
    kinds, index = np.unique(
        np.stack([cube.station, cube.clock], axis=1), axis=0, return_inverse=True
    )
    unit = np.stack(
        [
            heating(
                cube.temp_c[station],
                day[station],
                cube.clocks[clock],
                usual=bool(cube.climatology[station]),
            )
            for station, clock in kinds.tolist()
        ]
    )
    place = index.reshape(-1)

    def lay(size_kw: Float) -> Float:
        return np.asarray(unit[place] * size_kw[:, None, None], dtype=np.float32)

    return lay


def heating(temp_c: Float, day_c: Float, clock: LocalClock, *, usual: bool) -> Float:
    """(D, 48) load of a pump rated 1 kW.

    Parameters
    ----------
    temp_c, day_c
        (D, 48) and (D,) outdoor temperature, NaN where unknown.
    usual
        The temperature is the month's usual one: the weather's own spells are put on it.

    Notes
    -----
    Heat lost falls in a line to `BALANCE_C`; the coefficient of performance rises by 0.07 for
    each degree (Ruhnau 2019, air to water, near 3 at 7 C). At night the pump is set back, in the
    early morning it makes up for it; under `LOWEST` it cycles; once a day it heats water.
    """
    felt = 0.5 * (temp_c + day_c[:, None]).astype(np.float64)
    date = clock.date.astype(np.int64)
    if usual:
        felt = felt + USUAL_SPELL_K * spell(date, _SALT)
    heat = np.clip(BALANCE_C - felt, 0.0, None) / (BALANCE_C - DESIGN_C)
    share = heat * _performance(DESIGN_C) / _performance(felt)
    hour = clock.slot / 2
    share *= np.where((hour < 5) | (hour >= 22.5), 0.6, np.where(hour < 8, 1.3, 1.05))
    tick = date * 64 + clock.period
    on = uniform(tick, _SALT + 1) < share / LOWEST
    share = np.where(share < LOWEST, np.where(on, LOWEST, 0.0), share)
    share = np.where(np.isfinite(felt), np.minimum(share, 1.0), np.nan)
    start = hill(date, _SALT + 2, 24.0, 30.0)
    water = np.clip(np.minimum(hour * 2 + 1, start + 2) - np.maximum(hour * 2, start), 0.0, 1.0)
    return np.asarray(np.maximum(share, 0.9 * water), dtype=np.float32)


def _performance(temp_c: float | np.ndarray) -> np.ndarray:
    """Coefficient of performance at an outdoor temperature, at least 1.5."""
    return np.asarray(np.maximum(3.0 + 0.07 * (np.asarray(temp_c) - 7.0), 1.5))
