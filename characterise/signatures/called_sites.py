"""What a kernel reads of the sites that dispatch signals cover, one clock at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from characterise.meter_cube import MeterCube
from characterise.signatures.attribution import Rows
from characterise.signatures.dispatch_signals import asked
from characterise.signatures.event_answers import around


def called_sites(cube: MeterCube, rows: Rows, signals: pl.DataFrame | None) -> Iterator[Any]:
    """Of each clock, all that a kernel over called sites reads beside the load.

    Parameters
    ----------
    rows
        (K,) meters of the cube that the kernel's load is of.

    Yields
    ------
    tuple
        Places in ``rows`` of the sites on this clock, (C, T) calls, (K,) the call of each, (S, L)
        warmth and irradiance of local days, (K,) station, and the calendar
        (`event_answers.answers`).
    """
    calls, index = asked(cube, signals)
    if len(calls) and len(rows):
        near = around(cube)
        called, station = calls.reshape(len(calls), -1), cube.station[rows]
        for z, calendar in enumerate(near.calendars):
            own = np.flatnonzero((index[rows] >= 0) & (cube.clock[rows] == z))
            yield own, called, index[rows], near.warmth[z], near.sun[z], station, calendar
